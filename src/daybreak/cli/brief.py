"""``daybreak brief``: read, compose, print."""

import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.teaching import examples

if TYPE_CHECKING:
    from uuid import UUID

    from daybreak.agenda import Imported, Reader
    from daybreak.briefs import Document, StoredBrief, Wanted
    from daybreak.cli.session import Session

EXAMPLES = examples(
    "daybreak brief ~/plans",
    "daybreak brief ~/plans --date tomorrow",
    "daybreak brief --edition weekly",
    "daybreak brief --format html --output brief.html",
    "daybreak brief --user anna@example.org --tz Europe/Berlin --format json",
    "daybreak brief ~/plans --date tomorrow --background",
)


class EditionAsked(StrEnum):
    """The editions that one can ask for."""

    STANDARD = "standard"
    WEEKLY = "weekly"


class Format(StrEnum):
    """The forms that a brief can be printed in."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    folder: Path | None
    date: str
    timezone: str | None
    email: str | None
    form: Format | None
    output: Path | None
    background: bool
    edition: EditionAsked


def brief(  # noqa: PLR0913, PLR0917 - one option for each wish
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Read this folder (or file) and brief on it alone; without it, on all sources.",
        ),
    ] = None,
    date: Annotated[
        str, typer.Option(metavar="DATE", help="The day, like 2026-03-29, or tomorrow.")
    ] = "today",
    tz: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="IANA time zone of this brief, like Europe/Berlin; a new reader keeps it."
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="The reader; made if unknown, you if not given.")
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="How to print it.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file instead; - prints it.")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Have a worker compose it; print the id of its run.")
    ] = False,
    edition: Annotated[
        EditionAsked, typer.Option("--edition", help="The brief of the day, or the sum of the week before.")
    ] = EditionAsked.STANDARD,
) -> None:
    """Read calendars and task lists, print the brief of the day.

    FOLDER may hold iCalendar files (.ics), todo.txt, Markdown check lists, Taskwarrior exports (.json), CSV
    exports of Todoist, Asana or Jira, and plain notes. It stays a source of later briefs.

    Nothing leaves this machine but the requests to calendar addresses that were added as sources. The brief
    is kept, so that tomorrow's can tell what has changed since.
    """
    from daybreak.cli.session import run

    to_file = None if output == Path("-") else output
    request = Request(folder, date, tz, user, format_, to_file, background, edition)
    _refuse_forms_of_nothing(request)
    run(lambda session: _brief(session, request))


def _refuse_forms_of_nothing(request: Request) -> None:
    from daybreak.errors import InvalidInput

    if request.background and (request.form or request.output):
        raise InvalidInput("With --background no brief is printed; leave out --format and --output.")


async def _brief(session: "Session", request: Request) -> None:
    from daybreak import briefs, clock, people
    from daybreak.cli.dates import parse_date
    from daybreak.cli.printing import reading_progress

    if request.timezone:
        clock.zone(request.timezone)
    person = await session.user(request.email, timezone=request.timezone)
    reader = replace(person, timezone=request.timezone or person.timezone)
    day = parse_date(request.date, reader.today())  # sources are read in the owner's own zone, though
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
    from daybreak.cli.printing import say

    def tell() -> None:
        if sys.stderr.isatty():
            say("This brief is being composed already; waiting for that to end.")

    return await briefs.compose_on_demand(
        session.database, wiring.compose_kind(), user_id, wanted, waiting=tell
    )


async def _start(session: "Session", user_id: "UUID", wanted: "Wanted") -> None:
    from daybreak import briefs
    from daybreak.cli.printing import answer, say

    async with session.database.transaction([user_id]) as tx:
        run = await briefs.start(tx, user_id, wanted)
    answer(f"{run.id}\n")
    if sys.stderr.isatty():
        say("A worker composes it (“daybreak worker” is one); “daybreak runs watch” with this id follows it.")


async def _read(session: "Session", reader: "Reader", folder: Path | None) -> "list[Imported]":
    from daybreak import agenda
    from daybreak.cli.imports import hint_at_formats
    from daybreak.cli.printing import say

    if folder is not None:
        imported = await agenda.import_folder(reader, folder)
        hint_at_formats(imported)
        return [imported]
    known = await session.sources(reader.user)
    if not known:
        say(
            "There are no sources yet: “daybreak brief FOLDER” reads a folder of calendars and task lists, "
            "and “daybreak sources add ADDRESS” adds a calendar's address."
        )
    return await agenda.refresh(reader, known)


def _print(document: "Document", request: Request) -> None:
    from daybreak.briefs.rendering import Form, render
    from daybreak.cli.printing import answer, answer_data, write_file

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
