"""``daybreak users invite``, ``reset`` and ``link``: access without a mail server."""

from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.commands.users import Email, Zone
from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.cli.context import CommandContext
    from daybreak.people import Invitation, LinkPurpose

INVITE_EXAMPLES = examples(
    "daybreak users invite anna@example.org", "daybreak users invite bob@example.org --admin"
)
RESET_EXAMPLES = examples("daybreak users reset anna@example.org")
LINK_EXAMPLES = examples("daybreak users link me@localhost")


def invite(
    email: Email,
    tz: Zone = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make them an administrator.")] = False,
) -> None:
    """Invite a user (prints a sign-up link).

    The link works once, for DAYBREAK_PEOPLE_LINK_HOURS hours. Send it only to the user: it opens the
    account. To create another link, invite again. A user without a password who has signed in before gets a
    password reset link.
    """
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.dates import get_system_timezone
    from daybreak.cli.output import write_stderr

    role = people.Role.ADMIN if admin else people.Role.MEMBER

    async def action(context: "CommandContext") -> "Invitation":
        zone = tz or get_system_timezone()
        return await people.invite(context.database, email, timezone=zone, role=role, actor=context.actor)

    invitation = run(action)
    if invitation.is_reset:
        write_stderr(f"{invitation.user.email} has signed in before: this is a password reset link.")
    _print_link(invitation.purpose, invitation.secret)


def reset(email: Email) -> None:
    """Print a one-time link to reset the password.

    The old password stays valid until the link is used. Then all sessions and API tokens of the user end.
    """
    from daybreak import people

    _print_link(people.LinkPurpose.RESET, _create_link(email, people.LinkPurpose.RESET))


def link(email: Email) -> None:
    """Print a one-time sign-in link."""
    from daybreak import people

    _print_link(people.LinkPurpose.SIGN_IN, _create_link(email, people.LinkPurpose.SIGN_IN))


def _create_link(email: str, purpose: "LinkPurpose") -> str:
    from daybreak import people
    from daybreak.cli.context import LOCAL_USER, run

    async def action(context: "CommandContext") -> str:
        user = await context.get_user(None if email == LOCAL_USER else email)
        return await people.create_link(context.database, user, purpose, actor=context.actor)

    return run(action)


def _print_link(purpose: "LinkPurpose", secret: str) -> None:
    from daybreak.cli.output import write_stdout
    from daybreak.web import web_settings

    write_stdout(f"{web_settings().base_url}{purpose.path(secret)}\n")
