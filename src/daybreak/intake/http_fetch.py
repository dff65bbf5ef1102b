"""Fetching of a user's web address: bounded, guarded and without its secrets in any message."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic

from daybreak import clock
from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake.display import human_size
from daybreak.intake.files import os_error_reason
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.url_guard import ResolveName, WebAddress, resolve_endpoints, resolve_name

_MAX_REDIRECTS = 5
_CONNECT_SECONDS = 5.0
_MAX_RETRY_SECONDS = 86_400.0
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_PERMANENT_STATUSES = frozenset({400, 401, 403, 404, 405, 406, 410, 451})
_BUSY_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content of an address, with the validators for the next request."""

    content: bytes = field(repr=False)
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The content has not changed since the response that had these validators."""


def fetch(
    url: str,
    limits: IntakeSettings,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    resolve: ResolveName = resolve_name,
) -> Fetched | NotModified:
    """Return the current content of ``url``.

    Blocks for at most ``limits.fetch_seconds``, so call it in a thread.

    No cookies, no proxies, no credentials but those in the address itself. Every redirect is checked like the
    address was, and the connection goes to the very network address that was checked.

    Raises:
        InvalidInput: the address, its redirect or its content is not allowed or cannot be fetched.
        Unavailable: it did not respond, or not correctly; a later attempt may succeed.
    """
    address = WebAddress.parse(url)
    session = _FetchSession(limits, resolve, _validator_headers(etag, last_modified))
    for _ in range(_MAX_REDIRECTS + 1):
        answer = session.get(address)
        if not isinstance(answer, str):
            return answer
        address = address.resolve_redirect(answer)
    raise InvalidInput(f"{address.origin} redirects more than {_MAX_REDIRECTS} times; use the final address.")


class _FetchSession:
    """All requests of one fetch, under one deadline."""

    def __init__(self, limits: IntakeSettings, resolve: ResolveName, validators: dict[str, str]) -> None:
        self._limits = limits
        self._resolve = resolve
        self._validators = validators
        self._deadline = monotonic() + limits.fetch_seconds

    def get(self, address: WebAddress) -> Fetched | NotModified | str:
        """Return the content, or the location of a redirect."""
        headers = {"Host": address.authority, "User-Agent": "Daybreak", "Accept-Encoding": "identity"}
        if address.authorization is not None:
            headers["Authorization"] = address.authorization
        try:
            with self._connect(address) as connection:
                connection.request("GET", address.target, headers=headers | self._validators)
                with connection.getresponse() as response:
                    return self._read_response(address, response)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(f"{address.origin} {self._failure_message(error)}.") from None

    @contextmanager
    def _connect(self, address: WebAddress) -> Iterator[HTTPConnection]:
        with ExitStack() as stack:
            line = stack.enter_context(self._open_socket(address))
            stack.enter_context(_closed_after(self._remaining_seconds(), line))
            if address.scheme == "https":
                context = ssl.create_default_context()
                line = stack.enter_context(context.wrap_socket(line, server_hostname=address.host))
            connection = stack.enter_context(closing(HTTPConnection(address.host, address.port)))
            connection.sock = line
            connection.auto_open = 0  # it would connect by name again and bypass the guard
            yield connection

    def _open_socket(self, address: WebAddress) -> socket.socket:
        failure: OSError = TimeoutError()
        for endpoint in resolve_endpoints(
            address,
            seconds=self._remaining_seconds(),
            allow_private=self._limits.allow_private_addresses,
            resolve=self._resolve,
        ):
            try:
                seconds = min(_CONNECT_SECONDS, self._remaining_seconds())
                line = socket.create_connection((endpoint, address.port), timeout=seconds)
            except OSError as error:
                failure = error
            else:
                line.settimeout(self._remaining_seconds())
                return line
        raise failure

    def _read_response(self, address: WebAddress, response: HTTPResponse) -> Fetched | NotModified | str:
        location = response.headers.get("Location")
        if response.status in _REDIRECT_STATUSES and location:
            return location
        if response.status == HTTPStatus.NOT_MODIFIED and self._validators:
            return NotModified()
        if response.status != HTTPStatus.OK:
            answer = f"{address.origin} answered {_status_text(response.status)}"
            if response.status in _PERMANENT_STATUSES:
                raise InvalidInput(f"{answer}; check the address.")
            seconds = _parse_retry_after(response.headers.get("Retry-After", ""))
            raise Unavailable(f"{answer}; {_advice(response.status)}.").with_retry_after(seconds)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise InvalidInput(f"{address.origin} sends only compressed content, which is not supported.")
        content = self._read_body(address, response)
        return Fetched(content, response.headers.get("ETag"), response.headers.get("Last-Modified"))

    def _read_body(self, address: WebAddress, response: HTTPResponse) -> bytes:
        limit = self._limits.max_fetch_size
        if (response.length or 0) > limit or len(content := response.read(limit + 1)) > limit:
            raise InvalidInput(
                f"{address.origin} sends more than {human_size(limit)}; "
                "raise DAYBREAK_INTAKE_MAX_FETCH_SIZE to allow it."
            )
        self._remaining_seconds()
        if response.length:
            raise HTTPException
        return content

    def _remaining_seconds(self) -> float:
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def _failure_message(self, error: Exception) -> str:
        if monotonic() >= self._deadline or isinstance(error, TimeoutError):
            return f"did not answer within {self._limits.fetch_seconds:g} s"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"has an invalid certificate: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return "failed the TLS handshake"
        if isinstance(error, OSError):
            return f"cannot be reached: {os_error_reason(error)}"
        return "closed the connection early, or did not answer with HTTP"


@contextmanager
def _closed_after(seconds: float, sock: socket.socket) -> Iterator[None]:
    """Close a connection after that time: timeouts of a socket start anew with every byte."""
    with sock.dup() as same_line:

        def shut_down() -> None:
            with suppress(OSError):
                same_line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, shut_down)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _validator_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    arguments = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in arguments.items() if value}


def _advice(status: int) -> str:
    is_busy = status in _BUSY_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return "try again later" if is_busy else "check the address"


def _parse_retry_after(written: str) -> float:
    """Return the seconds of a Retry-After, at least the usual ones and at most a day."""
    written, seconds = written.strip(), Unavailable.retry_after
    if written.isascii() and written.isdigit():
        seconds = float(written)
    elif written:
        with suppress(ValueError):
            at = parsedate_to_datetime(written)
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - clock.now()).total_seconds()
    return min(max(seconds, Unavailable.retry_after), _MAX_RETRY_SECONDS)


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
