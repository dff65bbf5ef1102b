"""``daybreak users invite``, ``reset`` and ``link``: access without a mail server."""

from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.commands.users import Email, Zone
from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.cli.context import Session
    from daybreak.people import Purpose, User

INVITE = examples("daybreak users invite anna@example.org", "daybreak users invite bob@example.org --admin")
RESET = examples("daybreak users reset anna@example.org")
LINK = examples("daybreak users link me@localhost")


def invite(
    email: Email,
    tz: Zone = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make them an administrator.")] = False,
) -> None:
    """Invite a user (prints a sign-up link).

    The link works once, for DAYBREAK_PEOPLE_LINK_HOURS hours. Send it only to the user: it opens the
    account. To create another link, invite again.
    """
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.dates import system_zone

    role = people.Role.ADMIN if admin else people.Role.MEMBER

    async def verb(session: "Session") -> tuple["User", str]:
        return await people.invite(session.database, email, timezone=tz or system_zone(), role=role)

    _, secret = run(verb)
    _print(people.Purpose.INVITATION, secret)


def reset(email: Email) -> None:
    """Print a one-time link to reset the password.

    The old password stays valid until the link is used.
    """
    from daybreak import people

    _print(people.Purpose.RESET, _link(email, people.Purpose.RESET))


def link(email: Email) -> None:
    """Print a one-time sign-in link."""
    from daybreak import people

    _print(people.Purpose.SIGN_IN, _link(email, people.Purpose.SIGN_IN))


def _link(email: str, purpose: "Purpose") -> str:
    from daybreak import people
    from daybreak.cli.context import LOCAL_USER, run

    async def verb(session: "Session") -> str:
        user = await session.known_user(None if email == LOCAL_USER else email)
        return await people.make_link(session.database, user, purpose)

    return run(verb)


def _print(purpose: "Purpose", secret: str) -> None:
    from daybreak.cli.output import answer
    from daybreak.web import web_settings

    answer(f"{web_settings().address}{purpose.path(secret)}\n")
