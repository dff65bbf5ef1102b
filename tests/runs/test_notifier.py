"""Tests of the notifier: subscribers are notified of ended runs after the commits."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak import runs
from daybreak.errors import Unavailable
from daybreak.runs import Status
from daybreak.runs.worker import notifier
from daybreak.runs.worker.notifier import Teller

from .fan_out_kinds import FAN, FANNED, GOOD, attempt, fan, items
from .sample_kinds import ALL, Order


class Ear:
    """A subscriber to the channel of runs."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._heard: asyncio.Queue[set[str]] = asyncio.Queue()

    def hear(self, *words) -> None:
        self._heard.put_nowait(set(words[-1].split(",")))

    async def so_far(self) -> list[set[str]]:
        """Return the notifications until now; they arrive in the order of their commits."""
        mark = f"{uuid4()}"
        await self._connection.execute("SELECT pg_notify('daybreak_runs', $1)", mark)
        heard = []
        while (one := await asyncio.wait_for(self._heard.get(), 60)) != {mark}:
            heard.append(one)
        return heard

    async def named(self, topic: UUID) -> None:
        """Wait for a notification of this topic."""
        while f"{topic}" not in await asyncio.wait_for(self._heard.get(), 60):
            continue

    async def until(self, topic: UUID, question) -> None:
        """Check the condition after each notification of this topic, and only then, until it is true."""
        await self.named(topic)
        while not await question():
            await self.named(topic)


@pytest.fixture
async def ear(engine_room):
    connection = await asyncpg.connect(engine_room.app)
    ear = Ear(connection)
    await connection.add_listener("daybreak_runs", ear.hear)
    yield ear
    await connection.close()


@pytest.fixture
def topics():
    return [uuid4() for _ in range(450)]


async def test_end_is_notified_after_its_commit(engine_room, owner, ear):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=0.2))

    async def ended():
        return (await engine_room.get(run)).status.ended

    await ear.until(run.id, ended)


async def test_owner_topic_is_notified_of_each_end(engine_room, owner, ear):
    engine_room.worker()
    many = await engine_room.start_many(owner, [Order(nap=0.2)] * 5)

    async def all_ended():
        return all([(await engine_room.get(run)).status.ended for run in many])

    await ear.until(owner, all_ended)


async def test_run_topic_is_notified_of_ended_items(engine_room, owner, ear):
    engine_room.worker(FANNED)
    run = await fan(engine_room, owner, {"short": Order(nap=0.3), "long": Order(nap=30)})

    async def one_is_done():
        return (await engine_room.get(run)).done == 1

    await ear.until(run.id, one_is_done)


async def test_run_topic_is_notified_of_cancelled_items(engine_room, owner, ear):
    run = await attempt(engine_room, await fan(engine_room, owner, {"a": GOOD, "b": GOOD}, FAN))
    first, _ = await items(engine_room, run)
    await ear.so_far()
    await engine_room.verb(runs.cancel, first)
    assert f"{run.id}" in set().union(*await ear.so_far())


async def test_run_topic_is_notified_when_a_foreground_run_is_cancelled(engine_room, owner, ear):
    run = await engine_room.start(owner, Order(nap=60))
    performing = asyncio.create_task(runs.perform(engine_room.database, ALL, run))
    await engine_room.status(run, Status.RUNNING)
    await ear.so_far()
    performing.cancel()
    await asyncio.wait([performing])
    assert await ear.so_far() == [{f"{owner}", f"{run.id}"}]


async def test_commits_do_not_notify_and_a_stopping_worker_sends_pending_notifications(
    engine_room, owner, ear, monkeypatch
):
    monkeypatch.setattr(notifier, "_EVERY", 60)
    told = await engine_room.start(owner, key="notified alone")
    await ear.so_far()
    worker = engine_room.worker()
    await ear.named(told.id)
    untold = await engine_room.start(owner, key="notified in a batch")
    await ear.so_far()
    await engine_room.ended(untold)
    assert await ear.so_far() == []
    await engine_room.drain(worker)
    assert await ear.so_far() == [{f"{owner}", f"{untold.id}"}]


async def test_notifications_close_together_are_batched(engine_room, ear, topics):
    teller = Teller(engine_room.database)
    for topic in topics:
        teller.tell([topic])
        teller.tell([topic])
    assert await teller.flush()
    heard = await ear.so_far()
    assert sorted(map(len, heard)) == [50, 200, 200]
    assert set().union(*heard) == {f"{topic}" for topic in topics}
    assert await teller.flush()
    assert await ear.so_far() == []


class AwayAtFirst:
    """A database that is unavailable at the first connection."""

    def __init__(self, database) -> None:
        self._database = database
        self._is_away = True

    @asynccontextmanager
    async def ownerless(self):
        if self._is_away:
            self._is_away = False
            raise Unavailable("PostgreSQL does not answer.")
        async with self._database.ownerless() as connection:
            yield connection


async def test_failed_notification_is_sent_again(engine_room, ear, topics, monkeypatch):
    monkeypatch.setattr(notifier, "_AGAIN_AFTER", 0)
    teller = Teller(AwayAtFirst(engine_room.database))
    teller.tell(topics[:1])
    telling_on = asyncio.create_task(teller.run())
    await ear.named(topics[0])
    telling_on.cancel()
    await asyncio.wait([telling_on])
