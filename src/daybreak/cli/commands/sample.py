"""``daybreak sample``: a realistic folder of sample data around today."""

from contextlib import suppress
from datetime import date as Date  # noqa: N812 - an option is called date
from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli.help_examples import examples

EXAMPLES = examples(
    "daybreak sample demo && daybreak brief demo",
    "daybreak sample demo --date 2026-03-29",
)
_MARKER_FILE = ".daybreak-sample"


def sample(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder to write to; created if missing.")
    ],
    date: Annotated[
        str, typer.Option(metavar="DATE", help="The day of the sample, like 2026-03-29.")
    ] = "today",
    before: Annotated[
        bool, typer.Option("--before", help="The state of the evening before, to see what changes overnight.")
    ] = False,
) -> None:
    """Write a sample folder.

    It contains a freelancer’s calendar, task lists and notes, dated around today. Folders with other files
    are not changed.
    """
    from daybreak import clock
    from daybreak.cli.dates import get_system_timezone, parse_date
    from daybreak.cli.output import write_stdout

    here = clock.local_date(clock.now(), clock.parse_timezone(get_system_timezone()))
    written = write_sample(folder, parse_date(date, here), before=before)
    write_stdout(f"Wrote {written} files to {folder}.\n")


def write_sample(folder: Path, today: Date, *, before: bool = False) -> int:
    """Write the sample around a date, and return the number of files.

    Raises:
        InvalidInput: the folder cannot be written to.
        Conflict: the folder has other files than a sample.
    """
    from daybreak import agenda
    from daybreak.errors import InvalidInput

    _reject_other_files(folder)
    found = agenda.sample_files(today, day_before=before)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARKER_FILE).touch()
        for name, text in found:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"“{folder}” cannot be written ({error.strerror}); use another folder.") from None
    return len(found)


def _reject_other_files(folder: Path) -> None:
    from daybreak.errors import Conflict

    with suppress(OSError):  # a folder that cannot be listed fails when it is written to
        if any(folder.iterdir()) and not (folder / _MARKER_FILE).exists():
            raise Conflict(
                f"“{folder}” is not empty; use a new folder, so that none of your files is replaced."
            )
