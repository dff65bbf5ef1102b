"""``daybreak users``."""

from dataclasses import asdict, replace
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.cli.context import Session
    from daybreak.people import User

app = typer.Typer(help="Manage users.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
Zone = Annotated[str | None, typer.Option("--tz", metavar="ZONE", help="IANA time zone, like Europe/Berlin.")]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="The user's name.")]
Country = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Country code for public holidays, like DE, or “none”."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add", epilog=examples("daybreak users add anna@example.org --tz Europe/Berlin --country DE"))
def add(email: Email, tz: Zone = None, name: Name = None, country: Country = None) -> None:
    """Create a user, by default in this machine's time zone."""
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.dates import system_zone
    from daybreak.cli.output import answer

    async def verb(session: "Session") -> "User":
        zone = tz or system_zone()
        return await people.add(
            session.database, email, timezone=zone, name=name, country=_country(country, None)
        )

    user = run(verb)
    answer(f"Added {user.email}, time zone {user.timezone}.\n")


@app.command("list", epilog=examples("daybreak users list", "daybreak users list --json"))
def list_(json: AsJson = False) -> None:
    """List all users."""
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json, print_table

    users = run(lambda session: people.everyone(session.database))
    if json:
        print_json([asdict(user) for user in users])
        return
    rows = [(one.email, one.name, one.timezone, one.country, _hours(one), _due(one)) for one in users]
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
    from daybreak.cli.output import answer
    from daybreak.cli.schedule_options import time_of_day

    _refuse_nothing(tz, name, country, hours, brief_time)

    async def verb(session: "Session") -> "User":
        user = await session.known_user(email)
        wishes: dict[str, Any] = {}
        if hours:
            wishes["workday_start"], wishes["workday_end"] = _span(hours)
        if brief_time:
            wishes["brief_time"] = time_of_day(brief_time)
        return await people.change(
            session.database,
            user.id,
            lambda kept: replace(
                kept,
                timezone=tz or kept.timezone,
                name=name or kept.name,
                country=_country(country, kept.country),
                preferences=replace(kept.preferences, **wishes),
            ),
        )

    user = run(verb)
    answer(
        f"Changed {user.email}: {user.name}, {user.timezone}, {user.country or 'no country'}, working hours "
        f"{_hours(user)}, brief at {_due(user)}.\n"
    )


def _refuse_nothing(*given: str | None) -> None:
    from daybreak.errors import InvalidInput

    if all(value is None for value in given):
        raise InvalidInput("There is nothing to change; see “daybreak users set --help”.")


def _country(given: str | None, known: str | None) -> str | None:
    if given is None:
        return known
    return None if given.strip().lower() == "none" else given


def _hours(user: "User") -> str:
    return f"{user.preferences.workday_start:%H:%M}-{user.preferences.workday_end:%H:%M}"


def _due(user: "User") -> str:
    return f"{user.preferences.brief_time:%H:%M}"


def _span(text: str) -> tuple[time, time]:
    from daybreak.cli.schedule_options import time_of_day
    from daybreak.errors import InvalidInput

    first, dash, last = text.partition("-")
    if not dash:
        raise InvalidInput(f"“{text}” are not working hours; write them like 09:00-17:30.")
    return time_of_day(first), time_of_day(last)
