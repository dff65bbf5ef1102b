"""Server-sent events, which resume after the last event that the client received."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from daybreak.web.context import RequestContext
from daybreak.web.pages.theme import Theme

_PING_SECONDS = 15
_SEND_TIMEOUT_SECONDS = 30.0
_MAX_LIFETIME_SECONDS = 600.0
_REAUTHENTICATE_SECONDS = 30.0
_RETRY_MILLISECONDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
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


ReadEvents = Callable[[str], Awaitable[Sequence[StreamEvent]]]


def stream(context: RequestContext, read: ReadEvents, *topics: str, has_state: bool = False) -> Response:
    """Stream the events that `read` returns, now and whenever one of the topics is notified.

    An idle stream occupies no database connection, and a slow client delays no other: events wait in the
    database. A stream ends with its session or token: at once if that is revoked, within half a minute if it
    expires or no notification arrives. After about ten minutes the browser has to reconnect.

    A user has a limited number of streams; one more is rejected. Streams of one user at the same address and
    position share their reads.

    Args:
        context: the request context; its Last-Event-ID is where the stream resumes.
        read: returns the events after the one with that id, which is empty at the beginning.
        topics: the topics to subscribe to, e.g. the id of a run.
        has_state: whether `read` remembers what this stream has sent, so that no other stream may share it.
    """
    after = context.request.headers.get("Last-Event-ID") or context.request.query_params.get("after", "")
    shared = read if has_state else _shared_read(context, read)
    return _CountedResponse(context, _events(context, shared, topics, after))


class _CountedResponse(EventSourceResponse):
    """A stream that occupies one of its user's slots while it is open."""

    def __init__(self, context: RequestContext, events: AsyncIterator[ServerSentEvent]) -> None:
        super().__init__(events, ping=_PING_SECONDS, send_timeout=_SEND_TIMEOUT_SECONDS)
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream.

        Raises:
            TooManyRequests: the user has too many streams.
            Unavailable: the process has too many streams.
        """
        context = self._context
        owner_id = context.user.id if context.principal else uuid4()
        async with context.app_state.limiters.streams.acquire(owner_id):
            await super().__call__(scope, receive, send)


def _shared_read(context: RequestContext, read: ReadEvents) -> ReadEvents:
    """Return a read that streams with equal events share: of one user and role, page and theme."""
    if context.principal is None:
        return read
    principal, address = context.principal, str(context.request.url)
    stream_key = (
        principal.user,
        principal.role,
        principal.scope,
        address,
        Theme.from_request(context.request),
    )

    async def read_shared(after: str) -> Sequence[StreamEvent]:
        key = (*stream_key, after, context.app_state.listener.notification_count)
        return await context.app_state.shared_reads.run(key, lambda: read(after))

    return read_shared


async def _events(
    context: RequestContext, read: ReadEvents, topics: Sequence[str], after: str
) -> AsyncIterator[ServerSentEvent]:
    now = asyncio.get_running_loop().time
    # Jitter: streams that reconnected together after a restart must not expire together.
    end = now() + _MAX_LIFETIME_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - guards nothing
    known_until = now() + _REAUTHENTICATE_SECONDS
    listener = context.app_state.listener
    yield ServerSentEvent(comment="open", retry=_RETRY_MILLISECONDS)
    credential = str(context.principal.credential) if context.principal else ""
    with listener.subscribe(*topics, credential) as subscription:
        while now() < end and not listener.is_closed:
            # In a task of its own, which is cancelled only once: after a cancel nothing could be awaited
            # here, not even a rollback.
            for event in await asyncio.ensure_future(read(after)):
                after = event.id
                yield ServerSentEvent(id=event.id, event=event.name, data=event.data)
                if event.is_last:
                    yield ServerSentEvent(event="end", data="end")
                    return
            topics_notified = await subscription.wait(min(end, known_until) - now())
            if credential in topics_notified or now() >= known_until:
                if not await context.is_still_authenticated():
                    return
                known_until = now() + _REAUTHENTICATE_SECONDS
