"""The rules for a user's web addresses: which may be fetched, and at which network addresses.

Calendar addresses are secrets: only their `WebAddress.origin` may be shown.
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

ResolveName = Callable[[str, int, float], list[str]]

_SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
# Python's `is_global` does not know these, or only in some versions.
_NEVER_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        [
            "192.0.0.0/24",  # special purposes; 192.0.0.192 is the metadata service of a cloud
            "168.63.129.16/32",  # the inner services of a cloud
            "192.88.99.0/24",  # relays of 6to4
            "3fff::/20",  # documentation
            "5f00::/16",  # segment routing
        ],
    )
)
_UNICAST = ipaddress.IPv6Network("2000::/3")
# EAI_NODATA does not exist everywhere: the name is known there, and has no address.
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address in its parts; its path, query and credentials are never printed.

    Attributes:
        target: path and query as sent in the request line.
        authorization: the header with the credentials of the address, if it has any.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    authorization: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the parsed address; ``webcal:`` is ``https:``.

        Raises:
            InvalidInput: it is not such an address.
        """
        try:
            parts = urlsplit(url.strip())
            scheme = _SCHEMES[parts.scheme]
            host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
            port = parts.port or _DEFAULT_PORTS[scheme]
            target = _request_target(parts)
        except (ValueError, KeyError):
            raise InvalidInput(_INVALID_ADDRESS) from None
        if not _HOST.fullmatch(host):
            raise InvalidInput(_INVALID_ADDRESS)
        return cls(scheme, host, port, target, _authorization_header(parts))

    @property
    def authority(self) -> str:
        """Host and, unless it is the default, port, as in a ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The part that may be shown, e.g. ``https://calendar.example``."""
        return f"{self.scheme}://{self.authority}"

    def resolve_redirect(self, location: str) -> "WebAddress":
        """Return the target of a redirect; credentials are passed on within the same origin only.

        Raises:
            InvalidInput: it leads to an invalid address, or from https to http.
        """
        try:
            url = urljoin(self.origin + self.target, location)
            goal = WebAddress.parse(url)
        except (ValueError, InvalidInput):
            raise InvalidInput(f"{self.origin} redirects to an invalid web address.") from None
        if self.scheme == "https" and goal.scheme == "http":
            raise InvalidInput(f"{self.origin} redirects from https to http, which is not allowed.")
        if goal.origin == self.origin and goal.authorization is None:
            return WebAddress(goal.scheme, goal.host, goal.port, goal.target, self.authorization)
        return goal


_INVALID_ADDRESS = "This is not a valid web address. Enter one such as https://calendar.example/my.ics."


def resolve_endpoints(
    address: WebAddress, *, seconds: float, allow_private: bool, resolve: ResolveName
) -> list[str]:
    """Return the network addresses to connect to, each of them checked; the name must not be resolved again.

    Raises:
        InvalidInput: one of them, or the port, is not public; or the name does not exist.
        Unavailable: the name could not be resolved within ``seconds``.
    """
    if address.port not in _PUBLIC_PORTS and not allow_private:
        *ports, last = map(str, sorted(_PUBLIC_PORTS))
        raise InvalidInput(f"Port {address.port} isn’t allowed. Use {', '.join(ports)} or {last}.")
    found = resolve(address.host, address.port, seconds)
    if not allow_private and not all(map(is_public_address, found)):
        raise InvalidInput(
            f"{address.origin} is at a private address. Only public addresses are allowed unless "
            "DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES is set."
        )
    return found


def is_public_address(text: str) -> bool:
    """Return whether a network address is publicly reachable, not on this machine or in its network."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = _embedded_ipv4(address) or address
    if any(address in network for network in _NEVER_PUBLIC):
        return False
    if isinstance(address, IPv6Address):
        return address in _UNICAST and address not in _SIX_TO_FOUR and address.is_global
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve_name(host: str, port: int, seconds: float) -> list[str]:
    """Return the network addresses of a name, in the system's order of preference.

    Raises:
        InvalidInput: the name does not exist, or it has no address.
        Unavailable: no resolver answered, or not within ``seconds``.
    """
    found: list[str] = []
    failures: list[Exception] = []

    def query() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failures.append(error)
            return
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    # The system's resolver has no time limit, so a slow call is abandoned in its thread.
    thread = threading.Thread(target=query, daemon=True)
    thread.start()
    thread.join(seconds)
    if any(map(_is_permanent, failures)):
        raise InvalidInput(f"Couldn’t find “{host}”. Check the address for typos.")
    if not found:
        raise Unavailable(f"Couldn’t resolve “{host}”. Check the network, or try again in a minute.")
    return list(found)


def _is_permanent(error: Exception) -> bool:
    """Return whether the name does not exist, so that another attempt would not help."""
    return isinstance(error, UnicodeError) or getattr(error, "errno", None) in _NO_SUCH_HOST


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _request_target(parts: SplitResult) -> str:
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path


def _authorization_header(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(credentials.encode()).decode("ascii")
