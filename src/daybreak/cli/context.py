"""The context of a command: settings, an open database, and the user."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from daybreak import agenda, people, telemetry, wiring
from daybreak.agenda import Source, SourceReader
from daybreak.cli.dates import get_system_timezone
from daybreak.cli.output import write_stderr
from daybreak.db import Database
from daybreak.errors import INTERRUPTED, Conflict, NotFound
from daybreak.people import Actor, User
from daybreak.settings import Settings

LOCAL_USER = "me@localhost"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The settings and the open database of a command."""

    settings: Settings
    database: Database

    @property
    def actor(self) -> Actor:
        """The login name of this process, as the actor of security events."""
        return Actor.of_command(get_login_name())

    def make_reader(
        self, user: User, day: date, progress: Callable[[str], None] | None = None
    ) -> SourceReader:
        """Return the reader of a user's sources."""
        return SourceReader(
            database=self.database,
            user=user,
            today=day,
            # Under “daybreak up” an administrator of this machine confirmed them.
            limits=wiring.intake_settings().model_copy(update={"allow_confirmed_addresses": True}),
            open_vault=lambda: wiring.vault(self.settings),
            progress=progress,
            home=self.settings.home,
        )

    async def get_or_create_user(self, email: str | None, *, timezone: str | None = None) -> User:
        """Return the user with that address, or the local user; create the user if missing.

        Raises:
            InvalidInput: the address or the time zone is malformed.
        """
        user, is_new = await self.find_or_make_user(email, timezone=timezone)
        if not is_new:
            return user
        try:
            async with self.database.transaction([user.id]) as tx:
                await people.insert_user(tx, user, self.actor)
        except Conflict:  # another command has just created the same user
            return await self.get_user(user.email)
        return user

    async def find_or_make_user(self, email: str | None, *, timezone: str | None = None) -> tuple[User, bool]:
        """Return the user with that address, or the local user, and whether it is new and not stored.

        Raises:
            InvalidInput: the address or the time zone is malformed.
        """
        address = email or LOCAL_USER
        if found := await people.find_by_email(self.database, address):
            return found, False
        zone, name = timezone or get_system_timezone(), None if email else get_login_name()
        return people.make_user(address, timezone=zone, name=name), True

    async def get_user(self, email: str | None) -> User:
        """Return the user with that address, or the local user, who is created if missing.

        Raises:
            NotFound: no user has that address.
        """
        if email is None:
            return await self.get_or_create_user(None)
        found = await people.find_by_email(self.database, email)
        if found is None:
            raise NotFound(f"There is no user {email}; create one with “daybreak users add {email}”.")
        return found

    async def list_sources(self, user: User) -> list[Source]:
        """Return all sources of a user."""
        return [overview.source for overview in await agenda.list_sources(self.database, user)]


def run(action: Callable[[CommandContext], Awaitable[T]]) -> T:
    """Open the database, start the embedded server if needed, and call a function with the context."""
    current = wiring.load_settings()
    telemetry.configure(current.command_log_level)
    # Libraries print nothing: users see errors in the brief, or in one sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    if wiring.is_first_start(current) and sys.stderr.isatty():
        write_stderr(f"Setting up the database in {current.home} (only once).")
    with wiring.postgres(current) as addresses:
        return asyncio.run(_with_database(current, addresses, action))


async def _with_database(
    current: Settings, addresses: wiring.DatabaseUrls, action: Callable[[CommandContext], Awaitable[T]]
) -> T:
    try:
        async with wiring.open_database(addresses) as database:
            return await action(CommandContext(current, database))
    except asyncio.CancelledError:
        # Ctrl-C: the transaction is rolled back. asyncio would wait for the thread that reads files, which
        # cannot be interrupted; its child processes end with this one.
        os._exit(INTERRUPTED)


def get_login_name() -> str:
    """Return the login name, as the name of the local user."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"
