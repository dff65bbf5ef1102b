"""Tests that unstorable text is stored with replacement characters and affects no other run."""

from dataclasses import dataclass, replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.errors import Bug, Unavailable
from daybreak.runs import Effects, Item, Skipped, Status, testing
from daybreak.runs.sanitize import plain
from daybreak.runs.worker.executor import Engine

from .fan_out_kinds import FAN, PART, Plan
from .sample_kinds import WORK, Order, kind
from .worker_cluster import QUICK

ODD = "od\0d \udc80"
KEPT = "od\N{REPLACEMENT CHARACTER}d \N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Said:
    words: str


async def say_odd_things(task) -> Effects[Said]:
    task.progress(phase=ODD, done=1, total=2)
    task.event("said", words=ODD, places={ODD: [ODD, 2**70]}, numbers={1: Said(ODD)})
    if task.attempt == 1:
        raise Unavailable(ODD)

    async def write(_tx) -> Said:
        return Said(ODD)

    return Effects(write, gaps=[ODD])


SAYING = replace(kind("test.saying", handler=say_odd_things), parameters=Said, result=Said)


async def test_unstorable_characters_of_handlers_are_replaced(engine_room, owner):
    run = await engine_room.start(owner, Said(ODD), key=ODD, kind=SAYING)
    assert (run.key, run.parameters) == (KEPT, {"words": KEPT})
    assert (await engine_room.start(owner, Said(ODD), key=ODD, kind=SAYING)).id == run.id
    await testing.drain(engine_room.database, [SAYING], owner)
    ended = await engine_room.get(run)
    assert (ended.status, ended.phase, ended.result) == (Status.PARTIAL, KEPT, {"words": KEPT})
    assert (ended.gaps, [error.message for error in ended.errors]) == ((KEPT,), [KEPT])
    said = next(event.data for event in await engine_room.events(run) if event.name == "said")
    assert (said["words"], said["places"]) == (KEPT, {KEPT: [KEPT, str(2**70)]})


async def test_unstorable_characters_of_items_are_replaced(engine_room, owner):
    async def nothing_to_do(_task) -> Skipped:
        return Skipped(ODD)

    async def fan_out(_task) -> Effects:
        async def write(_tx) -> Said:
            return Said(ODD)

        return Effects(write, items=[Item(idle, ODD, Said(ODD)), Item(PART, ODD, Order(gaps=[ODD]))])

    idle = replace(PART, name="test.idle", parameters=Said, handler=nothing_to_do)
    fanning = replace(FAN, handler=fan_out, result=Said)
    run = await engine_room.start(owner, Plan(), kind=fanning)
    await testing.drain(engine_room.database, [fanning, idle, PART], owner)
    ended = await engine_room.get(run)
    assert (ended.status, ended.gaps, ended.skipped) == (Status.PARTIAL, (KEPT,), 1)


async def test_unstorable_text_does_not_affect_progress_of_other_runs(engine_room, owner):
    odd = await engine_room.start(owner, Said(""), key="odd", kind=SAYING)
    other = await engine_room.start(owner, key="other")
    async with Engine(engine_room.database, [SAYING, WORK], QUICK).started() as engine:
        for running in await engine.claim([(owner, odd.id), (owner, other.id)]):
            if running.claim.id == odd.id:
                with pytest.raises(Unavailable):
                    await engine._handle(running)
            running.news.progress["done"] = 1
        await engine._reporter.flush()
        assert [(await engine_room.get(run)).done for run in (odd, other)] == [1, 1]
        engine.registry._running.clear()


async def test_progress_counter_out_of_range_is_an_internal_error(engine_room, owner):
    async def count_wrong(task) -> Effects:
        task.progress(done=10**12)

    counting = kind("test.counting", handler=count_wrong)
    run = await engine_room.start(owner, kind=counting)
    failed = await testing.run_inline(engine_room.database, [counting], run)
    assert failed.errors[0].kind == Bug.__name__


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(categories=["Cs"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@settings(max_examples=50)
@given(ANYTHING)
def test_json_conversion_is_idempotent(value):
    told = plain(value)
    text = orjson.dumps(told)
    assert b"\\u0000" not in text.replace(b"\\\\", b"")
    assert plain(told) == orjson.loads(text)
