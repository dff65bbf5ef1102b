"""``daybreak sample``: a realistic folder around today, for trying Daybreak without data of one's own."""

from contextlib import suppress
from datetime import date as Date  # noqa: N812 - an option is called date
from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli.teaching import examples

EXAMPLES = examples(
    "daybreak sample demo && daybreak brief demo",
    "daybreak sample demo --date 2026-03-29",
)
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
    from daybreak import agenda
    from daybreak.errors import InvalidInput

    _refuse_foreign(folder)
    found = agenda.sample_files(today, before=before)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
        for name, text in found:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"“{folder}” cannot be written ({error.strerror}); give another folder.") from None
    return len(found)


def _refuse_foreign(folder: Path) -> None:
    from daybreak.errors import Conflict

    with suppress(OSError):  # what cannot be listed cannot be written to either
        if any(folder.iterdir()) and not (folder / _MARK).exists():
            raise Conflict(
                f"“{folder}” is not empty; give a new folder, so that no file of yours is replaced."
            )
