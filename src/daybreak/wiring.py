"""The composition root: the only module that chooses databases, limits and keys.

Modules in lower layers receive their dependencies as arguments; modules in higher layers get them here.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daybreak import db
from daybreak.db import RECOVERY_SECONDS, Database
from daybreak.errors import Misconfigured
from daybreak.intake import IntakeSettings, Vault
from daybreak.settings import Settings, settings

if TYPE_CHECKING:
    from daybreak.agenda import FolderWatcher
    from daybreak.briefs import ComposeKind
    from daybreak.runs import AnyKind
    from daybreak.schedule import MaintenanceTask, Scheduler
    from daybreak.web import ApiRouter, Pages


_REFUSED_SECONDS = 3.0
NOTIFY_CHANNELS = ("daybreak_runs", "daybreak_people")
"""Channels that the web subscribes to: ids of changed runs, and of ended sessions and revoked tokens."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Database URLs by role; only migrations need the owner."""

    app: str
    owner: str | None
    embedded: bool
    long_running: bool = False

    @property
    def refused_seconds(self) -> float:
        """How long to wait for a server that refuses connections: the embedded one is started again soon."""
        if self.embedded:
            return RECOVERY_SECONDS
        return _REFUSED_SECONDS if self.long_running else 0.0


def load_settings() -> Settings:
    """Return the settings of this process; all groups are declared by now, so all their variables are known.

    Raises:
        Misconfigured: a setting is unknown or malformed.
    """
    return settings()


@contextmanager
def postgres(settings: Settings, *, long_running: bool = False) -> Iterator[DatabaseUrls]:
    """Provide the PostgreSQL server of the settings, or the embedded one, which runs during the block.

    Args:
        settings: the settings of this process.
        long_running: whether this process outlives a restart of the server. It then logs the restart of an
            embedded server, and starts that server again if its supervisor is gone, too.

    Raises:
        DaybreakError: the embedded server cannot be started.
    """
    if settings.database_url is not None:
        owner = settings.database_owner_url
        yield DatabaseUrls(
            settings.database_url.get_secret_value(),
            owner.get_secret_value() if owner else None,
            embedded=False,
            long_running=long_running,
        )
        return
    from daybreak.db import embedded  # noqa: PLC0415 - not needed on a fleet

    with embedded.attach(settings.home, watch=long_running) as embedded_server:
        yield DatabaseUrls(
            embedded_server.dsn("daybreak_app"),
            embedded_server.dsn("daybreak_owner"),
            embedded=True,
            long_running=long_running,
        )


def is_first_start(settings: Settings) -> bool:
    """Return whether `postgres` must first initialize the embedded server, which takes some seconds.

    Raises:
        DaybreakError: the home folder is not readable for this user.
    """
    if settings.database_url is not None:
        return False
    from daybreak.db import embedded  # noqa: PLC0415 - not needed on a fleet

    return embedded.status(settings.home).version is None


@asynccontextmanager
async def open_database(
    database_urls: DatabaseUrls, *, connections: int = 4, acquire_seconds: float = 60
) -> AsyncIterator[Database]:
    """Connect to a database with this version's schema.

    Pending migrations are applied to the embedded database only; on any other an operator applies them.

    Args:
        database_urls: the database.
        connections: the number of concurrent transactions.
        acquire_seconds: the longest wait for a free connection.

    Raises:
        Misconfigured: migrations are pending, or the role has too many privileges.
    """
    async with Database.connect(
        database_urls.app,
        max_connections=connections,
        acquire_seconds=acquire_seconds,
        refused_seconds=database_urls.refused_seconds,
    ) as database:
        if await database.has_pending_migrations():
            if not database_urls.embedded or database_urls.owner is None:
                raise Misconfigured(
                    "The database must be migrated for this version of Daybreak; run “daybreak db migrate”."
                )
            await db.apply_migrations(database_urls.owner)
        yield database


def compose_kind() -> "ComposeKind":
    """Return the run kind that composes briefs, with the deterministic writer."""
    from daybreak import briefs  # noqa: PLC0415 - slow import; only composing processes need it

    return briefs.COMPOSE


def kinds() -> "list[AnyKind]":
    """Return every run kind that a worker of this version can execute."""
    from daybreak import agenda, onboarding, schedule  # noqa: PLC0415 - slow imports; only workers need them

    return [
        compose_kind(),
        *agenda.kinds(),
        *onboarding.kinds(),
        schedule.make_maintenance_kind(maintenance_tasks()),
    ]


def maintenance_tasks() -> "list[MaintenanceTask]":
    """Return all maintenance tasks with their cron schedules."""
    from daybreak import agenda, people, schedule  # noqa: PLC0415 - likewise

    return [
        *schedule.builtin_tasks(schedule.ScheduleSettings.load()),
        schedule.MaintenanceTask(name="agenda.refresh", cron="*/15 * * * *", run=agenda.enqueue_refreshes),
        schedule.MaintenanceTask(
            name="agenda.read_folders", cron="*/15 * * * *", run=agenda.enqueue_changed_folders
        ),
        schedule.MaintenanceTask(
            name="agenda.report_stale", cron="43 * * * *", run=agenda.report_stale_sources
        ),
        schedule.MaintenanceTask(name="people.purge", cron="7 * * * *", run=people.purge_expired),
    ]


def scheduler(database: Database) -> "Scheduler":
    """Create the scheduler, which enqueues due briefs and maintenance tasks."""
    from daybreak import schedule  # noqa: PLC0415 - likewise

    return schedule.Scheduler(database, schedule.ScheduleSettings.load(), maintenance_tasks())


def folder_watcher(database: Database, settings: Settings) -> "FolderWatcher":
    """Create the watcher, which enqueues readings of folder sources that change."""
    from daybreak import agenda  # noqa: PLC0415 - likewise

    return agenda.FolderWatcher(database, intake_settings(), settings.home)


async def has_live_worker(database: Database) -> bool:
    """Return whether a worker sent a heartbeat within its lease and is not draining."""
    from daybreak import runs  # noqa: PLC0415 - as above

    return any(one.alive and not one.draining for one in await runs.list_workers(database))


def pages() -> "list[Pages]":
    """Return the pages of every slice."""
    from daybreak.account.routes import pages as account  # noqa: PLC0415 - only the web needs FastAPI
    from daybreak.agenda.routes import pages as agenda  # noqa: PLC0415 - likewise
    from daybreak.briefs.pages import pages as briefs  # noqa: PLC0415 - likewise
    from daybreak.onboarding.routes import pages as onboarding  # noqa: PLC0415 - likewise
    from daybreak.ops.routes import pages as ops  # noqa: PLC0415 - likewise

    return [briefs, agenda, ops, account, onboarding]


def apis() -> "list[ApiRouter]":
    """Return the API of every slice."""
    from daybreak.account.api import api as account  # noqa: PLC0415 - only the web needs FastAPI
    from daybreak.agenda.api import api as agenda  # noqa: PLC0415 - likewise
    from daybreak.briefs.api import api as briefs  # noqa: PLC0415 - likewise
    from daybreak.onboarding.api import api as onboarding  # noqa: PLC0415 - likewise
    from daybreak.ops.api import api as ops  # noqa: PLC0415 - likewise
    from daybreak.schedule.api import api as schedule  # noqa: PLC0415 - likewise

    return [briefs, agenda, schedule, ops, account, onboarding]


def intake_settings() -> IntakeSettings:
    """Return the limits for files, uploads and fetched calendars."""
    return IntakeSettings.load()


def vault(settings: Settings) -> Vault:
    """Open the vault that encrypts the secrets of users."""
    return Vault.open(intake_settings(), settings.home)
