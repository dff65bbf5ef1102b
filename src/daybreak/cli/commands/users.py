"""``daybreak users``."""

from dataclasses import asdict, replace
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.cli.context import CommandContext
    from daybreak.people import User

app = typer.Typer(help="Manage users.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user’s e-mail address.")]
Zone = Annotated[str | None, typer.Option("--tz", metavar="ZONE", help="IANA time zone, like Europe/Berlin.")]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="The user’s name.")]
Country = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Country code for public holidays, like DE, or “none”."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add", epilog=examples("daybreak users add anna@example.org --tz Europe/Berlin --country DE"))
def add(email: Email, tz: Zone = None, name: Name = None, country: Country = None) -> None:
    """Create a user, by default in this machine’s time zone."""
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.dates import get_system_timezone
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> "User":
        zone = tz or get_system_timezone()
        return await people.create_user(
            context.database,
            email,
            timezone=zone,
            name=name,
            country=_parse_country(country, None),
            actor=context.actor,
        )

    user = run(action)
    write_stdout(f"Added {user.email}, time zone {user.timezone}.\n")


@app.command("list", epilog=examples("daybreak users list", "daybreak users list --json"))
def list_(json: AsJson = False) -> None:
    """List all users."""
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json, print_table

    users = run(lambda session: people.list_users(session.database))
    if json:
        print_json([asdict(user) for user in users])
        return
    rows = [
        (one.email, one.name, one.timezone, one.country, _format_hours(one), _format_brief_time(one))
        for one in users
    ]
    print_table(("E-MAIL", "NAME", "TIME ZONE", "COUNTRY", "WORKING HOURS", "BRIEF AT"), rows)


@app.command(
    "set",
    epilog=examples(
        "daybreak users set anna@example.org --tz America/New_York",
        "daybreak users set me@localhost --name Anna --hours 08:30-17:00",
    ),
)
def set_(
    email: Email,
    tz: Zone = None,
    name: Name = None,
    country: Country = None,
    hours: Annotated[
        str | None, typer.Option(metavar="HOURS", help="Working hours, like 09:00-17:30.")
    ] = None,
    brief_time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time of the brief, like 07:00.")
    ] = None,
) -> None:
    """Change a user; only the given options change."""
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout
    from daybreak.cli.schedule_options import parse_time

    _require_change(tz, name, country, hours, brief_time)

    async def action(context: "CommandContext") -> "User":
        user = await context.get_user(email)
        preferences: dict[str, Any] = {}
        if hours:
            preferences["workday_start"], preferences["workday_end"] = _parse_hours(hours)
        if brief_time:
            preferences["brief_time"] = parse_time(brief_time)
        return await people.update_user_with(
            context.database,
            user.id,
            lambda known: replace(
                known,
                timezone=tz or known.timezone,
                name=name or known.name,
                country=_parse_country(country, known.country),
                preferences=replace(known.preferences, **preferences),
            ),
        )

    user = run(action)
    write_stdout(
        f"Changed {user.email}: {user.name}, {user.timezone}, {user.country or 'no country'}, working hours "
        f"{_format_hours(user)}, brief at {_format_brief_time(user)}.\n"
    )


def _require_change(*values: str | None) -> None:
    from daybreak.errors import InvalidInput

    if all(value is None for value in values):
        raise InvalidInput("There is nothing to change; see “daybreak users set --help”.")


def _parse_country(text: str | None, current: str | None) -> str | None:
    if text is None:
        return current
    return None if text.strip().lower() == "none" else text


def _format_hours(user: "User") -> str:
    return f"{user.preferences.workday_start:%H:%M}-{user.preferences.workday_end:%H:%M}"


def _format_brief_time(user: "User") -> str:
    return f"{user.preferences.brief_time:%H:%M}"


def _parse_hours(text: str) -> tuple[time, time]:
    from daybreak.cli.schedule_options import parse_time
    from daybreak.errors import InvalidInput

    first, dash, last = text.partition("-")
    if not dash:
        raise InvalidInput(f"“{text}” are not working hours; write them like 09:00-17:30.")
    return parse_time(first), parse_time(last)
