"""Tests that unstorable text is stored with replacement characters and affects no other run."""

from dataclasses import dataclass, replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.errors import InternalError, Unavailable
from daybreak.runs import Effects, Item, Skipped, Status, testing
from daybreak.runs.sanitize import to_json_value
from daybreak.runs.worker.executor import Executor

from .fan_out_kinds import FAN_OUT, ITEM, FanOutParameters
from .sample_kinds import WORK, ScriptedWork, make_kind
from .worker_cluster import FAST_SETTINGS

UNSTORABLE = "od\0d \udc80"
REPLACED = "od\N{REPLACEMENT CHARACTER}d \N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class OddResult:
    words: str


async def report_unstorable_text(context) -> Effects[OddResult]:
    context.report_progress(phase=UNSTORABLE, done=1, total=2)
    context.record_event(
        "odd", words=UNSTORABLE, nested={UNSTORABLE: [UNSTORABLE, 2**70]}, numbers={1: OddResult(UNSTORABLE)}
    )
    if context.attempt == 1:
        raise Unavailable(UNSTORABLE)

    async def write(_tx) -> OddResult:
        return OddResult(UNSTORABLE)

    return Effects(write, gaps=[UNSTORABLE])


ODD_TEXT_KIND = replace(
    make_kind("test.saying", handler=report_unstorable_text), parameters=OddResult, result=OddResult
)


async def test_unstorable_characters_of_handlers_are_replaced(cluster, owner):
    run = await cluster.enqueue(owner, OddResult(UNSTORABLE), key=UNSTORABLE, kind=ODD_TEXT_KIND)
    assert (run.key, run.parameters) == (REPLACED, {"words": REPLACED})
    assert (
        await cluster.enqueue(owner, OddResult(UNSTORABLE), key=UNSTORABLE, kind=ODD_TEXT_KIND)
    ).id == run.id
    await testing.run_all_due(cluster.database, [ODD_TEXT_KIND], owner)
    ended = await cluster.get(run)
    assert (ended.status, ended.phase, ended.result) == (Status.PARTIAL, REPLACED, {"words": REPLACED})
    assert (ended.gaps, [error.message for error in ended.errors]) == ((REPLACED,), [REPLACED])
    data = next(event.data for event in await cluster.list_events(run) if event.name == "odd")
    assert (data["words"], data["nested"]) == (REPLACED, {REPLACED: [REPLACED, str(2**70)]})


async def test_unstorable_characters_of_items_are_replaced(cluster, owner):
    async def nothing_to_do(_context) -> Skipped:
        return Skipped(UNSTORABLE)

    async def fan_out(_context) -> Effects:
        async def write(_tx) -> OddResult:
            return OddResult(UNSTORABLE)

        return Effects(
            write,
            items=[
                Item(idle, UNSTORABLE, OddResult(UNSTORABLE)),
                Item(ITEM, UNSTORABLE, ScriptedWork(gaps=[UNSTORABLE])),
            ],
        )

    idle = replace(ITEM, name="test.idle", parameters=OddResult, handler=nothing_to_do)
    fanning = replace(FAN_OUT, handler=fan_out, result=OddResult)
    run = await cluster.enqueue(owner, FanOutParameters(), kind=fanning)
    await testing.run_all_due(cluster.database, [fanning, idle, ITEM], owner)
    ended = await cluster.get(run)
    assert (ended.status, ended.gaps, ended.skipped) == (Status.PARTIAL, (REPLACED,), 1)


async def test_unstorable_text_does_not_affect_progress_of_other_runs(cluster, owner):
    odd = await cluster.enqueue(owner, OddResult(""), key="odd", kind=ODD_TEXT_KIND)
    other = await cluster.enqueue(owner, key="other")
    async with Executor(cluster.database, [ODD_TEXT_KIND, WORK], FAST_SETTINGS).run_loops() as engine:
        for running in await engine.claim([(owner, odd.id), (owner, other.id)]):
            if running.claim.id == odd.id:
                with pytest.raises(Unavailable):
                    await engine._call_handler(running)
            running.progress_buffer.progress["done"] = 1
        await engine._progress_writer.flush()
        assert [(await cluster.get(run)).done for run in (odd, other)] == [1, 1]
        engine.registry._attempts.clear()


async def test_progress_counter_out_of_range_is_an_internal_error(cluster, owner):
    async def count_wrong(context) -> Effects:
        context.report_progress(done=10**12)

    counting = make_kind("test.counting", handler=count_wrong)
    run = await cluster.enqueue(owner, kind=counting)
    failed = await testing.run_inline(cluster.database, [counting], run)
    assert failed.errors[0].error_class == InternalError.__name__


JSON_LIKE_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(categories=["Cs"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@settings(max_examples=50)
@given(JSON_LIKE_VALUES)
def test_json_conversion_is_idempotent(value):
    json_value = to_json_value(value)
    text = orjson.dumps(json_value)
    assert b"\\u0000" not in text.replace(b"\\\\", b"")
    assert to_json_value(json_value) == orjson.loads(text)
