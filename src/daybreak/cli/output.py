"""The output of the command line: tables for users, JSON for programs, progress on standard error."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from daybreak.errors import InvalidInput, Unavailable


def answer(text: str = "") -> None:
    """Write to standard output and flush; a closed pipe (“| head”) is no error.

    Raises:
        Unavailable: it cannot be written, for example because the disk is full.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
    except OSError as error:
        _discard_the_rest()
        raise Unavailable(
            f"Standard output cannot be written ({error.strerror}); check its target."
        ) from None


def counted(number: int, noun: str) -> str:
    """Return a count with a regular noun, e.g. “1 file”, “3 files”."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(sentence: str) -> None:
    """Write a message to standard error."""
    with suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def answer_data(text: str) -> None:
    """Write data for programs to standard output, in UTF-8 with any terminal encoding.

    Raises:
        Unavailable: it cannot be written, for example because the disk is full.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    answer(text)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever orjson can write
    """Write a JSON document to standard output."""
    import orjson

    answer_data(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_json_lines(values: Iterable[Any]) -> None:
    """Write a JSON document per line to standard output."""
    import orjson

    answer_data("".join(orjson.dumps(value, default=_plain).decode() + "\n" for value in values))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table to standard output, tab-separated without a terminal; control characters are removed."""
    from daybreak.intake import printable

    texts = [["" if cell is None else printable(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        answer("".join("\t".join(row) + "\n" for row in [list(headings), *texts]))
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
    place = path.expanduser().resolve()
    try:
        if place.exists() and not place.is_file():
            place.write_text(text, encoding="utf-8")
        else:
            _replace(place, text)
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


def hold_closed_streams() -> None:
    """Replace closed standard streams, so that no opened file gets their descriptors.

    Writing to standard output then fails; messages on standard error are discarded.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY), number)
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", encoding="utf-8"))


def tolerate_any_encoding() -> None:
    """Print characters that the terminal's encoding lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _replace(place: Path, text: str) -> None:
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        if place.exists():
            draft.chmod(place.stat().st_mode)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _discard_the_rest() -> None:
    # The rest of the buffer would fail again, with a traceback, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
