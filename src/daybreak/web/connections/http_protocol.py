"""Time limits of HTTP connections, from the first byte to the last.

uvicorn only limits the pause between two requests. It has no limit for the headers of a request, for the rest
of a body that is not read, and for a response that the client does not receive.
"""

import asyncio
import fcntl
import socket
import struct
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from daybreak.people import ClientInfo
from daybreak.web.connections.client_address import unmap_address
from daybreak.web.connections.limiter import ConnectionLimiter

_FULL = b"Too many connections are open; try again in a few seconds."
_SERVICE_UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(_FULL), _FULL)
)
_TOO_SLOW = b"The request arrived too slowly; try again."
_DISCARD_UNSENT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTimeouts:
    """Time limits of a connection in seconds.

    Attributes:
        head: for all headers of a request, from the connection or from the first byte of a further request.
        rest: for the rest of a request that was already answered.
        write: for a response of which the client receives nothing.
    """

    head: float
    rest: float
    write: float


class _Phase(Enum):
    HEAD = auto()
    BODY = auto()
    RESPONSE = auto()
    REST = auto()
    IDLE = auto()


def make_protocol_class(
    limiter: ConnectionLimiter, timeouts: ConnectionTimeouts, is_trusted_proxy: Callable[[str], bool]
) -> type[asyncio.Protocol]:
    """Return the protocol class for uvicorn's configuration, whose instances share the limiter."""
    # uvicorn only calls it.
    return cast("type[asyncio.Protocol]", partial(LimitedProtocol, limiter, timeouts, is_trusted_proxy))


class LimitedProtocol(H11Protocol):
    """uvicorn's protocol on h11, with a place in the limiter and with time limits.

    One timer per connection checks all of them, so that a request costs no timer.
    """

    def __init__(
        self,
        limiter: ConnectionLimiter,
        timeouts: ConnectionTimeouts,
        is_trusted_proxy: Callable[[str], bool],
        **given_by_uvicorn: Any,  # noqa: ANN401 - configuration, state and loop, handed on
    ) -> None:
        super().__init__(**given_by_uvicorn)
        self._limiter = limiter
        self._timeouts = timeouts
        self._is_trusted_proxy = is_trusted_proxy
        self._timer: asyncio.TimerHandle | None = None
        self._phase = _Phase.HEAD
        self._phase_since = self._progress_at = self.loop.time()
        self._unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's
        """Register the connection, or refuse it."""
        super().connection_made(transport)
        if not self._limiter.add(self, self._limited_network()):
            transport.write(_SERVICE_UNAVAILABLE)
            transport.close()
        self._schedule_check(min(self._timeouts.head, self._timeouts.write))

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the connection's place."""
        self._limiter.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        super().data_received(data)
        self._update_phase()

    def on_response_complete(self) -> None:
        """Prepare for the next request."""
        super().on_response_complete()
        self._update_phase()

    def resume_writing(self) -> None:
        """Record that the client receives the response."""
        self._progress_at = self.loop.time()
        super().resume_writing()

    def evict(self) -> None:
        """Close the connection at once, with what it has not sent."""
        _reset(self.transport)

    def _limited_network(self) -> str | None:
        address = unmap_address(self.client[0]) if self.client else ""
        return None if self._is_trusted_proxy(address) else ClientInfo(address=address).network

    def _update_phase(self) -> None:
        phase = self._current_phase()
        if phase is not self._phase:
            self._phase, self._phase_since = phase, self.loop.time()
        elif phase is not _Phase.BODY:
            return
        if phase is _Phase.RESPONSE:
            self._limiter.mark_busy(self)
        else:
            self._limiter.mark_waiting(self, has_open_body=phase is _Phase.BODY)

    def _current_phase(self) -> _Phase:
        is_answered = self.cycle is not None and self.cycle.response_complete
        if self.conn.their_state is h11.IDLE:
            return _Phase.IDLE if is_answered and not self.conn.trailing_data[0] else _Phase.HEAD
        if self.conn.their_state is h11.SEND_BODY:
            return _Phase.REST if is_answered else _Phase.BODY
        return _Phase.RESPONSE

    def _schedule_check(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._check)

    def _check(self) -> None:
        """Close the connection if a time limit is over, else check again when the next one may be."""
        now = self.loop.time()
        limit = {_Phase.HEAD: self._timeouts.head, _Phase.REST: self._timeouts.rest}.get(self._phase)
        left = None if limit is None else self._phase_since + limit - now
        if self._is_unread(now):
            _reset(self.transport)
        elif self.transport.is_closing() or left is None or left > 0:
            soon = min(self._timeouts.head, self._timeouts.write)
            self._schedule_check(soon if left is None or left <= 0 else min(left, soon))
        else:
            self._time_out()
            self._schedule_check(self._timeouts.write)

    def _is_unread(self, now: float) -> bool:
        """Return whether the client has received nothing for too long of what waits to be sent."""
        unsent = _count_unsent(self.transport)
        if not unsent or unsent < self._unsent:
            self._progress_at = now
        self._unsent = unsent
        return now - self._progress_at >= self._timeouts.write

    def _time_out(self) -> None:
        """Close the connection, with 408 if a part of a request has arrived."""
        if self._phase is _Phase.HEAD and self.conn.trailing_data[0]:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            response = h11.Response(status_code=408, headers=headers, reason=b"Request Timeout")
            for event in (response, h11.Data(data=_TOO_SLOW), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()


def _count_unsent(transport: asyncio.Transport) -> int:
    """Return the number of bytes that the client has not confirmed, in this process and in the kernel.

    The kernel accepts further bytes only when a third of its buffer is free: minutes for a slow client.
    """
    queued = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
    return transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)


def _reset(transport: asyncio.Transport) -> None:
    """Close a connection at once; the kernel, too, discards what the client has not received."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DISCARD_UNSENT)
    transport.abort()
