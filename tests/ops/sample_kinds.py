"""Sample run kinds whose result the parameters decide."""

from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.errors import InvalidInput, Unavailable
from daybreak.runs import Backoff, Effects, Item, Kind, Queue

NO_DELAY = Backoff(base=timedelta(), cap=timedelta())


@dataclass(frozen=True)
class WorkParameters:
    """The behaviour of a run: progress steps, items that fail or not, its own failure."""

    fail: str = ""
    total: int = 0
    items: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkResult:
    attempt: int


async def work(context):
    parameters = context.parameters
    for done in range(parameters.total):
        context.report_progress(phase="counting", done=done + 1, total=parameters.total)
        context.record_event("counted", number=done + 1)
    if parameters.fail == "passing":
        raise Unavailable("The provider did not answer.")
    if parameters.fail:
        raise InvalidInput("Page 4 holds <b>no</b> text.")

    async def write(_tx) -> WorkResult:
        return WorkResult(context.attempt)

    return Effects(
        write,
        items=[Item(ITEM_WORK, key, WorkParameters(fail=fail)) for key, fail in parameters.items.items()],
    )


def _kind(name: str) -> Kind:
    return Kind(
        name=name,
        queue=Queue.INTERACTIVE,
        parameters=WorkParameters,
        result=WorkResult,
        handler=work,
        time_limit=timedelta(seconds=30),
        backoff=NO_DELAY,
    )


WORK, ITEM_WORK, OTHER_WORK = _kind("ops.work"), _kind("ops.part"), _kind("ops.other")
KINDS = [WORK, ITEM_WORK, OTHER_WORK]
