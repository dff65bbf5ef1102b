from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak import clock, people, schedule
from daybreak.db import Database, migrate
from daybreak.people import Preferences, User
from daybreak.schedule import Decision, ScheduleSettings, Ticked, Ticker

CLEAR = """
DELETE FROM people_users;
TRUNCATE runs_open, runs_finished, runs_events, runs_counters, pgq.pgqueuer, schedule_slots;
UPDATE schedule_state SET tzdata = '', took = '0', per_second = 50, longest_lead = '30 minutes'
"""


def _of(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@dataclass
class Office:
    """A database for the schedule tests, a clock that the test sets, and a ticker."""

    app: str
    database: Database
    admin: asyncpg.Connection
    monkeypatch: pytest.MonkeyPatch
    settings: ScheduleSettings = field(default_factory=lambda: ScheduleSettings(chunk=100))

    def at(self, moment: datetime | str) -> datetime:
        """Set the clock to an instant and return it."""
        now = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        self.monkeypatch.setattr(clock, "now", lambda: now)
        return now

    async def join(self, timezone: str = "Europe/Berlin", **preferences) -> User:
        """Create a user whose next due date has been computed."""
        user = await people.add(self.database, f"{uuid4().hex}@example.org", timezone=timezone)
        if preferences:
            user = await people.change(
                self.database, user.id, lambda _: replace(user, preferences=Preferences(**preferences))
            )
        await schedule.standing(self.database, user.id)
        return user

    async def prefer(self, user: User, timezone: str | None = None, **preferences) -> User:
        """Change a user's preferences."""
        changed = replace(
            user,
            timezone=timezone or user.timezone,
            preferences=replace(user.preferences, **preferences),
        )
        return await people.change(self.database, changed.id, lambda _: changed)

    async def tick(self, moment: datetime | str | None = None, ticker: Ticker | None = None) -> Ticked:
        """Tick once, at an instant."""
        if moment:
            self.at(moment)
        return await (ticker or Ticker(self.database, self.settings)).tick(clock.now())

    async def tick_through(self, *moments: datetime | str) -> list[Ticked]:
        ticker = Ticker(self.database, self.settings)
        return [await self.tick(moment, ticker) for moment in moments]

    async def days(self, user: User) -> list[Decision]:
        """Return the outcomes of a user, oldest first."""
        async with self.database.transaction([user.id]) as tx:
            return (await schedule.history(tx, user.id, 1000))[::-1]

    async def outcomes(self, user: User) -> list[tuple[date, str, str, str]]:
        return [(one.local_date, one.edition, one.outcome, one.reason) for one in await self.days(user)]

    async def runs(self, user: User) -> list[str]:
        """Return the keys of a user's open runs."""
        rows = await self.admin.fetch("SELECT key FROM runs_open WHERE owner_id = $1 ORDER BY key", user.id)
        return [row["key"] for row in rows]

    async def next_due(self, user: User) -> datetime | None:
        pending = (await schedule.standing(self.database, user.id)).next
        return pending.due_at if pending else None

    async def set_visit(self, user: User, at: datetime) -> None:
        await self.admin.execute("UPDATE people_users SET last_visit_at = $2 WHERE id = $1", user.id, at)

    async def set_reach(self, user_id: UUID, *, observable: bool = True, reachable: bool = True) -> None:
        async with self.database.transaction([user_id]) as tx:
            await schedule.note_reach(tx, user_id, reachable=reachable, observable=observable)


@pytest.fixture(scope="session")
async def premises(postgres) -> AsyncIterator[tuple[str, Database, asyncpg.Connection]]:
    """Create a separate database for the schedule tests on the same server."""
    name = f"daybreak_schedule_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    await migrate(_of(postgres.owner, name))
    connection = await asyncpg.connect(_of(postgres.admin, name))
    app = _of(postgres.app, name)
    async with Database.connect(app, connections=6) as database:
        yield app, database, connection
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def office(premises, monkeypatch) -> Office:
    """Return an empty harness at noon on 29 March 2026, the day on which summer time starts in Berlin."""
    app, database, admin = premises
    await admin.execute(CLEAR)
    office = Office(app, database, admin, monkeypatch)
    office.at(datetime(2026, 3, 29, 10, 0, tzinfo=UTC))
    return office
