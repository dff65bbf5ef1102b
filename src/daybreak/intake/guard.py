"""Which web addresses of a user may be visited, and at which network addresses.

Calendar addresses are secrets: whatever is shown of one is its `WebAddress.origin`.
"""

import base64
import ipaddress
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from daybreak.errors import InvalidInput, Unavailable

Resolve = Callable[[str, int, float], list[str]]

_SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_UNICAST = ipaddress.IPv6Network("2000::/3")
# EAI_NODATA is not everywhere: the name is known there, and has no address.
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address, taken apart; its path, query and credentials are never printed.

    Attributes:
        target: path and query as they go into the request line.
        authorization: the header that carries the credentials of the address, if it has any.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    authorization: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """The address that ``url`` means; ``webcal:`` is ``https:``.

        Raises:
            InvalidInput: it is not such an address.
        """
        try:
            parts = urlsplit(url.strip())
            scheme = _SCHEMES[parts.scheme]
            host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
            port = parts.port or _DEFAULT_PORTS[scheme]
            target = _target(parts)
        except (ValueError, KeyError):
            raise InvalidInput(_NOT_AN_ADDRESS) from None
        if not _HOST.fullmatch(host):
            raise InvalidInput(_NOT_AN_ADDRESS)
        return cls(scheme, host, port, target, _authorization(parts))

    @property
    def authority(self) -> str:
        """Host and, where it is not the usual one, port, as in a ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The part that may be shown, e.g. ``https://calendar.example``."""
        return f"{self.scheme}://{self.authority}"

    def follow(self, location: str) -> "WebAddress":
        """Where a redirect leads; credentials go along within the same origin only.

        Raises:
            InvalidInput: it leads to no address, or from https to http.
        """
        try:
            url = urljoin(self.origin + self.target, location)
            goal = WebAddress.parse(url)
        except (ValueError, InvalidInput):
            raise InvalidInput(f"{self.origin} redirects to something that is no web address.") from None
        if self.scheme == "https" and goal.scheme == "http":
            raise InvalidInput(f"{self.origin} redirects to an unencrypted address, which is not followed.")
        if goal.origin == self.origin and goal.authorization is None:
            return WebAddress(goal.scheme, goal.host, goal.port, goal.target, self.authorization)
        return goal


_NOT_AN_ADDRESS = (
    "This is not a web address that can be fetched; give one such as https://calendar.example/my.ics."
)


def endpoints(address: WebAddress, *, seconds: float, allow_private: bool, resolve: Resolve) -> list[str]:
    """The network addresses to connect to, each of them checked; the name must not be resolved again.

    Raises:
        InvalidInput: one of them, or the port, is not for the public; or there is no such name.
        Unavailable: the name could not be looked up within ``seconds``.
    """
    if address.port not in _PUBLIC_PORTS and not allow_private:
        ports = ", ".join(map(str, sorted(_PUBLIC_PORTS)))
        raise InvalidInput(f"{address.origin} is at a port that is not fetched from; use one of {ports}.")
    found = resolve(address.host, address.port, seconds)
    if not allow_private and not all(map(is_public, found)):
        raise InvalidInput(
            f"{address.origin} is at a private address, and only public ones are fetched unless "
            "DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES is set."
        )
    return found


def is_public(text: str) -> bool:
    """Whether a network address is one that anybody may reach: no way into this machine or its network."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is None:
            return address in _UNICAST and address not in _SIX_TO_FOUR and address.is_global
        address = embedded
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve_name(host: str, port: int, seconds: float) -> list[str]:
    """The network addresses of a name, in the system's order of preference.

    Raises:
        InvalidInput: there is no such name, or it has no address.
        Unavailable: nobody could say, or the answer took longer than ``seconds``.
    """
    found: list[str] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failures.append(error)
            return
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    # The system's resolver knows no time limit, so it is left behind in a thread when it takes too long.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if any(map(_is_final, failures)):
        raise InvalidInput(f"There is no host “{host}”; check the address for a slip.")
    if not found:
        raise Unavailable(f"“{host}” could not be looked up; check the network, or try again later.")
    return list(found)


def _is_final(error: Exception) -> bool:
    """Whether a name cannot be looked up because there is none: asking again would not help."""
    return isinstance(error, UnicodeError) or getattr(error, "errno", None) in _NO_SUCH_HOST


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _target(parts: SplitResult) -> str:
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path


def _authorization(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(credentials.encode()).decode("ascii")
