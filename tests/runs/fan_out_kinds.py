"""Fan-out kinds for tests: the parameters of a run list its items and their parameters."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from daybreak import runs
from daybreak.runs import Effects, Item, Kind, Queue, Skipped, testing

from .sample_kinds import ALL, NO_BACKOFF, ScriptedResult, ScriptedWork, work


@dataclass(frozen=True)
class FanOutParameters:
    """The parameters of a fan-out.

    Attributes:
        orders: parameters of the items by key.
        fail_finish: number of attempts of `finish` that fail.
    """

    orders: dict[str, ScriptedWork] = field(default_factory=dict)
    fail_finish: int = 0


@dataclass(frozen=True)
class FanOutResult:
    planned_items: int
    done: int = 0


@dataclass(frozen=True)
class ChainParameters:
    """The parameters of an item that adds the next one, until `links` is 1."""

    links: int


async def fan_out(context) -> Effects[Any]:
    orders = context.parameters.orders

    async def write(_) -> FanOutResult:
        return FanOutResult(planned_items=len(orders))

    return Effects(write, items=[Item(ITEM, key, order) for key, order in orders.items()])


async def finish_fan_out(context) -> Effects[FanOutResult]:
    if context.attempt <= context.parameters.fail_finish:
        raise ZeroDivisionError

    async def write(_) -> FanOutResult:
        return FanOutResult(planned_items=context.items.total, done=context.items.done)

    return Effects(write)


async def run_item(context) -> Effects[ScriptedResult] | Skipped:
    return Skipped("There is nothing to do.") if context.key.startswith("nothing") else await work(context)


async def add_many_items(context) -> Effects[ScriptedResult]:
    """Add many items from the first one."""

    async def write(_) -> ScriptedResult:
        return ScriptedResult(context.attempt)

    more = range(8) if context.key == "0" else ()
    return Effects(write, items=[Item(GROWING, f"more {n}", ScriptedWork()) for n in more])


async def run_chain_link(context) -> Effects[ScriptedResult]:
    left = context.parameters.links

    async def write(_) -> ScriptedResult:
        return ScriptedResult(context.attempt)

    return Effects(write, items=[Item(LINK, str(left - 1), ChainParameters(left - 1))] if left > 1 else ())


async def start_chain(context) -> Effects[Any]:
    async def write(_) -> FanOutResult:
        return FanOutResult(planned_items=1)

    first = context.parameters.links
    return Effects(write, items=[Item(LINK, str(first), ChainParameters(first))])


class ConcurrencyMeter:
    """The highest number of handlers that ran at the same time."""

    current = highest = 0


async def run_limited(context) -> Effects[ScriptedResult]:
    ConcurrencyMeter.current += 1
    ConcurrencyMeter.highest = max(ConcurrencyMeter.highest, ConcurrencyMeter.current)
    try:
        return await work(context)
    finally:
        ConcurrencyMeter.current -= 1


def _kind(name: str, parameters: type, result: type, handler, **more) -> Kind:
    defaults = {"queue": Queue.BULK, "time_limit": timedelta(seconds=60), "backoff": NO_BACKOFF}
    return Kind(name=name, parameters=parameters, result=result, handler=handler, **defaults | more)


ITEM = _kind("test.part", ScriptedWork, ScriptedResult, run_item)
FAN_OUT = _kind("test.fan", FanOutParameters, FanOutResult, fan_out)
FAN_OUT_AND_FINISH = _kind(
    "test.fan_and_finish", FanOutParameters, FanOutResult, fan_out, finish=finish_fan_out
)
LINK = _kind("test.link", ChainParameters, ScriptedResult, run_chain_link)
CHAIN = _kind("test.chain", ChainParameters, FanOutResult, start_chain)
GROWING = _kind("test.growing", ScriptedWork, ScriptedResult, add_many_items)
LIMITED = _kind("test.narrow", ScriptedWork, ScriptedResult, run_limited, concurrency=2)
FAN_OUT_KINDS = [ITEM, FAN_OUT, FAN_OUT_AND_FINISH, LINK, CHAIN, LIMITED]


KINDS = [*ALL, *FAN_OUT_KINDS]
GOOD, BAD = ScriptedWork(), ScriptedWork(fail="invalid")


async def list_items(shared_cluster, run, **more) -> list[runs.Run]:
    async with shared_cluster.database.transaction([run.owner_id]) as tx:
        return await runs.list_items(tx, run.owner_id, run.id, **more)


async def enqueue_fan_out(shared_cluster, owner, orders, kind=FAN_OUT, **more) -> runs.Run:
    return await shared_cluster.enqueue(owner, FanOutParameters(orders, **more), kind=kind)


async def run_until_ended(shared_cluster, run) -> runs.Run:
    await testing.run_all_due(shared_cluster.database, KINDS, run.owner_id)
    return await shared_cluster.get(run)


async def attempt_once(shared_cluster, run) -> runs.Run:
    return await testing.run_inline(shared_cluster.database, KINDS, run)


def item_counts(run) -> tuple[int, int, int, int]:
    return run.total, run.done, run.failed, run.skipped
