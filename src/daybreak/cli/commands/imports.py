"""``daybreak import``, and the printed result of reading a source."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.agenda import Imported
    from daybreak.cli.context import Session

EXAMPLES = examples(
    "daybreak import ~/plans", "daybreak import ~/calendar.ics --user anna@example.org --json"
)


def import_(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder or file with calendars, task lists or notes.")
    ],
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Whose source (default: you; created if new).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read a folder into the agenda.

    The folder becomes a source that later briefs read again. Changed items are updated, missing items are
    marked as removed, and unreadable ones become warnings.
    """
    from daybreak.cli.context import run

    imported = run(lambda session: _import(session, folder, user))
    print_import(imported, as_json=json)


async def _import(session: "Session", folder: Path, email: str | None) -> "Imported":
    from daybreak import agenda
    from daybreak.cli.output import reading_progress

    person = await session.user(email)
    with reading_progress(str(folder)) as progress:
        return await agenda.import_folder(session.reader(person, person.today(), progress), folder)


def print_import(imported: "Imported", *, as_json: bool) -> None:
    """Print the result of an import: warnings on standard error, the counts on standard output."""
    from daybreak.cli.output import answer, counted, print_json, say
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
    """Print a hint if a folder has no supported files."""
    from daybreak.cli.output import counted, say

    if not imported.files and not imported.warnings:
        others = f" ({counted(imported.ignored, 'file')} ignored)" if imported.ignored else ""
        say(
            f"No supported files found in “{imported.source.name}”{others}; "
            "“daybreak brief --help” lists the supported formats."
        )
