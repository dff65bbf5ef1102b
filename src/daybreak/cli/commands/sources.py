"""``daybreak sources``."""

import re
import shlex
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daybreak.agenda import ImportReport, Source, SourceOverview
    from daybreak.cli.context import CommandContext
    from daybreak.intake import BasicCredentials
    from daybreak.people import User


class UnassignedOption(StrEnum):
    """Whose the unassigned tasks of a team board are."""

    MINE = "mine"
    TEAM = "team"


_URL = re.compile(r"(?i)(https?|webcals?|feed):\S")
app = typer.Typer(help="Manage the folders and calendars that briefs read.")

UserOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose sources (default: yours).")]
SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Name, path or id (or its first characters).")
]
LoginOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="User name for the server of a calendar URL. The password is asked for or read from stdin.",
    ),
]
_CHANGES = {"events": "within seconds", "polling": "every minute", "maintenance": "every 15 minutes"}
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _describe_source(one: "SourceOverview") -> dict[str, object]:
    """Return a source for ``--json``."""
    return asdict(one) | {"change_detection": one.change_detection}


@app.command("list", epilog=examples("daybreak sources list", "daybreak sources list --json"))
def list_(user: UserOption = None, json: AsJson = False) -> None:
    """List sources with their last sync and contents."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import pluralize, print_json, print_table

    async def action(context: "CommandContext") -> "tuple[User, Sequence[SourceOverview]]":
        person = await context.get_user(user)
        return person, await agenda.list_sources(context.database, person)

    person, known = run(action)
    if json:
        print_json([_describe_source(one) for one in known])
        return
    rows = [
        (
            str(one.source.id)[:8],
            one.source.name,
            one.source.locator,
            format_instant(one.source.last_read_at, person.tz),
            one.tasks,
            one.events,
            one.notes,
            _CHANGES.get(one.change_detection or "", ""),
            one.source.error or (pluralize(one.warnings, "warning") if one.warnings else ""),
        )
        for one in known
    ]
    print_table(
        ("ID", "NAME", "LOCATION", "LAST SYNCED", "TASKS", "EVENTS", "NOTES", "CHANGES", "PROBLEMS"), rows
    )


@app.command("show", epilog=examples("daybreak sources show plans", "daybreak sources show 7e681467 --json"))
def show(source: SourceArgument, user: UserOption = None, json: AsJson = False) -> None:
    """Show a source with its times and all warnings."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import pluralize, print_json, print_table

    async def action(context: "CommandContext") -> "tuple[User, SourceOverview, list[str]]":
        person = await context.get_user(user)
        found = await agenda.resolve_source(context.database, person, source)
        warnings = await agenda.list_warnings(context.database, person, found.source)
        return person, found, [str(warning) for warning in warnings]

    person, found, warnings = run(action)
    if json:
        print_json(_describe_source(found) | {"warnings": warnings})
        return
    contents = (
        pluralize(found.tasks, "task"),
        pluralize(found.events, "event"),
        pluralize(found.notes, "note"),
    )
    rows = [
        ("id", found.source.id),
        ("name", found.source.name),
        ("location", found.source.locator),
        ("last synced", format_instant(found.source.last_read_at, person.tz)),
        ("last changed", format_instant(found.source.last_changed_at, person.tz)),
        ("contents", ", ".join(contents)),
        ("unassigned tasks", found.source.unassigned),
    ]
    if found.change_detection:
        rows.append(("changes are read", _CHANGES[found.change_detection]))
    if found.absent:
        rows.append(("missing", f"{pluralize(found.absent, 'item')}, shown as before"))
    if found.source.error:
        rows += [
            ("failing since", format_instant(found.source.failing_since, person.tz)),
            ("error", found.source.error),
        ]
    if found.source.error and found.source.retry_at:
        rows.append(("next request", f"not before {format_instant(found.source.retry_at, person.tz)}"))
    print_table(("PROPERTY", "VALUE"), [*rows, *(("warning", warning) for warning in warnings)])


@app.command(
    "add",
    epilog=examples(
        "daybreak sources add ~/plans",
        "daybreak sources add https://example.org/team.ics --name Team",
        "daybreak sources add https://example.org/anna.ics --login anna",
    ),
)
def add(
    location: Annotated[
        str, typer.Argument(metavar="LOCATION", help="A folder, a file, or a calendar URL (https:, webcal:).")
    ],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the source.")] = None,
    login: LoginOption = None,
    user: UserOption = None,
    json: AsJson = False,
) -> None:
    """Add a source and read it.

    Sources that can’t be read aren’t added. Calendar URLs and passwords are stored encrypted.

    A running worker reads a folder again within seconds of a change, or every 15 minutes if it can’t be
    watched.
    """
    from daybreak import agenda, wiring
    from daybreak.cli.commands.imports import print_import
    from daybreak.cli.context import run
    from daybreak.cli.output import reading_progress, write_stdout
    from daybreak.errors import InvalidInput
    from daybreak.intake import StoredAddress

    is_url = _URL.match(location.strip()) is not None or "://" in location
    if login and not is_url:
        raise InvalidInput("--login is for calendar URLs only.")
    credentials = _ask_credentials(login)

    async def action(context: "CommandContext") -> "ImportReport":
        person = await context.get_or_create_user(user)
        entered = StoredAddress.parse(location, credentials).credentials if is_url else None
        if is_url:
            vault = wiring.vault(context.settings)
            source = await agenda.add_address(context.database, person, location, vault, name, credentials)
        else:
            source = await agenda.add_folder(context.database, person, Path(location), name)
        with reading_progress(source.name) as progress:
            reader = context.make_reader(person, person.today(), progress)
            try:
                return await agenda.read_added_source(reader, source, entered)
            except InvalidInput as error:
                if error.details.get("credentials") == "required":
                    raise InvalidInput(f"{str(error).partition(';')[0]}; add --login NAME.") from None
                raise

    added = run(action)
    print_import(added, as_json=json)
    if added.source.kind == "folder" and not json:
        write_stdout("A running worker reads its changes within seconds, or every 15 minutes.\n")


@app.command(
    "password",
    epilog=examples(
        "daybreak sources password team --login anna",
        "daybreak sources password team --login anna < password.txt",
        "daybreak sources password team --remove",
    ),
)
def password(
    source: SourceArgument,
    login: LoginOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Send no user name and no password.")] = False,
    user: UserOption = None,
) -> None:
    """Change the password of a calendar URL and read it.

    They are kept only if the server accepts them.
    """
    from daybreak import agenda
    from daybreak.cli.commands.imports import print_import
    from daybreak.cli.context import run
    from daybreak.errors import InvalidInput

    if remove == bool(login):
        raise InvalidInput("Enter either --login or --remove.")
    credentials = _ask_credentials(login)

    async def action(context: "CommandContext") -> "ImportReport":
        person = await context.get_user(user)
        chosen = (await agenda.resolve_source(context.database, person, source)).source
        reader = context.make_reader(person, person.today())
        return await agenda.change_credentials(reader, chosen, credentials)

    print_import(run(action), as_json=False)


@app.command("accept", epilog=examples("daybreak sources accept plans", "daybreak sources accept 7e681467"))
def accept(source: SourceArgument, user: UserOption = None) -> None:
    """Confirm that items missing from a source are gone.

    Items of an empty, missing or damaged file are shown as they were until then.
    """
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import pluralize, write_stdout

    async def action(context: "CommandContext") -> "tuple[Source, int]":
        person = await context.get_user(user)
        return await agenda.accept_absence_by_reference(context.database, person, source)

    chosen, count = run(action)
    removed = f"Removed {pluralize(count, 'item')}" if count else "No item is missing"
    write_stdout(f"{removed} from {chosen.name}.\n")


@app.command("set", epilog=examples("daybreak sources set plans --unassigned team"))
def set_(
    source: SourceArgument,
    unassigned: Annotated[
        UnassignedOption,
        typer.Option(
            help="Whose the unassigned tasks of a team board (a file with tasks of two people) are."
        ),
    ],
    user: UserOption = None,
) -> None:
    """Change a setting of a source."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> "Source":
        person, chosen = await context.get_user(user), agenda.UnassignedTasks(unassigned)
        return await agenda.set_unassigned_by_reference(context.database, person, source, chosen)

    changed = run(action)
    whose = "yours" if changed.unassigned == "mine" else "the team’s"
    write_stdout(f"Unassigned tasks on team boards of {changed.name} are {whose}.\n")


@app.command("remove", epilog=examples("daybreak sources remove plans", "daybreak sources remove 7e681467"))
def remove(source: SourceArgument, user: UserOption = None) -> None:
    """Remove a source and its items (files are not deleted)."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> "Source":
        return await agenda.delete_source_by_reference(context.database, await context.get_user(user), source)

    gone = run(action)
    write_stdout(f"Removed {gone.name}. To add it again: “{_undo_command(gone, user)}”\n")


def _ask_credentials(login: str | None) -> "BasicCredentials | None":
    """Return the user name with a password that is typed unseen, or is the first line of standard input."""
    from daybreak.intake import BasicCredentials

    if not login:
        return None
    if sys.stdin.isatty():
        import getpass

        return BasicCredentials.parse(login, getpass.getpass(f"Password of {login}: "))
    return BasicCredentials.parse(login, sys.stdin.readline().rstrip("\r\n"))


def _undo_command(source: "Source", user: str | None) -> str:
    location = shlex.quote(source.locator) if source.kind == "folder" else "URL"
    words = ["daybreak", "sources", "add", location, "--name", shlex.quote(source.name)]
    return " ".join(words + (["--user", shlex.quote(user)] if user else []))
