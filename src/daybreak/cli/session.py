"""What a command works with: a database that answers, the settings, and the user who is meant."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from daybreak import agenda, people, telemetry, wiring
from daybreak.agenda import Reader, Source
from daybreak.cli import INTERRUPTED
from daybreak.cli.dates import system_zone
from daybreak.cli.printing import say
from daybreak.db import Database
from daybreak.errors import Conflict, NotFound
from daybreak.people import User
from daybreak.settings import Settings

LOCAL_USER = "me@localhost"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """An open database and the settings that led to it."""

    settings: Settings
    database: Database

    def reader(self, user: User, day: date, progress: Callable[[str], None] | None = None) -> Reader:
        """What sources of a user are read with."""
        return Reader(
            database=self.database,
            user=user,
            day=day,
            limits=wiring.intake_limits(),
            open_vault=lambda: wiring.vault(self.settings),
            progress=progress,
        )

    async def user(self, email: str | None, *, timezone: str | None = None) -> User:
        """The user of that address, or the one local user; made if there is none yet.

        Raises:
            InvalidInput: the address or the zone is malformed.
        """
        address = email or LOCAL_USER
        found = await people.find(self.database, address)
        if found:
            return found
        try:
            zone, name = timezone or system_zone(), None if email else login_name()
            return await people.add(self.database, address, timezone=zone, name=name)
        except Conflict:  # another command made the same user a moment ago
            return await self.known_user(address)

    async def known_user(self, email: str | None) -> User:
        """The user of that address, or the one local user, who is always there.

        Raises:
            NotFound: nobody has that address.
        """
        if email is None:
            return await self.user(None)
        found = await people.find(self.database, email)
        if found is None:
            raise NotFound(f"There is no user {email}; “daybreak users add {email}” makes one.")
        return found

    async def sources(self, user: User) -> list[Source]:
        """All sources of a user."""
        return [overview.source for overview in await agenda.overview(self.database, user)]


def run(verb: Callable[[Session], Awaitable[T]]) -> T:
    """Open the database, starting the embedded server if need be, and do one thing with it."""
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    # Libraries stay silent: a person reads of trouble in the brief, or in one sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    if wiring.is_first_start(current) and sys.stderr.isatty():
        say(f"Setting up the database in {current.home}; this happens once.")
    with wiring.postgres(current) as addresses:
        return asyncio.run(_with_database(current, addresses, verb))


async def _with_database(
    current: Settings, addresses: wiring.Addresses, verb: Callable[[Session], Awaitable[T]]
) -> T:
    try:
        async with wiring.open_database(addresses) as database:
            return await verb(Session(current, database))
    except asyncio.CancelledError:
        # Ctrl-C: the transaction is rolled back. asyncio would wait for the thread that reads files, which
        # nobody can interrupt; its child processes end with us.
        os._exit(INTERRUPTED)


def login_name() -> str:
    """Who is logged in, for greeting."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"
