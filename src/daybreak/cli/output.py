"""The output of the command line: tables for users, JSON for programs, progress on standard error."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from daybreak.errors import InvalidInput, Unavailable


def write_stdout(text: str = "") -> None:
    """Write to standard output and flush; a closed pipe (“| head”) is no error.

    Raises:
        Unavailable: it cannot be written, for example because the disk is full.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_remaining_output()
    except OSError as error:
        _discard_remaining_output()
        raise Unavailable(
            f"Standard output cannot be written ({error.strerror}); check its target."
        ) from None


def pluralize(count: int, noun: str) -> str:
    """Return a count with a regular noun, e.g. “1 file”, “3 files”."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def write_stderr(message: str) -> None:
    """Write a message to standard error."""
    with suppress(OSError):
        print(message, file=sys.stderr, flush=True)  # noqa: T201


def write_stdout_utf8(text: str) -> None:
    """Write data for programs to standard output, in UTF-8 with any terminal encoding.

    Raises:
        Unavailable: it cannot be written, for example because the disk is full.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    write_stdout(text)


def print_json(value: Any) -> None:  # noqa: ANN401 - all that orjson can write
    """Write a JSON document to standard output."""
    import orjson

    write_stdout_utf8(orjson.dumps(value, default=_to_json_value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_json_lines(values: Iterable[Any]) -> None:
    """Write a JSON document per line to standard output."""
    import orjson

    write_stdout_utf8(
        "".join(orjson.dumps(value, default=_to_json_value).decode() + "\n" for value in values)
    )


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table to standard output, tab-separated without a terminal; control characters are removed."""
    from daybreak.intake import printable

    texts = [["" if cell is None else printable(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        write_stdout("".join("\t".join(row) + "\n" for row in [list(headings), *texts]))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def write_file(path: Path, text: str) -> None:
    """Write a file atomically; anything but an ordinary file, such as a pipe, is written directly.

    Raises:
        InvalidInput: it cannot be written.
    """
    target = path.expanduser().resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
        else:
            _write_atomically(target, text)
    except OSError as error:
        raise InvalidInput(f"“{path}” cannot be written ({error.strerror}); use another path.") from None


@contextmanager
def reading_progress(what: str) -> Iterator[Callable[[str], None]]:
    """Yield a callback for each file that was read; show progress if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _path: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Reading {what}, files", total=None)
        yield lambda _path: bar.advance(task)


def reopen_closed_streams() -> None:
    """Replace closed standard streams, so that no opened file gets their descriptors.

    Writing to standard output then fails; messages on standard error are discarded.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY), number)
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", encoding="utf-8"))


def escape_unencodable() -> None:
    """Print characters that the terminal's encoding lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _write_atomically(target: Path, text: str) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        if target.exists():
            draft.chmod(target.stat().st_mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _to_json_value(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _discard_remaining_output() -> None:
    # The rest of the buffer would fail again, with a traceback, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
