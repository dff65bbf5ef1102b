"""``daybreak import``, and what every command does with a source that it has read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.teaching import examples

if TYPE_CHECKING:
    from daybreak.agenda import Imported
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
    with reading_progress(str(folder)) as progress:
        return await agenda.import_folder(session.reader(person, person.today(), progress), folder)


def print_import(imported: "Imported", *, as_json: bool) -> None:
    """What an import came to: warnings on standard error, the sums on standard output."""
    from daybreak.cli.printing import answer, counted, print_json, say
    from daybreak.intake import printable

    if as_json:
        print_json(imported)
        return
    for warning in filter(None, (*imported.warnings, imported.failure)):
        say(f"warning: {warning}")
    hint_at_formats(imported)
    changes = imported.changes
    answer(
        f"{printable(imported.source.name)}: {counted(imported.files, 'file')} read: "
        f"{changes.added} added, {changes.updated} updated, {changes.removed} removed, "
        f"{changes.unchanged} unchanged, {counted(len(imported.warnings), 'warning')}.\n"
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
