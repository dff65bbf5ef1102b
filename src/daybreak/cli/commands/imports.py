"""``daybreak import``, and the printed result of reading a source."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.agenda import ImportReport
    from daybreak.cli.context import CommandContext

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


async def _import(context: "CommandContext", folder: Path, email: str | None) -> "ImportReport":
    from daybreak import agenda
    from daybreak.cli.output import reading_progress

    person = await context.get_or_create_user(email)
    with reading_progress(str(folder)) as progress:
        return await agenda.import_folder(context.make_reader(person, person.today(), progress), folder)


def print_import(imported: "ImportReport", *, as_json: bool) -> None:
    """Print the result of an import: warnings on standard error, the counts on standard output."""
    from daybreak.cli.output import pluralize, print_json, write_stderr, write_stdout
    from daybreak.intake import printable

    if as_json:
        print_json(imported)
        return
    for warning in filter(None, (*imported.warnings, imported.failure)):
        write_stderr(f"warning: {warning}")
    hint_supported_formats(imported)
    changes = imported.changes
    write_stdout(
        f"{printable(imported.source.name)}: {pluralize(imported.files, 'file')} read: "
        f"{changes.added} added, {changes.updated} updated, {changes.removed} removed, "
        f"{changes.unchanged} unchanged, {pluralize(len(imported.warnings), 'warning')}.\n"
    )


def hint_supported_formats(imported: "ImportReport") -> None:
    """Print a hint if a folder has no supported files."""
    from daybreak.cli.output import pluralize, write_stderr

    if not imported.files and not imported.warnings:
        others = f" ({pluralize(imported.ignored, 'file')} ignored)" if imported.ignored else ""
        write_stderr(
            f"No supported files found in “{imported.source.name}”{others}; "
            "“daybreak brief --help” lists the supported formats."
        )
