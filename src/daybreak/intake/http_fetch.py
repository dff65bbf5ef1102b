"""Fetching of a user's web address: bounded, guarded and without its secrets in any message."""

import socket
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic

from daybreak import clock
from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake.decompression import (
    ContentTooLarge,
    DamagedContent,
    UnsupportedEncoding,
    read_decoded,
)
from daybreak.intake.display import human_size
from daybreak.intake.files import os_error_reason
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.url_guard import (
    PrivateAddress,
    ResolveName,
    WebAddress,
    resolve_endpoints,
    resolve_name,
)
from daybreak.intake.written_address import BasicCredentials

_MAX_REDIRECTS = 5
_CONNECT_SECONDS = 5.0
_MAX_RETRY_SECONDS = 86_400.0
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_PERMANENT_STATUSES = frozenset({400, 404, 405, 406, 410, 451})
_ACCESS_STATUSES = frozenset({401, 403})
_BUSY_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """The decoded content of an address, with the validators for the next request.

    Attributes:
        was_encrypted: whether the address itself was fetched with TLS.
    """

    content: bytes = field(repr=False)
    etag: str | None
    last_modified: str | None
    was_encrypted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotModified:
    """The content has not changed since the response that had these validators."""


class _WithoutTls(Unavailable):
    """A server that refused the connection or does not speak TLS."""


def fetch(
    url: str,
    limits: IntakeSettings,
    *,
    credentials: BasicCredentials | None = None,
    confirmed_addresses: Collection[str] = (),
    etag: str | None = None,
    last_modified: str | None = None,
    resolve: ResolveName = resolve_name,
) -> Fetched | NotModified:
    """Return the current content of ``url``.

    Blocks for at most ``limits.fetch_seconds``, so call it in a thread.

    No cookies, no proxies, no credentials but these, and these only for the origin of ``url``. Every redirect
    is checked like the address was, and the connection goes to the very network address that was checked. A
    ``webcal:`` address whose server has no TLS is fetched without it, unless there are credentials.

    Args:
        url: the address.
        limits: the limits of size and time.
        credentials: the user name and password for its server.
        confirmed_addresses: the private network addresses that the user confirmed for its host and port.
        etag: the validator of the last response.
        last_modified: the other validator of the last response.
        resolve: resolves names.

    Raises:
        PrivateAddress: the address is in a private network, and its user may confirm it.
        InvalidInput: the address, its redirect or its content is not allowed or cannot be fetched.
        Unavailable: it did not respond, or not correctly; a later attempt may succeed.
    """
    address = WebAddress.parse(url).with_credentials(credentials)
    session = _FetchSession(limits, resolve, _validator_headers(etag, last_modified), confirmed_addresses)
    try:
        return session.follow(address)
    except _WithoutTls as error:
        if not address.is_webcal:
            raise
        if address.authorization is not None:
            advice = "enter the address with http:// to send the password without TLS"
            raise Unavailable(f"{str(error).removesuffix('.')}; {advice}.") from None
    return session.follow(address.without_tls())


class _FetchSession:
    """All requests of one fetch, under one deadline."""

    def __init__(
        self,
        limits: IntakeSettings,
        resolve: ResolveName,
        validators: dict[str, str],
        confirmed_addresses: Collection[str],
    ) -> None:
        self._limits = limits
        self._resolve = resolve
        self._validators = validators
        self._confirmed = confirmed_addresses
        self._deadline = monotonic() + limits.fetch_seconds

    def follow(self, first: WebAddress) -> Fetched | NotModified:
        """Return the content of an address or of that to which it redirects."""
        address, confirmed = first, self._confirmed
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                answer = self._get(address, confirmed)
            except PrivateAddress:
                if address.origin == first.origin and confirmed == self._confirmed:
                    raise
                raise InvalidInput(
                    f"{first.origin} redirects to {address.origin}, which is at a private address; enter "
                    "that address itself."
                ) from None
            except _WithoutTls as error:
                if address is first:
                    raise
                raise Unavailable(str(error)) from None  # of the address itself TLS is known
            except _AccessDenied as error:
                is_redirected = first.authorization is not None and address.authorization is None
                raise _describe_denial(error, address, first.origin if is_redirected else None) from None
            if isinstance(answer, NotModified):
                return answer
            if isinstance(answer, Fetched):
                return replace(answer, was_encrypted=first.scheme == "https")
            address = address.resolve_redirect(answer)
            if address.origin != first.origin:
                confirmed = ()  # no other server may choose what is fetched inside of the network
        raise InvalidInput(
            f"{address.origin} redirects more than {_MAX_REDIRECTS} times; use the final address."
        )

    def _get(self, address: WebAddress, confirmed: Collection[str]) -> Fetched | NotModified | str:
        """Return the content, or the location of a redirect."""
        headers = {"Host": address.authority, "User-Agent": "Daybreak", "Accept-Encoding": "identity"}
        if address.authorization is not None:
            headers["Authorization"] = address.authorization
        try:
            with self._connect(address, confirmed) as connection:
                connection.request("GET", address.target, headers=headers | self._validators)
                with connection.getresponse() as response:
                    return self._read_response(address, response)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(f"{address.origin} {self._failure_message(error)}.") from None

    @contextmanager
    def _connect(self, address: WebAddress, confirmed: Collection[str]) -> Iterator[HTTPConnection]:
        with ExitStack() as stack:
            try:
                line = stack.enter_context(self._open_socket(address, confirmed))
                stack.enter_context(_closed_after(self._remaining_seconds(), line))
                if address.scheme == "https":
                    context = ssl.create_default_context()
                    line = stack.enter_context(context.wrap_socket(line, server_hostname=address.host))
            except (ConnectionError, ssl.SSLError) as error:
                if isinstance(error, ssl.SSLCertVerificationError) or monotonic() >= self._deadline:
                    raise
                raise _WithoutTls(f"{address.origin} {self._failure_message(error)}.") from None
            connection = stack.enter_context(closing(HTTPConnection(address.host, address.port)))
            connection.sock = line
            connection.auto_open = 0  # it would connect by name again and bypass the guard
            yield connection

    def _open_socket(self, address: WebAddress, confirmed: Collection[str]) -> socket.socket:
        failure: OSError = TimeoutError()
        for endpoint in resolve_endpoints(
            address,
            seconds=self._remaining_seconds(),
            allow_private=self._limits.allow_private_addresses,
            resolve=self._resolve,
            confirmed=confirmed if self._limits.allow_confirmed_addresses else (),
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
            if response.status in _ACCESS_STATUSES:
                raise _AccessDenied(response.status, response.headers.get_all("WWW-Authenticate") or [])
            answer = f"{address.origin} answered {_status_text(response.status)}"
            if response.status in _PERMANENT_STATUSES:
                raise InvalidInput(f"{answer}; check the address.")
            seconds = _parse_retry_after(response.headers.get("Retry-After", ""))
            raise Unavailable(f"{answer}; {_advice(response.status)}.").with_retry_after(seconds)
        content = self._read_body(address, response)
        return Fetched(content, response.headers.get("ETag"), response.headers.get("Last-Modified"))

    def _read_body(self, address: WebAddress, response: HTTPResponse) -> bytes:
        limit = self._limits.max_fetch_size
        encoding = ", ".join(response.headers.get_all("Content-Encoding") or [])
        try:
            content = read_decoded(
                response.read, encoding, limit, self._remaining_seconds, announced=response.length or 0
            )
        except ContentTooLarge:
            raise InvalidInput(
                f"{address.origin} sends more than {human_size(limit)}; "
                "raise DAYBREAK_INTAKE_MAX_FETCH_SIZE to allow it."
            ) from None
        except UnsupportedEncoding as error:
            raise InvalidInput(
                f"{address.origin} sends only content compressed as {error}, which is not supported."
            ) from None
        except DamagedContent:
            self._remaining_seconds()
            raise Unavailable(
                f"{address.origin} sent compressed content that is damaged or cut off; try again later."
            ) from None
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


class _AccessDenied(Exception):
    """A response that denies access, with the authentication that the server offers."""

    def __init__(self, status: int, offered: list[str]) -> None:
        super().__init__(status)
        self.status = status
        self.offers_basic = not offered or any("basic" in one.lower() for one in offered)


def _describe_denial(error: _AccessDenied, address: WebAddress, left_origin: str | None) -> InvalidInput:
    """Return the error for the user; its detail ``credentials`` states to programs that credentials may help.

    Args:
        error: the denial.
        address: the address that was denied.
        left_origin: the origin that redirected and for which credentials were entered.
    """
    origin = address.origin
    if left_origin is not None:
        return InvalidInput(
            f"{left_origin} redirects to {origin}, which asks for a user name and a password. They are sent "
            f"only to the address they were entered for; enter the address that starts with {origin}."
        ).with_details(credentials="required")
    if not error.offers_basic:
        return InvalidInput(
            f"{origin} asks for a kind of sign-in that is not supported; only a user name and a password by "
            "HTTP Basic authentication are."
        )
    if error.status == HTTPStatus.FORBIDDEN:
        who = "this user" if address.authorization else "access without a user name and a password"
        kind = "rejected" if address.authorization else "required"
        return InvalidInput(
            f"{origin} refuses {who} (403 Forbidden); check the address, or enter a user name and a password "
            "that may read it."
        ).with_details(credentials=kind)
    if address.authorization is not None:
        return InvalidInput(
            f"{origin} rejected the user name or the password; enter them again."
        ).with_details(credentials="rejected")
    return InvalidInput(
        f"{origin} asks for a user name and a password; enter them for this address."
    ).with_details(credentials="required")


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
        with suppress(ValueError, OverflowError):
            at = parsedate_to_datetime(written)
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - clock.now()).total_seconds()
    return min(max(seconds, Unavailable.retry_after), _MAX_RETRY_SECONDS)


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
