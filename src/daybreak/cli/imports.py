"""``daybreak import``, and what every command does with a source that it has read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.teaching import examples

if TYPE_CHECKING:
    from daybreak.agenda import Imported, Reader, Source
    from daybreak.cli.session import Session

EXAMPLES = examples(
    "daybreak import ~/plans", "daybreak import ~/calendar.ics --user anna@example.org --json"
)


def import_(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder or a file with calendars, task lists, notes.")
    ],
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="The owner; made if unknown, you if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read a folder into the agenda.

    It becomes a source, which later briefs read again. What changed is updated, what vanished is marked as
    removed, what cannot be read is a warning.
    """
    from daybreak.cli.session import run

    imported = run(lambda session: _import(session, folder, user))
    print_import(imported, as_json=json)


async def _import(session: "Session", folder: Path, email: str | None) -> "Imported":
    from daybreak import agenda
    from daybreak.cli.printing import reading_progress

    person = await session.user(email)
    source = await agenda.add_folder(session.database, person, folder)
    with reading_progress(str(folder)) as progress:
        return await read_new(session.reader(person, person.today(), progress), source)


async def read_new(reader: "Reader", source: "Source") -> "Imported":
    """Read a source that may just have been added; one that never could be read does not stay.

    Raises:
        DaybreakError: it cannot be read.
    """
    from daybreak import agenda
    from daybreak.errors import DaybreakError

    try:
        return await agenda.read_source(reader, source)
    except DaybreakError:
        if source.last_read_at is None:
            await agenda.remove(reader.database, reader.user, str(source.id))
        raise


def print_import(imported: "Imported", *, as_json: bool) -> None:
    """What an import came to: warnings on standard error, the sums on standard output."""
    from daybreak.cli.printing import answer, print_json, say
    from daybreak.intake import printable

    if as_json:
        print_json(imported)
        return
    for warning in filter(None, (*imported.warnings, imported.failure)):
        say(f"warning: {warning}")
    hint_at_formats(imported)
    changes = imported.changes
    answer(
        f"{printable(imported.source.name)}: {imported.files} files read, {changes.added} entries added, "
        f"{changes.updated} updated, {changes.removed} removed, {changes.unchanged} unchanged, "
        f"{len(imported.warnings)} warnings.\n"
    )


def hint_at_formats(imported: "Imported") -> None:
    """Tell somebody whose folder gave nothing what could have been in it."""
    from daybreak.cli.printing import say

    if not imported.files and not imported.warnings:
        others = f", only {imported.ignored} of other kinds" if imported.ignored else ""
        say(
            f"There is no file in “{imported.source.name}” that Daybreak reads{others}; "
            "“daybreak brief --help” tells which ones it reads."
        )
