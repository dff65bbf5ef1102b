"""``daybreak sources``."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daybreak.agenda import Imported, Source, SourceOverview
    from daybreak.cli.context import Session
    from daybreak.people import User

app = typer.Typer(help="Manage the folders and calendars that briefs read.")

UserOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose sources (default: yours).")]
SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Name, path or id (or its first characters).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog=examples("daybreak sources list", "daybreak sources list --json"))
def list_(user: UserOption = None, json: AsJson = False) -> None:
    """List sources with their last sync and contents."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.dates import moment
    from daybreak.cli.output import counted, print_json, print_table

    async def verb(session: "Session") -> "tuple[User, Sequence[SourceOverview]]":
        person = await session.known_user(user)
        return person, await agenda.overview(session.database, person)

    person, known = run(verb)
    if json:
        print_json(known)
        return
    rows = [
        (
            str(one.source.id)[:8],
            one.source.name,
            one.source.locator,
            moment(one.source.last_read_at, person.tz),
            one.tasks,
            one.events,
            one.notes,
            one.source.error or (counted(one.warnings, "warning") if one.warnings else ""),
        )
        for one in known
    ]
    print_table(("ID", "NAME", "LOCATION", "LAST READ", "TASKS", "EVENTS", "NOTES", "PROBLEMS"), rows)


@app.command("show", epilog=examples("daybreak sources show plans", "daybreak sources show 7e681467 --json"))
def show(source: SourceArgument, user: UserOption = None, json: AsJson = False) -> None:
    """Show a source with its times and all warnings."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.dates import moment
    from daybreak.cli.output import print_json, print_table

    async def verb(session: "Session") -> "tuple[User, SourceOverview, list[str]]":
        person = await session.known_user(user)
        found = await agenda.find(session.database, person, source)
        warnings = await agenda.warnings(session.database, person, found.source)
        return person, found, [str(warning) for warning in warnings]

    person, found, warnings = run(verb)
    if json:
        print_json(asdict(found) | {"warnings": warnings})
        return
    rows = [
        ("id", found.source.id),
        ("name", found.source.name),
        ("location", found.source.locator),
        ("last read", moment(found.source.last_read_at, person.tz)),
        ("last changed", moment(found.source.last_changed_at, person.tz)),
        ("contents", f"{found.tasks} tasks, {found.events} events, {found.notes} notes"),
    ]
    if found.source.error:
        rows += [
            ("failing since", moment(found.source.failing_since, person.tz)),
            ("error", found.source.error),
        ]
    print_table(("PROPERTY", "VALUE"), [*rows, *(("warning", warning) for warning in warnings)])


@app.command(
    "add",
    epilog=examples(
        "daybreak sources add ~/plans",
        "daybreak sources add https://example.org/team.ics --name Team",
    ),
)
def add(
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="A folder, a file, or a calendar URL (https:, webcal:).")
    ],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the source.")] = None,
    user: UserOption = None,
    json: AsJson = False,
) -> None:
    """Add a source and read it.

    Sources that can't be read aren't added. Calendar URLs are stored encrypted.
    """
    from daybreak import agenda, wiring
    from daybreak.cli.commands.imports import print_import
    from daybreak.cli.context import run
    from daybreak.cli.output import reading_progress

    async def verb(session: "Session") -> "Imported":
        person = await session.user(user)
        if "://" in place:
            vault = wiring.vault(session.settings)
            source = await agenda.add_address(session.database, person, place, vault, name)
        else:
            source = await agenda.add_folder(session.database, person, Path(place), name)
        with reading_progress(source.name) as progress:
            return await agenda.read_new(session.reader(person, person.today(), progress), source)

    print_import(run(verb), as_json=json)


@app.command("remove", epilog=examples("daybreak sources remove plans", "daybreak sources remove 7e681467"))
def remove(source: SourceArgument, user: UserOption = None) -> None:
    """Remove a source and its items (files are not deleted)."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import answer

    async def verb(session: "Session") -> "Source":
        return await agenda.remove(session.database, await session.known_user(user), source)

    gone = run(verb)
    answer(f"Removed {gone.name}. To add it again: “{_undo(gone, user)}”\n")


def _undo(gone: "Source", user: str | None) -> str:
    place = shlex.quote(gone.locator) if gone.kind == "folder" else "URL"
    words = ["daybreak", "sources", "add", place, "--name", shlex.quote(gone.name)]
    return " ".join(words + (["--user", shlex.quote(user)] if user else []))
