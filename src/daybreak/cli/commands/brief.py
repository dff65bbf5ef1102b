"""``daybreak brief``: read sources, compose a brief, print it."""

import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.brief_output import BriefOutput, FormatOption
from daybreak.cli.help_examples import examples
from daybreak.cli.length_option import Length, LengthOption

if TYPE_CHECKING:
    from uuid import UUID

    from daybreak.briefs import ComposeParameters, StoredBrief
    from daybreak.cli.context import CommandContext
    from daybreak.people import BriefLength, User

EXAMPLES = examples(
    "daybreak brief",
    "daybreak brief --length glance",
    "daybreak brief ~/plans",
    "daybreak brief ~/plans --date tomorrow --no-keep",
    "daybreak brief --edition weekly",
    "daybreak brief --format html --output brief.html",
    "daybreak brief --user anna@example.org --tz Europe/Berlin --format json",
    "daybreak brief --date tomorrow --background",
)


class EditionOption(StrEnum):
    """The editions that the command can compose."""

    STANDARD = "standard"
    WEEKLY = "weekly"


Format = Annotated[
    FormatOption | None, typer.Option("--format", help="Output format; json always has the whole brief.")
]
Background = Annotated[
    bool, typer.Option("--background", help="Queue it for a background worker and print the run id.")
]
NoKeep = Annotated[bool, typer.Option("--no-keep", help="With FOLDER: print the brief and store nothing.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefOptions:
    """The arguments of the command."""

    folder: Path | None
    date: str
    timezone: str | None
    email: str | None
    output: BriefOutput
    length: LengthOption | None
    background: bool
    edition: EditionOption
    keep: bool

    def reject_contradictions(self) -> None:
        """Reject options that exclude each other.

        Raises:
            InvalidInput: two of them do.
        """
        from daybreak.errors import InvalidInput

        if self.background and self.folder is not None:
            raise InvalidInput(
                "The brief of a FOLDER is only printed; omit --background, or add the folder with “daybreak "
                "import FOLDER” and queue the brief of all sources with “daybreak brief --background”."
            )
        if self.background and (self.output.form or self.output.file or self.length):
            raise InvalidInput("--background prints no brief; omit --format, --length and --output.")
        if self.length and self.output.form is FormatOption.JSON:
            raise InvalidInput("JSON always has the whole brief; omit --length.")
        if not self.keep and self.folder is None:
            raise InvalidInput("--no-keep needs a FOLDER; the brief of all sources is always stored.")

    def choose_length(self, reader: "User") -> "BriefLength":
        """Return the length to print: the given one, or the reader's."""
        from daybreak.people import BriefLength

        return BriefLength(self.length) if self.length else reader.preferences.length


def brief(  # noqa: PLR0913, PLR0917 - one parameter for each option
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Brief this folder (or file) alone instead of all sources."),
    ] = None,
    date: Annotated[
        str, typer.Option(metavar="DATE", help="The day, like 2026-03-29, or tomorrow.")
    ] = "today",
    tz: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="IANA time zone of this brief, like Europe/Berlin; saved for a new user."
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Whose brief (default: you; created if new).")
    ] = None,
    length: Length = None,
    format_: Format = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file; - prints it.")
    ] = None,
    background: Background = False,
    edition: Annotated[
        EditionOption, typer.Option("--edition", help="The daily brief, or the weekly review.")
    ] = EditionOption.STANDARD,
    no_keep: NoKeep = False,
) -> None:
    """Read calendars and task lists, and print the brief of a day.

    FOLDER can have iCalendar files (.ics), todo.txt, Markdown check lists, tables (.csv) and JSON of many
    programs, such as Todoist, Jira, Trello, Notion or Taskwarrior, and plain notes. It becomes a source of
    later briefs.

    The brief of all sources is stored and shown in the web, and the next one shows what has changed. The
    brief of a FOLDER never replaces it: it is only printed, and compared with the folder’s brief before.
    With --no-keep neither the brief nor the folder is remembered.

    Without --length it has the length of your profile (“daybreak users set”).

    No data leaves this machine except requests to calendar URLs that you added as sources.
    """
    from daybreak.cli.context import run as run_command

    to_file = None if output == Path("-") else output
    options = BriefOptions(
        folder=folder,
        date=date,
        timezone=tz,
        email=user,
        output=BriefOutput(form=format_, file=to_file),
        length=length,
        background=background,
        edition=edition,
        keep=not no_keep,
    )
    options.reject_contradictions()
    run_command(lambda session: _run_brief(session, options))


async def _run_brief(context: "CommandContext", options: BriefOptions) -> None:
    from daybreak import clock

    if options.timezone:
        clock.parse_timezone(options.timezone)
    if options.folder is None:
        await _brief_all_sources(context, options)
    elif options.keep:
        await _brief_folder(context, options, options.folder)
    else:
        await _brief_folder_without_trace(context, options, options.folder)


async def _brief_all_sources(context: "CommandContext", options: BriefOptions) -> None:
    from daybreak import agenda, briefs
    from daybreak.cli.output import reading_progress

    person = await context.get_or_create_user(options.email, timezone=options.timezone)
    parameters = _parameters(person, options)
    with reading_progress("your sources") as progress:
        known = await context.list_sources(person)
        await agenda.refresh_sources(context.make_reader(person, parameters.date, progress), known)
    if options.background:
        await _enqueue(context, person.id, parameters)
        if not known:
            _hint_missing_sources()
        return
    brief = await _compose(context, person.id, parameters)
    options.output.print(brief.document, options.choose_length(person))
    await briefs.mark_received(context.database, person.id, brief.id)
    await _record_activity(context, person)


async def _brief_folder(context: "CommandContext", options: BriefOptions, folder: Path) -> None:
    from daybreak import agenda, briefs
    from daybreak.cli.commands.imports import hint_supported_formats
    from daybreak.cli.output import reading_progress

    person = await context.get_or_create_user(options.email, timezone=options.timezone)
    parameters = _parameters(person, options)
    with reading_progress(str(folder)) as progress:
        imported = await agenda.import_folder(context.make_reader(person, parameters.date, progress), folder)
    hint_supported_formats(imported)
    async with context.database.transaction([person.id]) as tx:
        brief = await briefs.compose_folder(tx, person.id, imported.source.id, parameters)
    options.output.print(brief.document, options.choose_length(person))
    await briefs.record_folder_brief(context.database, person.id, brief)
    await _record_activity(context, person)


async def _brief_folder_without_trace(context: "CommandContext", options: BriefOptions, folder: Path) -> None:
    from daybreak import agenda, briefs, people
    from daybreak.cli.commands.imports import hint_supported_formats
    from daybreak.cli.output import reading_progress

    person, is_new = await context.find_or_make_user(options.email, timezone=options.timezone)
    parameters = _parameters(person, options)
    with reading_progress(str(folder)) as progress:
        reader = context.make_reader(person, parameters.date, progress)
        fetched = await agenda.fetch_folder(reader, folder)
    async with context.database.discarded_transaction([person.id]) as tx:
        if is_new:
            await people.insert_user(tx, person, context.actor)
        imported = await agenda.add_fetched_folder(tx, reader, fetched)
        brief = await briefs.compose_folder(tx, person.id, imported.source.id, parameters)
    hint_supported_formats(imported)
    options.output.print(brief.document, options.choose_length(person))


def _parameters(person: "User", options: BriefOptions) -> "ComposeParameters":
    from daybreak import briefs
    from daybreak.cli.dates import parse_date

    reader = replace(person, timezone=options.timezone or person.timezone)
    return briefs.ComposeParameters(
        date=parse_date(options.date, reader.today()),
        edition=briefs.Edition(options.edition),
        timezone=options.timezone,
    )


async def _record_activity(context: "CommandContext", person: "User") -> None:
    from daybreak import people

    async with context.database.transaction([person.id]) as tx:
        await people.record_activity(tx, person.id)


async def _compose(
    context: "CommandContext", user_id: "UUID", parameters: "ComposeParameters"
) -> "StoredBrief":
    from daybreak import briefs, wiring
    from daybreak.cli.output import write_stderr

    def report_waiting() -> None:
        if sys.stderr.isatty():
            write_stderr("This brief is already being composed; waiting for it to finish.")

    return await briefs.compose_on_demand(
        context.database, wiring.compose_kind(), user_id, parameters, on_waiting=report_waiting
    )


async def _enqueue(context: "CommandContext", user_id: "UUID", parameters: "ComposeParameters") -> None:
    from daybreak import briefs
    from daybreak.cli.output import write_stderr, write_stdout

    async with context.database.transaction([user_id]) as tx:
        run = await briefs.enqueue_compose(tx, user_id, parameters)
    write_stdout(f"{run.id}\n")
    if sys.stderr.isatty():
        write_stderr(
            "Queued for a worker (“daybreak worker”). Follow it with “daybreak runs watch” and this id."
        )


def _hint_missing_sources() -> None:
    from daybreak.cli.output import write_stderr

    write_stderr(
        "There are no sources yet. Read a folder of calendars and task lists with “daybreak brief "
        "FOLDER”, or add a calendar with “daybreak sources add URL”."
    )
