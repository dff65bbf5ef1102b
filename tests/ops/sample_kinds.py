"""Sample run kinds whose result the parameters decide."""

from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.errors import InvalidInput, Unavailable
from daybreak.runs import Backoff, Effects, Item, Kind, Lane

AT_ONCE = Backoff(base=timedelta(), cap=timedelta())


@dataclass(frozen=True)
class Order:
    """The behaviour of a run: progress steps, items that fail or not, its own failure."""

    fail: str = ""
    total: int = 0
    items: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    attempt: int


async def work(task):
    order = task.parameters
    for done in range(order.total):
        task.progress(phase="counting", done=done + 1, total=order.total)
        task.event("counted", number=done + 1)
    if order.fail == "passing":
        raise Unavailable("The provider did not answer.")
    if order.fail:
        raise InvalidInput("Page 4 holds <b>no</b> text.")

    async def write(_tx) -> Receipt:
        return Receipt(task.attempt)

    return Effects(write, items=[Item(PART, key, Order(fail=fail)) for key, fail in order.items.items()])


def _kind(name: str) -> Kind:
    return Kind(
        name=name,
        lane=Lane.PEOPLE,
        parameters=Order,
        result=Receipt,
        handler=work,
        time_limit=timedelta(seconds=30),
        backoff=AT_ONCE,
    )


WORK, PART, OTHER = _kind("ops.work"), _kind("ops.part"), _kind("ops.other")
KINDS = [WORK, PART, OTHER]
