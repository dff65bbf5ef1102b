"""Test that pages over large tables use few statements, each with an index."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import pytest

MANY = """
INSERT INTO runs_finished (
    owner_id, id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence,
    last_event_number, phase, total, done, failed, skipped, errors, created_at, started_at, finished_at
)
SELECT
    $1, gen_random_uuid(), 'ops.work', 'interactive', 'key ' || n, '{}', 'succeeded', 1, 1, 3, 1, 0,
    '', 0, 0, 0, 0, '[]',
    now() - n * interval '1 minute', now(), now() - n * interval '1 minute'
FROM generate_series(1, $2) AS n
"""
EVENTS = """
INSERT INTO runs_events (owner_id, run_id, number, at, name)
SELECT owner_id, id, n, finished_at, 'succeeded'
FROM runs_finished, generate_series(1, 3) AS n WHERE owner_id = $1
"""
PEOPLE = """
INSERT INTO people_users (id, email, name, timezone)
SELECT gen_random_uuid(), 'crowd-' || n || '@example.org', 'Crowd', 'Test/Nowhere'
FROM generate_series(1, $1) AS n
"""
PREFERENCES = (
    "INSERT INTO people_preferences (owner_id) SELECT id FROM people_users WHERE timezone = 'Test/Nowhere'"
)
# Some have an error; each has an enqueued day, and one missed just now.
ERRORS = """
UPDATE schedule_entries SET
    is_stale = FALSE, error = CASE WHEN owner_id < '10000000-0000-0000-0000-000000000000' THEN 'x' END
WHERE timezone = 'Test/Nowhere'
"""
DAYS = """
INSERT INTO schedule_outcomes (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT owner_id, date '2026-03-28' + day, 'standard', w.outcome, w.reason, $1, $1
FROM schedule_entries, (VALUES (0, 'enqueued', 'due'), (1, 'missed', 'too_late')) AS w (day, outcome, reason)
WHERE timezone = 'Test/Nowhere'
"""
SLOTS = """
INSERT INTO schedule_slots (timezone, local_time, local_date, due_at, user_count, instant_user_count)
SELECT 'Test/' || n % 60, time '00:00' + n / 60 * interval '15 minutes', date '2026-03-29' + day,
    timestamptz '2026-03-29 00:00Z' + day * interval '1 day' + n * interval '1 minute', n % 3, n % 3
FROM generate_series(0, 1439) AS n, generate_series(0, 9) AS day
"""
FORM = "brief_time=06:30&frequency=daily&day=1&quiet_day=send&weekly_day=5&catch_up=60&project_choice=all"
PAGES = [
    "/runs",
    "/runs?status=failed",
    "/runs?q=nothing+like+it&kind=ops.work",
    "/runs/{run}",
    "/operations",
    "/operations/schedule",
    "/settings/schedule",
    f"/settings/schedule/preview?{FORM}",
]
SCANNED = "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"


class RecordedStatements:
    """The recorded statements of pages, with their arguments.

    Only those of the test's own task: a server that other tests started has loops in this process.
    """

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple]] = []

    def __enter__(self):
        recorded = self.statements
        is_own = ContextVar("is_own", default=False)
        is_own.set(True)

        def recording(name):
            plain = getattr(asyncpg.Connection, name)

            async def method(connection, query, *arguments, **more):
                if is_own.get():
                    recorded.append((query, arguments))
                return await plain(connection, query, *arguments, **more)

            return patch.object(asyncpg.Connection, name, method)

        self._patches = [recording(name) for name in ("fetch", "fetchrow", "fetchval", "execute")]
        for one in self._patches:
            one.start()
        return self

    def __exit__(self, *_):
        for one in self._patches:
            one.stop()

    @property
    def without_transactions(self) -> list[tuple[str, tuple]]:
        """The statements except for BEGIN, COMMIT and ROLLBACK."""
        return [one for one in self.statements if not one[0].startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


@pytest.fixture(scope="module")
async def crowd(postgres):
    """Create thousands of runs of another user, and thousands of users with schedule outcomes."""
    admin = await asyncpg.connect(postgres.admin)
    owner = uuid4()
    await admin.execute(MANY, owner, 20_000)
    await admin.execute(EVENTS, owner)
    await admin.execute(PEOPLE, 5000)
    for insert in (PREFERENCES, ERRORS, SLOTS):
        await admin.execute(insert)
    await admin.execute(DAYS, datetime(2026, 3, 29, 5, tzinfo=UTC))
    # The runs of earlier tests in this database left counters, which maintenance folds into a few rows.
    await admin.execute("SELECT runs_fold_counters()")
    await admin.execute("ANALYZE")
    yield owner
    await admin.execute("DELETE FROM people_users WHERE timezone = 'Test/Nowhere'")
    await admin.execute("DELETE FROM schedule_slots WHERE timezone LIKE 'Test/%'")
    await admin.execute("DELETE FROM runs_events WHERE owner_id = $1", owner)
    await admin.execute("DELETE FROM runs_finished WHERE owner_id = $1", owner)
    await admin.close()


@asynccontextmanager
async def open_connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection, and close it when a check fails, too."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


def scanned(plan: dict) -> set[str]:
    """Return the tables that a plan scans fully."""
    found = {str(plan.get("Relation Name", ""))} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(scanned(one) for one in plan.get("Plans", ())))


@pytest.mark.parametrize("path", PAGES)
async def test_pages_use_few_statements_and_no_full_scans(
    path: str, crowd: UUID, anna_client, run_workspace, admin_connection, admin_user, postgres
):
    await admin_connection.execute(MANY, run_workspace.user.id, 6000)
    run = await run_workspace.run_to_end("x", items={"a": "", "b": "always"})
    await anna_client.get(path.format(run=run.id))  # records activity and recomputes a changed schedule
    with RecordedStatements() as recorded:
        answer = await anna_client.get(path.format(run=run.id))
    assert answer.status_code == 200
    assert 0 < len(recorded.without_transactions) <= 9
    big = {
        row["relname"]
        for row in await admin_connection.fetch("SELECT relname FROM pg_class WHERE reltuples > 1000")
    }
    async with open_connection(postgres.app) as connection:
        for statement, arguments in recorded.without_transactions:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL daybreak.owner_ids = '{{{run_workspace.user.id}}}'")
                text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
                await connection.fetch(statement, *arguments)
                inside = {row["relname"] for row in await connection.fetch(SCANNED)}
            assert scanned(json.loads(text)[0]["Plan"]) & big == set(), statement
            assert inside & big == set(), f"in a function of {statement}"


async def test_search_without_results_stops_and_offers_older_runs(
    anna_client, run_workspace, admin_connection
):
    await admin_connection.execute(MANY, run_workspace.user.id, 6000)
    page = (await anna_client.get("/runs?q=key+5999")).text
    assert "Search older runs" in page
    link = page.partition('href="/runs?q=key+5999&amp;after=')[2].partition('"')[0]
    assert ">key 5999</a>" in (await anna_client.get(f"/runs?q=key+5999&after={link}")).text
