"""``daybreak sources``."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.teaching import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daybreak.agenda import Imported, Source, SourceOverview
    from daybreak.cli.session import Session

app = typer.Typer(help="The folders and calendar addresses that briefs read.")

UserOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="The owner; you if not given.")]
SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Its name, its path, or the beginning of its id.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog=examples("daybreak sources list", "daybreak sources list --json"))
def list_(user: UserOption = None, json: AsJson = False) -> None:
    """List sources: when they were read, what they gave."""
    from daybreak import agenda
    from daybreak.cli.dates import moment
    from daybreak.cli.printing import counted, print_json, print_table
    from daybreak.cli.session import run

    async def verb(session: "Session") -> "Sequence[SourceOverview]":
        return await agenda.overview(session.database, await session.known_user(user))

    known = run(verb)
    if json:
        print_json(known)
        return
    rows = [
        (
            str(one.source.id)[:8],
            one.source.name,
            one.source.locator,
            moment(one.source.last_read_at),
            one.tasks,
            one.events,
            one.notes,
            one.source.error or (counted(one.warnings, "warning") if one.warnings else ""),
        )
        for one in known
    ]
    print_table(("ID", "NAME", "PLACE", "LAST READ", "TASKS", "EVENTS", "NOTES", "TROUBLE"), rows)


@app.command("show", epilog=examples("daybreak sources show plans", "daybreak sources show 7e681467 --json"))
def show(source: SourceArgument, user: UserOption = None, json: AsJson = False) -> None:
    """Show one source with its times and all its warnings."""
    from daybreak import agenda
    from daybreak.cli.dates import moment
    from daybreak.cli.printing import print_json, print_table
    from daybreak.cli.session import run

    async def verb(session: "Session") -> "tuple[SourceOverview, list[str]]":
        person = await session.known_user(user)
        found = await agenda.find(session.database, person, source)
        warnings = await agenda.warnings(session.database, person, found.source)
        return found, [str(warning) for warning in warnings]

    found, warnings = run(verb)
    if json:
        print_json(asdict(found) | {"warnings": warnings})
        return
    rows = [
        ("id", found.source.id),
        ("name", found.source.name),
        ("place", found.source.locator),
        ("last read", moment(found.source.last_read_at)),
        ("last changed", moment(found.source.last_changed_at)),
        ("gave", f"{found.tasks} tasks, {found.events} events, {found.notes} notes"),
    ]
    if found.source.error:
        rows += [("failing since", moment(found.source.failing_since)), ("trouble", found.source.error)]
    print_table(("WHAT", "IS"), [*rows, *(("warning", warning) for warning in warnings)])


@app.command(
    "add",
    epilog=examples(
        "daybreak sources add ~/plans",
        "daybreak sources add https://example.org/team.ics --name Team",
    ),
)
def add(
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="A folder, a file, or an .ics address (https:, webcal:).")
    ],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What to call it.")] = None,
    user: UserOption = None,
    json: AsJson = False,
) -> None:
    """Add a source and read it.

    One that cannot be read is not added. The address of a calendar is kept encrypted.
    """
    from daybreak import agenda, wiring
    from daybreak.cli.imports import print_import
    from daybreak.cli.printing import reading_progress
    from daybreak.cli.session import run

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
    """Forget a source and all that it gave, but touch no file."""
    from daybreak import agenda
    from daybreak.cli.printing import answer
    from daybreak.cli.session import run

    async def verb(session: "Session") -> "Source":
        return await agenda.remove(session.database, await session.known_user(user), source)

    gone = run(verb)
    answer(f"Forgot {gone.name}; “{_undo(gone, user)}” brings it back.\n")


def _undo(gone: "Source", user: str | None) -> str:
    place = shlex.quote(gone.locator) if gone.kind == "folder" else "ADDRESS"
    words = ["daybreak", "sources", "add", place, "--name", shlex.quote(gone.name)]
    return " ".join(words + (["--user", shlex.quote(user)] if user else []))
