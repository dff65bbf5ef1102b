"""Event streams of the API: of one run, by number; of all runs of a user, by time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import orjson
from starlette.responses import Response

from daybreak import runs
from daybreak.errors import InvalidInput
from daybreak.runs import RunEvent
from daybreak.web import RequestContext, StreamEvent, stream

_BATCH_SIZE = 5000
_EPOCH = 1970
_DIGITS = 19  # of a bigint
# An event has the time at which its transaction began: it can become visible after later events were sent.
_MAX_COMMIT_DELAY = timedelta(seconds=60)


async def stream_run_events(context: RequestContext, run_id: UUID) -> Response:
    """Stream the events of a run until it ends.

    Raises:
        NotFound: the user has no such run.
    """
    _parse_number(_resume_position(context))
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)

    async def read(after: str) -> Sequence[StreamEvent]:
        number = _parse_number(after)
        async with context.transaction() as tx:
            run = await runs.get(tx, context.user.id, run_id)
            found = await runs.list_events(tx, context.user.id, run_id, after=number, limit=_BATCH_SIZE)
        events = [_run_stream_event(event) for event in found]
        if run.status.ended and len(found) < _BATCH_SIZE:
            last = events[-1].id if events else after
            events.append(StreamEvent(id=last, name="ended", data=run.status, is_last=True))
        return events

    return stream(context, read, str(run_id))


def _parse_number(after: str) -> int:
    if after and not (after.isascii() and after.isdecimal() and len(after) < _DIGITS):
        raise InvalidInput("The event id must be a number; omit it to start with the first event.")
    return int(after or 0)


def _run_stream_event(event: RunEvent) -> StreamEvent:
    data = {"number": event.number, "at": event.at, "name": event.name, "data": event.data}
    return StreamEvent(id=str(event.number), name=event.name, data=_to_json(data))


async def stream_all_events(context: RequestContext) -> Response:
    """Stream the events of all runs of a user."""
    if position := _resume_position(context):
        _parse_instant(position)
    return stream(context, EventTail(context).read, str(context.user.id), has_state=True)


def _resume_position(context: RequestContext) -> str:
    return context.request.headers.get("Last-Event-ID") or context.request.query_params.get("after", "")


class EventTail:
    """The events that were not sent yet on one connection."""

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self._sent: dict[tuple[UUID, int], datetime] = {}
        self._last_at: datetime | None = None

    async def read(self, after: str) -> Sequence[StreamEvent]:
        """Return unsent events from a minute before the last sent one on; the first call returns none."""
        async with self._context.transaction() as tx:
            is_new = self._last_at is None and not after
            last = self._last_at or (_parse_instant(after) if after else await runs.database_now(tx))
            found = await runs.list_events_since(
                tx, self._context.user.id, last - _MAX_COMMIT_DELAY, limit=_BATCH_SIZE
            )
        unsent = [one for one in found if (one.run_id, one.number) not in self._sent]
        self._last_at = max([last, *(one.at for one in found)])
        self._mark_sent(unsent, self._last_at - _MAX_COMMIT_DELAY)
        return [] if is_new else [_stream_event(one, self._last_at) for one in unsent]

    def _mark_sent(self, found: Sequence[RunEvent], oldest: datetime) -> None:
        self._sent |= {(one.run_id, one.number): one.at for one in found}
        self._sent = {one: at for one, at in self._sent.items() if at > oldest}


def _parse_instant(after: str) -> datetime:
    try:
        last = datetime.fromisoformat(after.replace(" ", "+"))
        return last.astimezone(UTC) if last.tzinfo and last.year > _EPOCH else _raise_invalid()
    except (ValueError, OverflowError):
        return _raise_invalid()


def _raise_invalid() -> NoReturn:
    raise InvalidInput("The event id is not valid; omit it to start now.")


def _stream_event(event: RunEvent, last: datetime) -> StreamEvent:
    data = {
        "run": event.run_id,
        "number": event.number,
        "at": event.at,
        "name": event.name,
        "data": event.data,
    }
    return StreamEvent(id=last.isoformat(), name=event.name, data=_to_json(data))


def _to_json(data: dict[str, Any]) -> str:
    return orjson.dumps(data, default=str).decode()
