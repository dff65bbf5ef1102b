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
from daybreak.runs.worker.notifier import Notifier

from .fan_out_kinds import FAN_OUT, FAN_OUT_KINDS, GOOD, attempt_once, enqueue_fan_out, list_items
from .sample_kinds import ALL, ScriptedWork


class NotificationListener:
    """A subscriber to the channel of runs."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._received: asyncio.Queue[set[str]] = asyncio.Queue()

    def on_notification(self, *arguments) -> None:
        self._received.put_nowait(set(arguments[-1].split(",")))

    async def received_so_far(self) -> list[set[str]]:
        """Return the notifications until now; they arrive in the order of their commits."""
        mark = f"{uuid4()}"
        await self._connection.execute("SELECT pg_notify('daybreak_runs', $1)", mark)
        received = []
        while (one := await asyncio.wait_for(self._received.get(), 60)) != {mark}:
            received.append(one)
        return received

    async def wait_for_topic(self, topic: UUID) -> None:
        """Wait for a notification of this topic."""
        while f"{topic}" not in await asyncio.wait_for(self._received.get(), 60):
            continue

    async def wait_until(self, topic: UUID, question) -> None:
        """Check the condition after each notification of this topic, and only then, until it is true."""
        await self.wait_for_topic(topic)
        while not await question():
            await self.wait_for_topic(topic)


@pytest.fixture
async def listener(cluster):
    connection = await asyncpg.connect(cluster.app)
    listener = NotificationListener(connection)
    await connection.add_listener("daybreak_runs", listener.on_notification)
    yield listener
    await connection.close()


@pytest.fixture
def topics():
    return [uuid4() for _ in range(450)]


async def test_end_is_notified_after_its_commit(cluster, owner, listener):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.2))

    async def ended():
        return (await cluster.get(run)).status.ended

    await listener.wait_until(run.id, ended)


async def test_owner_topic_is_notified_of_each_end(cluster, owner, listener):
    cluster.start_worker()
    many = await cluster.enqueue_many(owner, [ScriptedWork(sleep_seconds=0.2)] * 5)

    async def all_ended():
        return all([(await cluster.get(run)).status.ended for run in many])

    await listener.wait_until(owner, all_ended)


async def test_run_topic_is_notified_of_ended_items(cluster, owner, listener):
    cluster.start_worker(FAN_OUT_KINDS)
    run = await enqueue_fan_out(
        cluster, owner, {"short": ScriptedWork(sleep_seconds=0.3), "long": ScriptedWork(sleep_seconds=30)}
    )

    async def one_is_done():
        return (await cluster.get(run)).done == 1

    await listener.wait_until(run.id, one_is_done)


async def test_run_topic_is_notified_of_cancelled_items(cluster, owner, listener):
    run = await attempt_once(cluster, await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": GOOD}, FAN_OUT))
    first, _ = await list_items(cluster, run)
    await listener.received_so_far()
    await cluster.apply(runs.cancel, first)
    assert f"{run.id}" in set().union(*await listener.received_so_far())


async def test_run_topic_is_notified_when_a_foreground_run_is_cancelled(cluster, owner, listener):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=60))
    foreground = asyncio.create_task(runs.run_in_foreground(cluster.database, ALL, run))
    await cluster.wait_for_status(run, Status.RUNNING)
    await listener.received_so_far()
    foreground.cancel()
    await asyncio.wait([foreground])
    assert await listener.received_so_far() == [{f"{owner}", f"{run.id}"}]


async def test_commits_do_not_notify_and_a_stopping_worker_sends_pending_notifications(
    cluster, owner, listener, monkeypatch
):
    monkeypatch.setattr(notifier, "_BATCH_SECONDS", 60)
    first = await cluster.enqueue(owner, key="notified alone")
    await listener.received_so_far()
    worker = cluster.start_worker()
    await listener.wait_for_topic(first.id)
    second = await cluster.enqueue(owner, key="notified in a batch")
    await listener.received_so_far()
    await cluster.wait_until_ended(second)
    assert await listener.received_so_far() == []
    await cluster.drain(worker)
    assert await listener.received_so_far() == [{f"{owner}", f"{second.id}"}]


async def test_notifications_close_together_are_batched(cluster, listener, topics):
    sender = Notifier(cluster.database)
    for topic in topics:
        sender.notify([topic])
        sender.notify([topic])
    assert await sender.flush()
    received = await listener.received_so_far()
    assert sorted(map(len, received)) == [50, 200, 200]
    assert set().union(*received) == {f"{topic}" for topic in topics}
    assert await sender.flush()
    assert await listener.received_so_far() == []


class DatabaseUnavailableOnce:
    """A database that is unavailable at the first connection."""

    def __init__(self, database) -> None:
        self._database = database
        self._is_unavailable = True

    @asynccontextmanager
    async def without_owner(self):
        if self._is_unavailable:
            self._is_unavailable = False
            raise Unavailable("PostgreSQL does not answer.")
        async with self._database.without_owner() as connection:
            yield connection


async def test_failed_notification_is_sent_again(cluster, listener, topics, monkeypatch):
    monkeypatch.setattr(notifier, "_RETRY_SECONDS", 0)
    sender = Notifier(DatabaseUnavailableOnce(cluster.database))
    sender.notify(topics[:1])
    notifying = asyncio.create_task(sender.run())
    await listener.wait_for_topic(topics[0])
    notifying.cancel()
    await asyncio.wait([notifying])
