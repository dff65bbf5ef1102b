"""Server-sent events: a page that stays open learns what happens, from where it left off."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from daybreak.web.visits import Visit

_PING = 15
_SEND_WITHIN = 30.0
_LIFE = 600.0
_KNOWN = 30.0
_SOON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event of a stream.

    Attributes:
        id: what the browser sends back to go on from here; rises within a stream.
        data: text or HTML, which htmx puts into the page.
        name: what a script listens for; None for what htmx swaps.
        is_last: whether nothing comes after it but an event named ``end``.
    """

    id: str
    data: str
    name: str | None = None
    is_last: bool = False


Read = Callable[[str], Awaitable[Sequence[News]]]


def stream(visit: Visit, read: Read, *topics: str) -> Response:
    """Send what `read` finds, now and whenever one of the topics is notified.

    No connection is held while nothing happens, and a slow reader holds up nobody: what comes meanwhile waits
    in the database. A stream ends with the session or token it came with: at once when that is ended, within
    half a minute when its time is up or nothing is heard. After ten minutes the browser has to ask again.

    Args:
        visit: who asks; its Last-Event-ID says where to go on.
        read: gives what comes after the event of that id, which is empty at the beginning.
        topics: what is followed, e.g. the id of a run.
    """
    after = visit.request.headers.get("Last-Event-ID") or visit.request.query_params.get("after", "")
    return EventSourceResponse(_events(visit, read, topics, after), ping=_PING, send_timeout=_SEND_WITHIN)


async def _events(
    visit: Visit, read: Read, topics: Sequence[str], after: str
) -> AsyncIterator[ServerSentEvent]:
    now = asyncio.get_running_loop().time
    # Not all at once: those that a restart brought together part again.
    end = now() + _LIFE * random.uniform(0.8, 1.2)  # noqa: S311 - guards nothing
    known_until = now() + _KNOWN
    notifications = visit.site.notifications
    yield ServerSentEvent(comment="open", retry=_SOON)
    credential = str(visit.visitor.credential) if visit.visitor else ""
    with notifications.follow(*topics, credential) as bell:
        while now() < end and not notifications.closed:
            # In a task of its own, which is cancelled once: here nothing could be waited for any more, not
            # even the end of a transaction.
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
