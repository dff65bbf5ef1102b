"""Fan-out kinds for tests: the parameters of a run list its items and their parameters."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from daybreak import runs
from daybreak.runs import Effects, Item, Kind, Lane, Skipped, testing

from .sample_kinds import ALL, AT_ONCE, Order, Receipt, work


@dataclass(frozen=True)
class Plan:
    """The parameters of a fan-out.

    Attributes:
        orders: parameters of the items by key.
        fail_finish: number of attempts of `finish` that fail.
    """

    orders: dict[str, Order] = field(default_factory=dict)
    fail_finish: int = 0


@dataclass(frozen=True)
class Sum:
    planned: int
    done: int = 0


@dataclass(frozen=True)
class Chain:
    """The parameters of an item that adds the next one, until `links` is 1."""

    links: int


async def plan(task) -> Effects[Any]:
    orders = task.parameters.orders

    async def write(_) -> Sum:
        return Sum(planned=len(orders))

    return Effects(write, items=[Item(PART, key, order) for key, order in orders.items()])


async def sum_up(task) -> Effects[Sum]:
    if task.attempt <= task.parameters.fail_finish:
        raise ZeroDivisionError

    async def write(_) -> Sum:
        return Sum(planned=task.items.total, done=task.items.done)

    return Effects(write)


async def part(task) -> Effects[Receipt] | Skipped:
    return Skipped("There is nothing to do.") if task.key.startswith("nothing") else await work(task)


async def grow(task) -> Effects[Receipt]:
    """Add many items from the first one."""

    async def write(_) -> Receipt:
        return Receipt(task.attempt)

    more = range(8) if task.key == "0" else ()
    return Effects(write, items=[Item(GROWING, f"more {n}", Order()) for n in more])


async def link(task) -> Effects[Receipt]:
    left = task.parameters.links

    async def write(_) -> Receipt:
        return Receipt(task.attempt)

    return Effects(write, items=[Item(LINK, str(left - 1), Chain(left - 1))] if left > 1 else ())


async def chain(task) -> Effects[Any]:
    async def write(_) -> Sum:
        return Sum(planned=1)

    first = task.parameters.links
    return Effects(write, items=[Item(LINK, str(first), Chain(first))])


class Overlap:
    """The highest number of handlers that ran at the same time."""

    now = most = 0


async def narrow(task) -> Effects[Receipt]:
    Overlap.now += 1
    Overlap.most = max(Overlap.most, Overlap.now)
    try:
        return await work(task)
    finally:
        Overlap.now -= 1


def _kind(name: str, parameters: type, result: type, handler, **more) -> Kind:
    defaults = {"lane": Lane.BULK, "time_limit": timedelta(seconds=60), "backoff": AT_ONCE}
    return Kind(name=name, parameters=parameters, result=result, handler=handler, **defaults | more)


PART = _kind("test.part", Order, Receipt, part)
FAN = _kind("test.fan", Plan, Sum, plan)
FAN_AND_FINISH = _kind("test.fan_and_finish", Plan, Sum, plan, finish=sum_up)
LINK = _kind("test.link", Chain, Receipt, link)
CHAIN = _kind("test.chain", Chain, Sum, chain)
GROWING = _kind("test.growing", Order, Receipt, grow)
NARROW = _kind("test.narrow", Order, Receipt, narrow, at_once=2)
FANNED = [PART, FAN, FAN_AND_FINISH, LINK, CHAIN, NARROW]


KINDS = [*ALL, *FANNED]
GOOD, BAD = Order(), Order(fail="invalid")


async def items(station, run, **more) -> list[runs.Run]:
    async with station.database.transaction([run.owner_id]) as tx:
        return await runs.list_items(tx, run.owner_id, run.id, **more)


async def fan(station, owner, orders, kind=FAN, **more) -> runs.Run:
    return await station.start(owner, Plan(orders, **more), kind=kind)


async def drained(station, run) -> runs.Run:
    await testing.drain(station.database, KINDS, run.owner_id)
    return await station.get(run)


async def attempt(station, run) -> runs.Run:
    return await testing.run_inline(station.database, KINDS, run)


def counted(run) -> tuple[int, int, int, int]:
    return run.total, run.done, run.failed, run.skipped
