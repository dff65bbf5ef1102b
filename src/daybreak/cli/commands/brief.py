"""``daybreak brief``: read sources, compose a brief, print it."""

import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from uuid import UUID

    from daybreak.agenda import ImportReport, SourceReader
    from daybreak.briefs import ComposeParameters, Document, StoredBrief
    from daybreak.cli.context import CommandContext

EXAMPLES = examples(
    "daybreak brief ~/plans",
    "daybreak brief ~/plans --date tomorrow",
    "daybreak brief --edition weekly",
    "daybreak brief --format html --output brief.html",
    "daybreak brief --user anna@example.org --tz Europe/Berlin --format json",
    "daybreak brief ~/plans --date tomorrow --background",
)


class EditionOption(StrEnum):
    """The editions that the command can compose."""

    STANDARD = "standard"
    WEEKLY = "weekly"


class FormatOption(StrEnum):
    """The output formats of a brief."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class BriefOptions:
    """The arguments of the command."""

    folder: Path | None
    date: str
    timezone: str | None
    email: str | None
    form: FormatOption | None
    output: Path | None
    background: bool
    edition: EditionOption


def brief(  # noqa: PLR0913, PLR0917 - one parameter for each option
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Use only this folder (or file) instead of all sources.",
        ),
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
    format_: Annotated[FormatOption | None, typer.Option("--format", help="Output format.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file; - prints it.")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Queue it for a background worker and print the run id.")
    ] = False,
    edition: Annotated[
        EditionOption, typer.Option("--edition", help="The daily brief, or the weekly review.")
    ] = EditionOption.STANDARD,
) -> None:
    """Read calendars and task lists, and print the brief of a day.

    FOLDER can have iCalendar files (.ics), todo.txt, Markdown check lists, tables (.csv) and JSON of many
    programs, such as Todoist, Jira, Trello, Notion or Taskwarrior, and plain notes. It becomes a source of
    later briefs.

    No data leaves this machine except requests to calendar URLs that you added as sources. The brief is
    stored, so that the next one can show what has changed.
    """
    from daybreak.cli.context import run as run_command

    to_file = None if output == Path("-") else output
    request = BriefOptions(folder, date, tz, user, format_, to_file, background, edition)
    _reject_background_output(request)
    run_command(lambda session: _run_brief(session, request))


def _reject_background_output(options: BriefOptions) -> None:
    from daybreak.errors import InvalidInput

    if options.background and (options.form or options.output):
        raise InvalidInput("--background prints no brief; omit --format and --output.")


async def _run_brief(context: "CommandContext", options: BriefOptions) -> None:
    from daybreak import briefs, clock, people
    from daybreak.cli.dates import parse_date
    from daybreak.cli.output import reading_progress

    if options.timezone:
        clock.parse_timezone(options.timezone)
    person = await context.get_or_create_user(options.email, timezone=options.timezone)
    reader = replace(person, timezone=options.timezone or person.timezone)
    day = parse_date(options.date, reader.today())  # sources are read in the owner's own zone
    with reading_progress(str(options.folder or "your sources")) as progress:
        imported = await _read_sources(context, context.make_reader(person, day, progress), options.folder)
    scope = tuple(one.source.id for one in imported) if options.folder else None
    edition = briefs.Edition(options.edition)
    parameters = briefs.ComposeParameters(date=day, edition=edition, timezone=options.timezone, sources=scope)
    if options.background:
        await _enqueue(context, person.id, parameters)
        return
    brief = await _compose(context, person.id, parameters)
    _print_brief(brief.document, options)
    await briefs.mark_received(context.database, person.id, brief.id)
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


async def _read_sources(
    context: "CommandContext", reader: "SourceReader", folder: Path | None
) -> "list[ImportReport]":
    from daybreak import agenda
    from daybreak.cli.commands.imports import hint_supported_formats
    from daybreak.cli.output import write_stderr

    if folder is not None:
        imported = await agenda.import_folder(reader, folder)
        hint_supported_formats(imported)
        return [imported]
    known = await context.list_sources(reader.user)
    if not known:
        write_stderr(
            "There are no sources yet. Read a folder of calendars and task lists with “daybreak brief "
            "FOLDER”, or add a calendar with “daybreak sources add URL”."
        )
    return await agenda.refresh_sources(reader, known)


def _print_brief(document: "Document", options: BriefOptions) -> None:
    from daybreak.briefs.rendering import OutputFormat, render
    from daybreak.cli.output import write_file, write_stdout, write_stdout_utf8

    if options.form is None and options.output is None and sys.stdout.isatty():
        from rich.console import Console

        from daybreak.briefs.rendering.terminal import render_terminal

        Console().print(render_terminal(document))
        return
    form = options.form or FormatOption.TEXT
    text = render(document, OutputFormat(form)).rstrip("\n") + "\n"
    if options.output is not None:
        write_file(options.output, text)
    elif form in {FormatOption.HTML, FormatOption.JSON}:
        write_stdout_utf8(text)
    else:
        write_stdout(text)
