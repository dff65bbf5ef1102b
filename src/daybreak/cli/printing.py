"""How the command line shows things: tables for people, JSON for programs, progress on standard error."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from daybreak.errors import InvalidInput, Unavailable


def answer(text: str = "") -> None:
    """Put what was asked for on standard output, at once; a reader who leaves early (“| head”) is no error.

    Raises:
        Unavailable: it cannot be written, as when the disk is full.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
    except OSError as error:
        _discard_the_rest()
        raise Unavailable(f"Standard output cannot be written ({error.strerror}).") from None


def counted(number: int, noun: str) -> str:
    """So many of a regular noun, e.g. “1 file”, “3 files”."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(sentence: str) -> None:
    """Tell a person something that is not what was asked for: on standard error."""
    with suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def answer_data(text: str) -> None:
    """Put what programs read on standard output: in UTF-8, whatever the terminal's encoding is.

    Raises:
        Unavailable: it cannot be written, as when the disk is full.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    answer(text)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever orjson can write
    """One JSON document on standard output."""
    import orjson

    answer_data(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_json_lines(values: Iterable[Any]) -> None:
    """A JSON document on each line of standard output."""
    import orjson

    answer_data("".join(orjson.dumps(value, default=_plain).decode() + "\n" for value in values))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output; tab-separated when nobody is looking. No cell commands the terminal."""
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
    """Write a file whole or not at all; what is no ordinary file, such as a pipe, is written straight.

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
        raise InvalidInput(f"“{path}” cannot be written ({error.strerror}); give another path.") from None


@contextmanager
def reading_progress(what: str) -> Iterator[Callable[[str], None]]:
    """A call for each file that was read: a live line for people, nothing when nobody is looking."""
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
    """Put a stand-in where the caller closed a standard stream, lest the next file gets its number.

    What is written to standard output then fails; questions and remarks get lost.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY), number)
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", encoding="utf-8"))


def tolerate_any_encoding() -> None:
    """Print what the terminal's encoding has no sign for as an escape."""
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
    # What is left in the buffer would fail once more, with a traceback, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
