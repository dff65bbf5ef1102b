"""The only place that names concrete things: which database, which limits, which keys.

Everything below is handed what it needs; everything above asks here.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daybreak import db
from daybreak.db import Database
from daybreak.errors import Misconfigured
from daybreak.intake import IntakeSettings, Vault
from daybreak.settings import Settings, settings

if TYPE_CHECKING:
    from daybreak.briefs import ComposeKind
    from daybreak.runs import AnyKind
    from daybreak.schedule import Scheduler, Upkeep
    from daybreak.web import Api, Pages


CHANNELS = ("daybreak_runs", "daybreak_people")
"""What the web hears: runs that something happened in, sessions and tokens that ended; by their ids."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is, by role; only migrations need the owner."""

    app: str
    owner: str | None
    embedded: bool


def load_settings() -> Settings:
    """The settings of this process; every group is declared by now, so none of its variables is refused.

    Raises:
        Misconfigured: one is unknown or malformed.
    """
    return settings()


@contextmanager
def postgres(settings: Settings) -> Iterator[Addresses]:
    """A PostgreSQL that answers: the one that the settings name, or the embedded server while the block runs.

    Raises:
        DaybreakError: the embedded server cannot be started.
    """
    if settings.database_url is not None:
        owner = settings.database_owner_url
        yield Addresses(
            settings.database_url.get_secret_value(),
            owner.get_secret_value() if owner else None,
            embedded=False,
        )
        return
    from daybreak.db import embedded  # noqa: PLC0415 - not needed on a fleet

    with embedded.attach(settings.home) as server:
        yield Addresses(server.dsn("daybreak_app"), server.dsn("daybreak_owner"), embedded=True)


def is_first_start(settings: Settings) -> bool:
    """Whether `postgres` would have to make the embedded server's data first, which takes some seconds.

    Raises:
        DaybreakError: the folder is not ours to look into.
    """
    if settings.database_url is not None:
        return False
    from daybreak.db import embedded  # noqa: PLC0415 - not needed on a fleet

    return embedded.status(settings.home).version is None


@asynccontextmanager
async def open_database(addresses: Addresses, *, connections: int = 4) -> AsyncIterator[Database]:
    """A database with this version's schema.

    The embedded one is migrated when that is due; on any other that is the operator's decision.

    Raises:
        Misconfigured: migrations are due, or the role is too powerful.
    """
    async with Database.connect(addresses.app, connections=connections) as database:
        if await database.migrations_due():
            if not addresses.embedded or addresses.owner is None:
                raise Misconfigured(
                    "The database has to be migrated for this version of Daybreak; run “daybreak db migrate”."
                )
            await db.migrate(addresses.owner)
        yield database


def compose_kind() -> "ComposeKind":
    """How briefs are composed: with the deterministic writer."""
    from daybreak import briefs  # noqa: PLC0415 - only what composes has to wait for it

    return briefs.COMPOSE


def kinds() -> "list[AnyKind]":
    """Every kind of run that a worker of this version can do."""
    from daybreak import agenda, schedule, welcome  # noqa: PLC0415 - only what runs them has to wait for them

    return [compose_kind(), *agenda.kinds(), *welcome.kinds(), schedule.upkeep_kind(upkeeps())]


def upkeeps() -> "list[Upkeep]":
    """Everything that is done by the clock."""
    from daybreak import agenda, people, schedule  # noqa: PLC0415 - likewise

    return [
        *schedule.housekeeping(schedule.ScheduleSettings.load()),
        schedule.Upkeep(name="agenda.refresh", cron="*/15 * * * *", do=agenda.start_refreshes),
        schedule.Upkeep(name="agenda.report_stale", cron="43 * * * *", do=agenda.report_stale),
        schedule.Upkeep(name="people.tidy", cron="7 * * * *", do=people.tidy),
    ]


def scheduler(database: Database) -> "Scheduler":
    """What keeps the schedule, and starts what is done by the clock."""
    from daybreak import schedule  # noqa: PLC0415 - likewise

    return schedule.Scheduler(database, schedule.ScheduleSettings.load(), upkeeps())


async def is_worker_there(database: Database) -> bool:
    """Whether a worker was seen within its lease, and goes on."""
    from daybreak import runs  # noqa: PLC0415 - as above

    return any(one.alive and not one.draining for one in await runs.workers(database))


def pages() -> "list[Pages]":
    """The pages of every slice."""
    from daybreak.account.routes import pages as account  # noqa: PLC0415 - only the web waits for FastAPI
    from daybreak.agenda.routes import pages as agenda  # noqa: PLC0415 - likewise
    from daybreak.briefs.routes import pages as briefs  # noqa: PLC0415 - likewise
    from daybreak.ops.routes import pages as ops  # noqa: PLC0415 - likewise
    from daybreak.welcome.routes import pages as welcome  # noqa: PLC0415 - likewise

    return [briefs, agenda, ops, account, welcome]


def apis() -> "list[Api]":
    """The operations of every slice, for programs."""
    from daybreak.account.api import api as account  # noqa: PLC0415 - only the web waits for FastAPI
    from daybreak.agenda.api import api as agenda  # noqa: PLC0415 - likewise
    from daybreak.briefs.api import api as briefs  # noqa: PLC0415 - likewise
    from daybreak.ops.api import api as ops  # noqa: PLC0415 - likewise
    from daybreak.schedule.api import api as schedule  # noqa: PLC0415 - likewise
    from daybreak.welcome.api import api as welcome  # noqa: PLC0415 - likewise

    return [briefs, agenda, schedule, ops, account, welcome]


def intake_limits() -> IntakeSettings:
    """The bounds on what is read from outside."""
    return IntakeSettings.load()


def vault(settings: Settings) -> Vault:
    """What encrypts the secrets of users."""
    return Vault.open(intake_limits(), settings.home)
