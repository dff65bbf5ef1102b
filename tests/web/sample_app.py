"""An application with sample data and a fixed date, for screenshots."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg

from daybreak import agenda, briefs, clock, people, runs, server, wiring
from daybreak.agenda import Upload, jobs
from daybreak.agenda.sources import uploads
from daybreak.db import Database, apply_migrations, embedded
from daybreak.db.embedded import EmbeddedServer
from daybreak.errors import Unauthenticated
from daybreak.intake import UploadedFile
from daybreak.people import Actor, ClientInfo, LinkPurpose, Role, Scope, User
from daybreak.runs import Run, Worker
from daybreak.web import WebSettings

# Later than any real clock: timestamps of activity do not change while screenshots are taken.
DAY = date(2037, 3, 31)
MORNING = datetime(2037, 3, 31, 5, 2, tzinfo=UTC)
IDS = """
SELECT
    (SELECT id FROM agenda_tasks WHERE title LIKE 'Send invoice%') AS task,
    (SELECT id FROM agenda_events WHERE title LIKE '%design review') AS event,
    (SELECT id FROM agenda_projects WHERE name LIKE 'Northlight%' LIMIT 1) AS project,
    (SELECT id FROM agenda_sources WHERE kind = 'upload') AS source,
    (SELECT id FROM runs_finished WHERE kind = 'agenda.refresh' AND status = 'partial') AS run
"""
# The database uses the clock of the machine: its timestamps are moved to that morning.
MOVE_CLOCK = """
SET session_replication_role = replica;
UPDATE runs_finished SET
    created_at = created_at + {0}, started_at = started_at + {0}, finished_at = finished_at + {0};
UPDATE runs_events SET at = at + {0};
UPDATE runs_durations SET day = '2037-03-31';
INSERT INTO runs_durations (kind, day, wait_bucket, run_bucket, runs, wait_seconds, run_seconds)
SELECT
    'briefs.compose', '2037-03-31'::date - ago, runs_duration_bucket(0.02),
    runs_duration_bucket(0.04 * speed),
    30 + 7 * ((ago * 5) % 6), 1, 2
FROM generate_series(0, 13) AS ago, generate_series(1, 3) AS speed;
INSERT INTO runs_counters (kind, status, change)
SELECT kind, 'succeeded', sum(runs) FROM runs_durations WHERE kind = 'briefs.compose' GROUP BY kind;
UPDATE runs_workers SET
    draining = FALSE, started_at = '2037-03-30 04:30+00', last_heartbeat_at = '2037-03-31 05:02+00';
INSERT INTO schedule_slots (timezone, local_time, local_date, due_at, user_count)
SELECT
    'Europe/Berlin', '06:00'::time + h * interval '30 minutes', '2037-04-01',
    '2037-03-31 05:30+00'::timestamptz + h * interval '30 minutes',
    90 * exp(-power((h - 43) / 3.0, 2)) + h % 4
FROM generate_series(0, 46) AS h
ON CONFLICT DO NOTHING;
UPDATE schedule_state SET
    p95_duration = '0.4 s', briefs_per_second = 140, measured_at = '2037-03-31 05:00+00';
DELETE FROM schedule_schedulers;
INSERT INTO schedule_schedulers (id, name, started_at, seen_at, last_error)
VALUES (gen_random_uuid(), 'atlas', '2037-03-30 04:30+00', '2037-03-31 05:02+00', '');
INSERT INTO schedule_maintenance (name, cron, next_run_at) VALUES
    ('people.purge', '17 * * * *', '2037-03-31 05:17+00'),
    ('agenda.enqueue_refreshes', '*/15 * * * *', '2037-03-31 05:15+00')
ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at;
DELETE FROM runs_finished WHERE kind = 'schedule.maintenance';
INSERT INTO runs_finished (
    owner_id, id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence,
    last_event_number, phase, total, done, failed, skipped, result, errors,
    created_at, started_at, finished_at, run_seconds
)
SELECT
    '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'schedule.maintenance', 'interactive', name,
    '{{}}', 'succeeded', 1, 1, 3, 1, 0, '', 0, 0, 0, 0, jsonb_build_object('summary', summary), '[]',
    at::timestamptz, at::timestamptz, at::timestamptz, seconds
FROM (
    VALUES ('people.purge', '2037-03-31 04:17+00', 0.02, 'Deleted 0 accounts due for deletion.'),
        ('agenda.enqueue_refreshes', '2037-03-31 05:00+00', 0.11, 'Refreshes enqueued: 1 of 1 due.')
) AS v (name, at, seconds, summary);
UPDATE people_sessions SET created_at = created_at + {0}, seen_at = seen_at + {0};
UPDATE people_tokens SET created_at = created_at + {0}, expires_at = expires_at + {0};
UPDATE people_security_events SET at = at + {0}, last_at = last_at + {0};
SET session_replication_role = DEFAULT
"""


@dataclass
class SampleApp:
    """The running application, and the ids of its resources."""

    address: str
    secret: str
    ids: dict[str, str]

    @property
    def cookie(self) -> dict[str, str]:
        """The cookie of a signed-in browser."""
        return {"name": f"daybreak-{urlsplit(self.address).port}", "value": self.secret, "url": self.address}


PLANS = Path("/tmp/anna/plans")  # noqa: S108 - it is visible in the screenshots
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


@asynccontextmanager
async def run_sample_app(port: int = 8399) -> AsyncIterator[SampleApp]:
    """Serve the application until the end of the block."""
    with _postgres() as postgres:
        await apply_migrations(postgres.dsn("daybreak_owner"))
        admin = await asyncpg.connect(postgres.dsn("postgres"))
        dsn = postgres.dsn("daybreak_app")
        async with Database.connect(dsn) as database:
            secret = await _fill(database, dsn)
        await _move_database_clock(admin)
        ids = {name: str(one) for name, one in (await admin.fetchrow(IDS)).items()}
        async with _serve(dsn, port) as address:
            yield SampleApp(address, secret, ids)
        await admin.close()


@contextmanager
def _postgres() -> Iterator[EmbeddedServer]:
    with TemporaryDirectory(prefix="daybreak-sample-") as home:
        Path(home).chmod(0o755)
        try:
            with embedded.attach(Path(home), fsync=False) as postgres:
                yield postgres
        finally:
            embedded.stop(Path(home))


@asynccontextmanager
async def _serve(dsn: str, port: int) -> AsyncIterator[str]:
    settings = WebSettings(port=port)
    app = server.build_app(settings, wiring.DatabaseUrls(dsn, None, embedded=False))
    stop, ready = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve_on_socket(app, settings, server.bind(settings), stop, ready.set))
        await asyncio.wait_for(ready.wait(), 60)
        try:
            yield settings.base_url
        finally:
            stop.set()


async def _fill(database: Database, dsn: str) -> str:
    """Create Anna's data with a running worker, and return the secret of her session."""
    worker = Worker(dsn, wiring.kinds(), name="atlas")
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        anna = await _create_history(database)
        worker.drain()
    async with database.transaction([anna.id]) as tx:
        return await people.create_session(tx, anna.id, ClientInfo(address="127.0.0.1", user_agent=BROWSER))


async def _create_history(database: Database) -> User:
    """Create yesterday's brief, overnight changes, today's brief and a missing folder."""
    _set_clock(MORNING - timedelta(days=1))
    anna = await people.create_user(
        database, "anna@sample.example", timezone="Europe/Berlin", name="Anna", country="DE"
    )
    client = ClientInfo(address="127.0.0.1", user_agent=BROWSER)
    actor = Actor.of_user(anna, client)
    await people.set_role(database, anna, Role.ADMIN, actor=Actor.of_command("anna"))
    await _record_security_events(database, anna, actor)
    async with database.transaction([anna.id]) as tx:
        await people.create_token(tx, anna.id, "Widget on the wall", Scope.READ, 90, actor=actor)
    for days, before in ((1, True), (0, False)):
        _set_clock(MORNING - timedelta(days=days))
        await _read_sample(database, anna, before=before)
        await _write_brief(database, anna, DAY - timedelta(days=days))
    await _add_missing_folder(database, anna)
    return anna


async def _record_security_events(database: Database, anna: User, actor: Actor) -> None:
    """Invite a member who uses the link, and let a stranger guess Anna's password."""
    invitation = await people.invite(
        database, "bob@sample.example", timezone="Europe/Berlin", role=Role.MEMBER, actor=actor
    )
    phone = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36"
    visitor = ClientInfo(address="203.0.113.9", user_agent=phone)
    await people.set_password_by_link(
        database, invitation.secret, invitation.purpose, "correct horse battery", visitor
    )
    await people.create_link(database, invitation.user, LinkPurpose.RESET, actor=actor)
    for _ in range(4):
        with suppress(Unauthenticated):
            await people.sign_in(database, anna.email, "a guess", visitor)


async def _read_sample(database: Database, anna: User, *, before: bool) -> None:
    sent = [
        UploadedFile.from_text(path, text, clock.now())
        for path, text in agenda.sample_files(DAY, day_before=before)
    ]
    async with database.transaction([anna.id]) as tx:
        source = await uploads.add_upload(tx, anna.id, Upload("Northlight studio", sent))
        run = await jobs.enqueue_refresh(tx, anna.id, [source])
    await _wait_until_ended(database, run)


async def _write_brief(database: Database, anna: User, day: date) -> None:
    async with database.transaction([anna.id]) as tx:
        run = await briefs.enqueue_compose(tx, anna.id, briefs.ComposeParameters(date=day))
    await _wait_until_ended(database, run)


async def _add_missing_folder(database: Database, anna: User) -> None:
    """Add a source that can no longer be read, to show its error."""
    plans = PLANS
    plans.mkdir(parents=True, exist_ok=True)
    (plans / "todo.txt").write_text("Water the tomatoes\n", encoding="utf-8")
    await agenda.add_folder(database, anna, plans)
    (plans / "todo.txt").unlink()
    plans.rmdir()
    async with database.transaction([anna.id]) as tx:
        run = await jobs.enqueue_refresh(tx, anna.id)
    await _wait_until_ended(database, run)


async def _wait_until_ended(database: Database, run: Run) -> None:
    async with asyncio.timeout(60):
        while not run.status.ended:
            await asyncio.sleep(0.05)
            async with database.transaction([run.owner_id]) as tx:
                run = await runs.get(tx, run.owner_id, run.id)


async def _move_database_clock(admin: asyncpg.Connection) -> None:
    offset = await admin.fetchval("SELECT $1::timestamptz - now()", MORNING)
    await admin.execute(MOVE_CLOCK.format(f"interval '{offset.total_seconds()} seconds'"))


def _set_clock(now: datetime) -> None:
    clock.now = lambda: now
