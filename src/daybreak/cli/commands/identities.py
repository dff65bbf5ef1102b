"""``daybreak users identities``."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from daybreak.cli.commands.users import AsJson, Email
from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    import asyncpg

    from daybreak.cli.context import CommandContext
    from daybreak.people import Identity, User

    Verb = Callable[[asyncpg.Connection, UUID, UUID], Awaitable[Identity]]

app = typer.Typer(
    help="Manage the names and addresses by which files call a user.\n\n"
    "A task that is assigned to one of them is the user’s; other assigned tasks are other people’s. "
    "The full name and the e-mail address of the user count at once. Names in files are proposals until "
    "they are confirmed.",
    epilog=examples(
        "daybreak users identities list anna@example.org",
        'daybreak users identities confirm anna@example.org "A. Berg"',
    ),
)
Value = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The name, e-mail address or @handle, as “list” shows it."),
]
NewValue = Annotated[
    str, typer.Argument(metavar="NAME", help="The name, e-mail address or @handle, like “Anna Berg”.")
]


@app.command("list", epilog=examples("daybreak users identities list anna@example.org"))
def list_(email: Email, json: AsJson = False) -> None:
    """List names and addresses, and which of them count."""
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json, print_table

    async def action(context: "CommandContext") -> "list[Identity]":
        return (await _read(context, email))[1]

    found = run(action)
    if json:
        print_json([asdict(one) | {"counts": one.counts} for one in found])
        return
    rows = [(one.value, one.kind, _format_state(one), _format_origin(one)) for one in found]
    print_table(("NAME OR ADDRESS", "KIND", "STATE", "FROM"), rows)


@app.command(
    "add",
    epilog=examples(
        'daybreak users identities add anna@example.org "Anna Berg"',
        "daybreak users identities add anna@example.org @aberg",
    ),
)
def add(email: Email, value: NewValue) -> None:
    """Add a name or address of the user.

    A first name alone, like Anna, includes every task that is assigned to just Anna.
    """
    from daybreak import people
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> "tuple[User, Identity]":
        user = await context.get_user(email)
        async with context.database.transaction([user.id]) as tx:
            return user, await people.add_identity(tx, user.id, value)

    user, added = run(action)
    write_stdout(f"“{added.value}” is {user.email}.\n")


@app.command("confirm", epilog=examples('daybreak users identities confirm anna@example.org "A. Berg"'))
def confirm(email: Email, value: Value) -> None:
    """Confirm that a proposed name or address is the user’s."""
    from daybreak import people

    _answer(email, value, people.confirm_identity, "“{0}” is {1}.")


@app.command("reject", epilog=examples("daybreak users identities reject anna@example.org Anna"))
def reject(email: Email, value: Value) -> None:
    """Reject a name or address: it is another person’s."""
    from daybreak import people

    _answer(email, value, people.reject_identity, "“{0}” is not {1}.")


@app.command("remove", epilog=examples('daybreak users identities remove anna@example.org "A. Berg"'))
def remove(email: Email, value: Value) -> None:
    """Remove a name or address, or withdraw an answer.

    One that was added is deleted. An answer to one of the profile or of a file is withdrawn.
    """
    from daybreak import people

    _answer(email, value, people.remove_identity, "Removed “{0}” from {1}.", is_removal=True)


def _answer(email: str, value: str, verb: "Verb", sentence: str, *, is_removal: bool = False) -> None:
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout
    from daybreak.errors import InvalidInput

    async def action(context: "CommandContext") -> str:
        user, found = await _read(context, email)
        identity = _find(found, value, user)
        if is_removal and not (identity.is_added or identity.is_answered):
            raise InvalidInput(f"“{identity.value}” has no answer yet; use “confirm” or “reject”.")
        async with context.database.transaction([user.id]) as tx:
            await verb(tx, user.id, identity.id)
        if is_removal and not identity.is_added:
            return _describe_withdrawal(identity)
        return sentence.format(identity.value, user.email)

    write_stdout(run(action) + "\n")


def _describe_withdrawal(identity: "Identity") -> str:
    if identity.is_assumed:
        state = "counts, as the only short form of the name in its source"
    else:
        state = "counts, as it is in the profile" if identity.source == "profile" else "is a proposal again"
    return f"Withdrew the answer to “{identity.value}”; it {state}."


async def _read(context: "CommandContext", email: str) -> "tuple[User, list[Identity]]":
    from daybreak import people

    user = await context.get_user(email)
    async with context.database.transaction([user.id]) as tx:
        return user, await people.list_identities(tx, user.id)


def _find(found: "list[Identity]", value: str, user: "User") -> "Identity":
    from daybreak.errors import NotFound
    from daybreak.people import fold_name

    for one in found:
        if fold_name(one.value) == fold_name(value):
            return one
    raise NotFound(
        f"{user.email} has no name or address “{value}”; see “daybreak users identities list {user.email}”."
    )


def _format_state(identity: "Identity") -> str:
    if identity.rejected_at:
        return "rejected"
    return "counts" if identity.counts else "proposed"


def _format_origin(identity: "Identity") -> str:
    from daybreak.cli.output import pluralize

    if identity.source == "file":
        return f"{pluralize(identity.seen, 'task')} in {identity.source_name}"
    return "the profile" if identity.source == "profile" else "added"
