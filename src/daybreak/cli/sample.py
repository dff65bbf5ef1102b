"""``daybreak sample``: a realistic folder around today, for trying Daybreak without data of one's own."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date as Date  # noqa: N812 - an option is called date
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.teaching import examples

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

EXAMPLES = examples(
    "daybreak sample demo && daybreak brief demo",
    "daybreak sample demo --date 2026-03-29",
)
_TEMPLATES = "sample_folder"
_MARK = ".daybreak-sample"


def sample(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write it; made if missing.")],
    date: Annotated[
        str, typer.Option(metavar="DATE", help="The day it is about, like 2026-03-29.")
    ] = "today",
    before: Annotated[
        bool, typer.Option("--before", help="As it stood the evening before, to see what changes overnight.")
    ] = False,
) -> None:
    """Write a sample folder to try Daybreak with.

    It holds a freelancer's calendar, task lists and notes, dated around today. A folder with files of your
    own is left alone.
    """
    from daybreak import clock
    from daybreak.cli.dates import parse_date, system_zone
    from daybreak.cli.printing import answer

    here = clock.local_date(clock.now(), clock.zone(system_zone()))
    written = write_sample(folder, parse_date(date, here), before=before)
    answer(f"Wrote {written} files to {folder}.\n")


def write_sample(folder: Path, today: Date, *, before: bool = False) -> int:
    """Write the sample around a date; gives the number of files.

    Raises:
        InvalidInput: the folder cannot be written to.
        Conflict: it holds something else than such a sample.
    """
    from jinja2 import Environment, StrictUndefined

    from daybreak.errors import InvalidInput

    _refuse_foreign(folder)

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - plain text
    environment.globals.update(
        before=before,
        day=lambda offset: (today + timedelta(days=offset)).isoformat(),
        stamp=lambda offset: f"{today + timedelta(days=offset):%Y%m%d}",
        if_before=lambda then, now: then if before else now,
    )
    templates = list(_templates(files(__package__).joinpath(_TEMPLATES)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
        for name, text in templates:
            path = folder / environment.from_string(name).render()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(environment.from_string(text).render(), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"“{folder}” cannot be written ({error.strerror}); give another folder.") from None
    return len(templates)


def _refuse_foreign(folder: Path) -> None:
    from daybreak.errors import Conflict

    with suppress(OSError):  # what cannot be listed cannot be written to either
        if any(folder.iterdir()) and not (folder / _MARK).exists():
            raise Conflict(
                f"“{folder}” is not empty; give a new folder, so that no file of yours is replaced."
            )


def _templates(folder: "Traversable", prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
