"""``daybreak users``."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples
from daybreak.cli.length_option import Length

if TYPE_CHECKING:
    from collections.abc import Callable

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
Hours = Annotated[str | None, typer.Option(metavar="HOURS", help="Working hours, like 09:00-17:30.")]
Lunch = Annotated[
    str | None,
    typer.Option(metavar="HOURS", help="Lunch break, like 12:00-13:00, or “none”. It is not free time."),
]
DaysOff = Annotated[
    str | None, typer.Option(metavar="DAYS", help="Days without working hours, like sat,sun, or “none”.")
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
    from daybreak.cli.profile_options import format_hours

    users = run(lambda session: people.list_users(session.database))
    if json:
        print_json([asdict(user) for user in users])
        return
    rows = [
        (
            one.email,
            one.name,
            one.timezone,
            one.country,
            format_hours(one.preferences),
            _format_brief_time(one),
        )
        for one in users
    ]
    print_table(("E-MAIL", "NAME", "TIME ZONE", "COUNTRY", "WORKING HOURS", "BRIEF AT"), rows)


@app.command(
    "set",
    epilog=examples(
        "daybreak users set anna@example.org --tz America/New_York",
        "daybreak users set me@localhost --name Anna --hours 08:30-17:00",
        "daybreak users set me@localhost --lunch 12:30-13:00 --days-off fri,sat",
        "daybreak users set me@localhost --lunch none --shortest-gap 30m",
        "daybreak users set me@localhost --length glance",
    ),
)
def set_(  # noqa: PLR0913, PLR0917 - one parameter for each option
    email: Email,
    tz: Zone = None,
    name: Name = None,
    country: Country = None,
    hours: Hours = None,
    lunch: Lunch = None,
    days_off: DaysOff = None,
    focus_is_free: Annotated[
        bool | None,
        typer.Option(
            "--focus-is-free/--focus-is-busy", help="Whether focus time in the calendar is time for tasks."
        ),
    ] = None,
    shortest_gap: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Shortest free time that counts, like 20m."),
    ] = None,
    length: Length = None,
    brief_time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time of the brief, like 07:00.")
    ] = None,
) -> None:
    """Change a user; only the given options change."""
    from daybreak.cli.output import write_stdout
    from daybreak.cli.profile_options import ProfileOptions, describe_preferences
    from daybreak.errors import InvalidInput

    options = ProfileOptions(
        hours=hours,
        lunch=lunch,
        days_off=days_off,
        focus_is_free=focus_is_free,
        shortest_gap=shortest_gap,
        length=length,
        brief_time=brief_time,
    )
    preferences = options.changed_preferences()
    if not preferences and tz is None and name is None and country is None:
        raise InvalidInput("There is nothing to change; see “daybreak users set --help”.")

    def update(known: "User") -> "User":
        return replace(
            known,
            timezone=tz or known.timezone,
            name=name or known.name,
            country=_parse_country(country, known.country),
            preferences=replace(known.preferences, **preferences),
        )

    user = _update_user(email, update)
    write_stdout(
        f"Changed {user.email}: {user.name}, {user.timezone}, {user.country or 'no country'}, "
        f"{describe_preferences(user.preferences)}.\n"
    )


def _update_user(email: str, update: "Callable[[User], User]") -> "User":
    from daybreak import people
    from daybreak.cli.context import run

    async def action(context: "CommandContext") -> "User":
        user = await context.get_user(email)
        return await people.update_user_with(context.database, user.id, update)

    return run(action)


def _parse_country(text: str | None, current: str | None) -> str | None:
    if text is None:
        return current
    return None if text.strip().lower() == "none" else text


def _format_brief_time(user: "User") -> str:
    return f"{user.preferences.brief_time:%H:%M}"
