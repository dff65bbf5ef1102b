"""Event streams of the API: of one run, by number; of all runs of a user, by time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import orjson
from starlette.responses import Response

from daybreak import runs
from daybreak.errors import InvalidInput
from daybreak.runs import Event, Happening
from daybreak.web import News, Visit, stream

_AT_ONCE = 5000
_EPOCH = 1970
_DIGITS = 19  # of a bigint
# An event has the time at which its transaction began: it can become visible after later events were sent.
_LATE = timedelta(seconds=60)


async def follow_one(visit: Visit, run_id: UUID) -> Response:
    """Stream the events of a run until it ends.

    Raises:
        NotFound: the user has no such run.
    """
    _number(_place(visit))
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)

    async def read(after: str) -> Sequence[News]:
        number = _number(after)
        async with visit.transaction() as tx:
            run = await runs.get(tx, visit.user.id, run_id)
            found = await runs.events(tx, visit.user.id, run_id, after=number, limit=_AT_ONCE)
        news = [_news_of_run(event) for event in found]
        if run.status.ended and len(found) < _AT_ONCE:
            last = news[-1].id if news else after
            news.append(News(id=last, name="ended", data=run.status, is_last=True))
        return news

    return stream(visit, read, str(run_id))


def _number(after: str) -> int:
    if after and not (after.isascii() and after.isdecimal() and len(after) < _DIGITS):
        raise InvalidInput("The event id must be a number; omit it to start with the first event.")
    return int(after or 0)


def _news_of_run(event: Event) -> News:
    data = {"number": event.number, "at": event.at, "name": event.name, "data": event.data}
    return News(id=str(event.number), name=event.name, data=_text(data))


async def follow_all(visit: Visit) -> Response:
    """Stream the events of all runs of a user."""
    if place := _place(visit):
        _instant(place)
    return stream(visit, Follower(visit).read, str(visit.user.id))


def _place(visit: Visit) -> str:
    return visit.request.headers.get("Last-Event-ID") or visit.request.query_params.get("after", "")


class Follower:
    """The events that were not sent yet on one connection."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._sent: dict[tuple[UUID, int], datetime] = {}
        self._last: datetime | None = None

    async def read(self, after: str) -> Sequence[News]:
        """Return unsent events from a minute before the last sent one on; the first call returns none."""
        async with self._visit.transaction() as tx:
            is_new = self._last is None and not after
            last = self._last or (_instant(after) if after else await runs.moment(tx))
            found = await runs.happenings(tx, self._visit.user.id, last - _LATE, limit=_AT_ONCE)
        unsent = [one for one in found if (one.run_id, one.number) not in self._sent]
        self._last = max([last, *(one.at for one in found)])
        self._remember(unsent, self._last - _LATE)
        return [] if is_new else [_news(one, self._last) for one in unsent]

    def _remember(self, found: Sequence[Happening], oldest: datetime) -> None:
        self._sent |= {(one.run_id, one.number): one.at for one in found}
        self._sent = {one: at for one, at in self._sent.items() if at > oldest}


def _instant(after: str) -> datetime:
    try:
        last = datetime.fromisoformat(after.replace(" ", "+"))
        return last.astimezone(UTC) if last.tzinfo and last.year > _EPOCH else _refuse()
    except (ValueError, OverflowError):
        return _refuse()


def _refuse() -> NoReturn:
    raise InvalidInput("The event id is not valid; omit it to start now.")


def _news(one: Happening, last: datetime) -> News:
    data = {"run": one.run_id, "number": one.number, "at": one.at, "name": one.name, "data": one.data}
    return News(id=last.isoformat(), name=one.name, data=_text(data))


def _text(data: dict[str, Any]) -> str:
    return orjson.dumps(data, default=str).decode()
