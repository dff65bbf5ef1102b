"""Whoever follows runs is told of their ends after the commits."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak import runs
from daybreak.errors import Unavailable
from daybreak.runs import Status, telling
from daybreak.runs.telling import Teller

from .fanning import FAN, FANNED, GOOD, attempt, fan, items
from .kinds import ALL, Order


class Ear:
    """Hears what is told of runs."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._heard: asyncio.Queue[set[str]] = asyncio.Queue()

    def hear(self, *words) -> None:
        self._heard.put_nowait(set(words[-1].split(",")))

    async def so_far(self) -> list[set[str]]:
        """What was told until now; notifications come in the order of their commits."""
        mark = f"{uuid4()}"
        await self._connection.execute("SELECT pg_notify('daybreak_runs', $1)", mark)
        heard = []
        while (one := await asyncio.wait_for(self._heard.get(), 60)) != {mark}:
            heard.append(one)
        return heard

    async def named(self, topic: UUID) -> None:
        """Wait until that topic is named."""
        while f"{topic}" not in await asyncio.wait_for(self._heard.get(), 60):
            continue

    async def until(self, topic: UUID, question) -> None:
        """Ask whenever that topic is named, and only then, until the answer is yes."""
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


async def test_an_end_is_told_when_it_can_be_read(engine_room, owner, ear):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=0.2))

    async def ended():
        return (await engine_room.get(run)).status.ended

    await ear.until(run.id, ended)


async def test_who_follows_all_runs_of_theirs_hears_of_each_end(engine_room, owner, ear):
    engine_room.worker()
    many = await engine_room.start_many(owner, [Order(nap=0.2)] * 5)

    async def all_ended():
        return all([(await engine_room.get(run)).status.ended for run in many])

    await ear.until(owner, all_ended)


async def test_who_follows_a_run_hears_of_the_ends_of_its_items(engine_room, owner, ear):
    engine_room.worker(FANNED)
    run = await fan(engine_room, owner, {"short": Order(nap=0.3), "long": Order(nap=30)})

    async def one_is_done():
        return (await engine_room.get(run)).done == 1

    await ear.until(run.id, one_is_done)


async def test_who_follows_a_run_hears_of_items_that_are_cancelled(engine_room, owner, ear):
    run = await attempt(engine_room, await fan(engine_room, owner, {"a": GOOD, "b": GOOD}, FAN))
    first, _ = await items(engine_room, run)
    await ear.so_far()
    await engine_room.verb(runs.cancel, first)
    assert f"{run.id}" in set().union(*await ear.so_far())


async def test_who_follows_a_run_hears_when_whoever_performed_it_lets_go(engine_room, owner, ear):
    run = await engine_room.start(owner, Order(nap=60))
    performing = asyncio.create_task(runs.perform(engine_room.database, ALL, run))
    await engine_room.status(run, Status.RUNNING)
    await ear.so_far()
    performing.cancel()
    await asyncio.wait([performing])
    assert await ear.so_far() == [{f"{owner}", f"{run.id}"}]


async def test_a_commit_tells_nobody_and_a_worker_that_stops_tells_the_rest(
    engine_room, owner, ear, monkeypatch
):
    monkeypatch.setattr(telling, "_EVERY", 60)
    told = await engine_room.start(owner, key="told at once")
    await ear.so_far()
    worker = engine_room.worker()
    await ear.named(told.id)
    untold = await engine_room.start(owner, key="told with others")
    await ear.so_far()
    await engine_room.ended(untold)
    assert await ear.so_far() == []
    await engine_room.drain(worker)
    assert await ear.so_far() == [{f"{owner}", f"{untold.id}"}]


async def test_what_comes_close_together_is_told_together(engine_room, ear, topics):
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
    """A database that does not answer the first time."""

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


async def test_what_could_not_be_told_is_told_when_the_database_answers_again(
    engine_room, ear, topics, monkeypatch
):
    monkeypatch.setattr(telling, "_AGAIN_AFTER", 0)
    teller = Teller(AwayAtFirst(engine_room.database))
    teller.tell(topics[:1])
    telling_on = asyncio.create_task(teller.run())
    await ear.named(topics[0])
    telling_on.cancel()
    await asyncio.wait([telling_on])
