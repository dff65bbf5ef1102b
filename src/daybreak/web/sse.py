"""Server-sent events, which resume after the last event that the client received."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from daybreak.web.context import Visit

_PING = 15
_SEND_WITHIN = 30.0
_LIFE = 600.0
_KNOWN = 30.0
_SOON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event of a stream.

    Attributes:
        id: sent back by the browser to resume after this event; increases within a stream.
        data: text or HTML, which htmx puts into the page.
        name: the event that a script listens for; None for events that htmx swaps.
        is_last: whether only an event named ``end`` follows.
    """

    id: str
    data: str
    name: str | None = None
    is_last: bool = False


Read = Callable[[str], Awaitable[Sequence[News]]]


def stream(visit: Visit, read: Read, *topics: str) -> Response:
    """Stream the events that `read` returns, now and whenever one of the topics is notified.

    An idle stream occupies no database connection, and a slow client delays no other: events wait in the
    database. A stream ends with its session or token: at once if that is revoked, within half a minute if it
    expires or no notification arrives. After about ten minutes the browser has to reconnect.

    Args:
        context: the request context; its Last-Event-ID is where the stream resumes.
        read: returns the events after the one with that id, which is empty at the beginning.
        topics: the topics to subscribe to, e.g. the id of a run.
    """
    after = visit.request.headers.get("Last-Event-ID") or visit.request.query_params.get("after", "")
    return EventSourceResponse(_events(visit, read, topics, after), ping=_PING, send_timeout=_SEND_WITHIN)


async def _events(
    visit: Visit, read: Read, topics: Sequence[str], after: str
) -> AsyncIterator[ServerSentEvent]:
    now = asyncio.get_running_loop().time
    # Jitter: streams that reconnected together after a restart must not expire together.
    end = now() + _LIFE * random.uniform(0.8, 1.2)  # noqa: S311 - guards nothing
    known_until = now() + _KNOWN
    notifications = visit.site.notifications
    yield ServerSentEvent(comment="open", retry=_SOON)
    credential = str(visit.visitor.credential) if visit.visitor else ""
    with notifications.follow(*topics, credential) as bell:
        while now() < end and not notifications.closed:
            # In a task of its own, which is cancelled only once: after a cancel nothing could be awaited
            # here, not even a rollback.
            for news in await asyncio.ensure_future(read(after)):
                after = news.id
                yield ServerSentEvent(id=news.id, event=news.name, data=news.data)
                if news.is_last:
                    yield ServerSentEvent(event="end", data="end")
                    return
            rung = await bell.wait(min(end, known_until) - now())
            if credential in rung or now() >= known_until:
                if not await visit.is_still_known():
                    return
                known_until = now() + _KNOWN
