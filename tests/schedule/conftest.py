from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak import clock, people, schedule
from daybreak.db import Database, apply_migrations
from daybreak.people import Preferences, User
from daybreak.schedule import DayOutcome, ScheduleSettings, Ticker, TickResult

RESET = """
DELETE FROM people_users;
TRUNCATE runs_open, runs_finished, runs_events, runs_counters, pgq.pgqueuer, schedule_slots;
UPDATE schedule_state SET tzdata = '', p95_duration = '0', briefs_per_second = 50, max_lead = '30 minutes'
"""


def _dsn_for(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@dataclass
class SchedulerHarness:
    """A database for the schedule tests, a clock that the test sets, and a ticker."""

    app: str
    database: Database
    admin: asyncpg.Connection
    monkeypatch: pytest.MonkeyPatch
    settings: ScheduleSettings = field(default_factory=lambda: ScheduleSettings(batch_size=100))

    def set_now(self, now: datetime | str) -> datetime:
        """Set the clock to an instant and return it."""
        now = datetime.fromisoformat(now) if isinstance(now, str) else now
        self.monkeypatch.setattr(clock, "now", lambda: now)
        return now

    async def create_user(self, timezone: str = "Europe/Berlin", **preferences) -> User:
        """Create a user whose next due date has been computed."""
        user = await people.create_user(self.database, f"{uuid4().hex}@example.org", timezone=timezone)
        if preferences:
            user = await people.update_user_with(
                self.database, user.id, lambda _: replace(user, preferences=Preferences(**preferences))
            )
        await schedule.get_status(self.database, user.id)
        return user

    async def update_preferences(self, user: User, timezone: str | None = None, **preferences) -> User:
        """Change a user's preferences."""
        changed = replace(
            user,
            timezone=timezone or user.timezone,
            preferences=replace(user.preferences, **preferences),
        )
        return await people.update_user_with(self.database, changed.id, lambda _: changed)

    async def tick(self, now: datetime | str | None = None, ticker: Ticker | None = None) -> TickResult:
        """Tick once, at an instant."""
        if now:
            self.set_now(now)
        return await (ticker or Ticker(self.database, self.settings)).tick(clock.now())

    async def tick_each(self, *instants: datetime | str) -> list[TickResult]:
        ticker = Ticker(self.database, self.settings)
        return [await self.tick(instant, ticker) for instant in instants]

    async def days(self, user: User) -> list[DayOutcome]:
        """Return the outcomes of a user, oldest first."""
        async with self.database.transaction([user.id]) as tx:
            return (await schedule.list_outcomes(tx, user.id, 1000))[::-1]

    async def outcomes(self, user: User) -> list[tuple[date, str, str, str]]:
        return [(one.local_date, one.edition, one.outcome, one.reason) for one in await self.days(user)]

    async def runs(self, user: User) -> list[str]:
        """Return the keys of a user's open runs."""
        rows = await self.admin.fetch("SELECT key FROM runs_open WHERE owner_id = $1 ORDER BY key", user.id)
        return [row["key"] for row in rows]

    async def next_due(self, user: User) -> datetime | None:
        pending = (await schedule.get_status(self.database, user.id)).next
        return pending.due_at if pending else None

    async def set_last_seen(self, user: User, at: datetime) -> None:
        await self.admin.execute("UPDATE people_users SET last_seen_at = $2 WHERE id = $1", user.id, at)

    async def set_reachability(
        self, user_id: UUID, *, observable: bool = True, reachable: bool = True
    ) -> None:
        async with self.database.transaction([user_id]) as tx:
            await schedule.set_reachability(tx, user_id, reachable=reachable, observable=observable)


@pytest.fixture(scope="session")
async def schedule_database(postgres) -> AsyncIterator[tuple[str, Database, asyncpg.Connection]]:
    """Create a separate database for the schedule tests on the same server."""
    name = f"daybreak_schedule_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    await apply_migrations(_dsn_for(postgres.owner, name))
    connection = await asyncpg.connect(_dsn_for(postgres.admin, name))
    app = _dsn_for(postgres.app, name)
    async with Database.connect(app, max_connections=6) as database:
        yield app, database, connection
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def harness(schedule_database, monkeypatch) -> SchedulerHarness:
    """Return an empty harness at noon on 29 March 2026, the day on which summer time starts in Berlin."""
    app, database, admin = schedule_database
    await admin.execute(RESET)
    harness = SchedulerHarness(app, database, admin, monkeypatch)
    harness.set_now(datetime(2026, 3, 29, 10, 0, tzinfo=UTC))
    return harness
