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

    from daybreak.agenda import Imported, Reader
    from daybreak.briefs import Document, StoredBrief, Wanted
    from daybreak.cli.context import Session

EXAMPLES = examples(
    "daybreak brief ~/plans",
    "daybreak brief ~/plans --date tomorrow",
    "daybreak brief --edition weekly",
    "daybreak brief --format html --output brief.html",
    "daybreak brief --user anna@example.org --tz Europe/Berlin --format json",
    "daybreak brief ~/plans --date tomorrow --background",
)


class EditionAsked(StrEnum):
    """The editions that the command can compose."""

    STANDARD = "standard"
    WEEKLY = "weekly"


class Format(StrEnum):
    """The output formats of a brief."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of the command."""

    folder: Path | None
    date: str
    timezone: str | None
    email: str | None
    form: Format | None
    output: Path | None
    background: bool
    edition: EditionAsked


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
    format_: Annotated[Format | None, typer.Option("--format", help="Output format.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file; - prints it.")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Queue it for a background worker and print the run id.")
    ] = False,
    edition: Annotated[
        EditionAsked, typer.Option("--edition", help="The daily brief, or the weekly review.")
    ] = EditionAsked.STANDARD,
) -> None:
    """Read calendars and task lists, and print the brief of a day.

    FOLDER can have iCalendar files (.ics), todo.txt, Markdown check lists, Taskwarrior exports (.json), CSV
    exports of Todoist, Asana or Jira, and plain notes. It becomes a source of later briefs.

    No data leaves this machine except requests to calendar URLs that you added as sources. The brief is
    stored, so that the next one can show what has changed.
    """
    from daybreak.cli.context import run

    to_file = None if output == Path("-") else output
    request = Request(folder, date, tz, user, format_, to_file, background, edition)
    _refuse_forms_of_nothing(request)
    run(lambda session: _brief(session, request))


def _refuse_forms_of_nothing(request: Request) -> None:
    from daybreak.errors import InvalidInput

    if request.background and (request.form or request.output):
        raise InvalidInput("--background prints no brief; omit --format and --output.")


async def _brief(session: "Session", request: Request) -> None:
    from daybreak import briefs, clock, people
    from daybreak.cli.dates import parse_date
    from daybreak.cli.output import reading_progress

    if request.timezone:
        clock.zone(request.timezone)
    person = await session.user(request.email, timezone=request.timezone)
    reader = replace(person, timezone=request.timezone or person.timezone)
    day = parse_date(request.date, reader.today())  # sources are read in the owner's own zone
    with reading_progress(str(request.folder or "your sources")) as progress:
        imported = await _read(session, session.reader(person, day, progress), request.folder)
    scope = tuple(one.source.id for one in imported) if request.folder else None
    edition = briefs.Edition(request.edition)
    wanted = briefs.Wanted(date=day, edition=edition, timezone=request.timezone, sources=scope)
    if request.background:
        await _start(session, person.id, wanted)
        return
    brief = await _compose(session, person.id, wanted)
    _print(brief.document, request)
    await briefs.receive(session.database, person.id, brief.id)
    async with session.database.transaction([person.id]) as tx:
        await people.visit(tx, person.id)


async def _compose(session: "Session", user_id: "UUID", wanted: "Wanted") -> "StoredBrief":
    from daybreak import briefs, wiring
    from daybreak.cli.output import say

    def tell() -> None:
        if sys.stderr.isatty():
            say("This brief is already being composed; waiting for it to finish.")

    return await briefs.compose_on_demand(
        session.database, wiring.compose_kind(), user_id, wanted, waiting=tell
    )


async def _start(session: "Session", user_id: "UUID", wanted: "Wanted") -> None:
    from daybreak import briefs
    from daybreak.cli.output import answer, say

    async with session.database.transaction([user_id]) as tx:
        run = await briefs.start(tx, user_id, wanted)
    answer(f"{run.id}\n")
    if sys.stderr.isatty():
        say("Queued for a worker (“daybreak worker”). Follow it with “daybreak runs watch” and this id.")


async def _read(session: "Session", reader: "Reader", folder: Path | None) -> "list[Imported]":
    from daybreak import agenda
    from daybreak.cli.commands.imports import hint_at_formats
    from daybreak.cli.output import say

    if folder is not None:
        imported = await agenda.import_folder(reader, folder)
        hint_at_formats(imported)
        return [imported]
    known = await session.sources(reader.user)
    if not known:
        say(
            "There are no sources yet. Read a folder of calendars and task lists with “daybreak brief "
            "FOLDER”, or add a calendar with “daybreak sources add URL”."
        )
    return await agenda.refresh(reader, known)


def _print(document: "Document", request: Request) -> None:
    from daybreak.briefs.rendering import Form, render
    from daybreak.cli.output import answer, answer_data, write_file

    if request.form is None and request.output is None and sys.stdout.isatty():
        from rich.console import Console

        from daybreak.briefs.rendering.terminal import terminal_view

        Console().print(terminal_view(document))
        return
    form = request.form or Format.TEXT
    text = render(document, Form(form)).rstrip("\n") + "\n"
    if request.output is not None:
        write_file(request.output, text)
    elif form in {Format.HTML, Format.JSON}:
        answer_data(text)
    else:
        answer(text)
