"""The rules for a user's web addresses: which may be fetched, and at which network addresses.

Calendar addresses are secrets: only their `WebAddress.origin` may be shown.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake.written_address import BasicCredentials

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
# What a user may confirm: this machine and its networks. Link-local addresses, where clouds have their
# metadata services, are not among them.
_CONFIRMABLE = tuple(
    map(
        ipaddress.ip_network,
        [
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "::1/128",
            "fc00::/7",
        ],
    )
)
# Metadata services of clouds in these networks.
_NEVER_CONFIRMABLE = tuple(
    map(
        ipaddress.ip_network,
        ["100.100.100.200/32", "fd00:42::/32", "fd00:c1::/32", "fd00:ec2::/32", "fd20:ce::/32"],
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
        is_webcal: whether it was written as ``webcal:``, which does not state whether the server has TLS.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    authorization: str | None = field(repr=False)
    is_webcal: bool = False

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
        return cls(scheme, host, port, target, _authorization_header(parts), parts.scheme == "webcal")

    @property
    def authority(self) -> str:
        """Host and, unless it is the default, port, as in a ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The part that may be shown, e.g. ``https://calendar.example``."""
        return f"{self.scheme}://{self.authority}"

    def with_credentials(self, credentials: BasicCredentials | None) -> "WebAddress":
        """Return this address with these credentials; None leaves it as it is."""
        return replace(self, authorization=credentials.authorization) if credentials else self

    def without_tls(self) -> "WebAddress":
        """Return the same address as ``http:``."""
        port = _DEFAULT_PORTS["http"] if self.port == _DEFAULT_PORTS["https"] else self.port
        return replace(self, scheme="http", port=port, is_webcal=False)

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
        # Credentials that the server wrote into the redirect are ignored: only the user enters credentials.
        kept = self.authorization if goal.origin == self.origin else None
        return replace(goal, authorization=kept, is_webcal=False)


class PrivateAddress(InvalidInput):
    """An address in a private network, which a user may confirm where that is allowed.

    Attributes:
        addresses: the network addresses to confirm.
        to_confirm: the same, separated by spaces, once the user is asked; else empty.
    """

    def __init__(self, message: str, addresses: Collection[str]) -> None:
        super().__init__(message)
        self.addresses = tuple(addresses)
        self.to_confirm = ""

    def as_question(self) -> "PrivateAddress":
        """Return the error that asks the user to confirm; its details have the addresses for programs."""
        listed = ", ".join(self.addresses)
        asking = PrivateAddress(
            f"This address is in your own network ({listed}). Read it anyway?", self.addresses
        )
        asking.to_confirm = " ".join(self.addresses)
        return asking.with_details(private_addresses=list(self.addresses))


_INVALID_ADDRESS = "This is not a valid web address. Enter one such as https://calendar.example/my.ics."


def resolve_endpoints(
    address: WebAddress,
    *,
    seconds: float,
    allow_private: bool,
    resolve: ResolveName,
    confirmed: Collection[str] = (),
) -> list[str]:
    """Return the network addresses to connect to, each of them checked; the name must not be resolved again.

    Args:
        address: the address to fetch.
        seconds: the time limit for resolving its name.
        allow_private: whether all addresses and ports are allowed.
        resolve: resolves the name.
        confirmed: the private network addresses that the user confirmed for this host and port.

    Raises:
        PrivateAddress: one of them is private, and the user may confirm all that are.
        InvalidInput: one of them, or the port, is not public; or the name does not exist.
        Unavailable: the name could not be resolved within ``seconds``.
    """
    found = resolve(address.host, address.port, seconds)
    if allow_private:
        return found
    private = [one for one in found if not is_public_address(one)]
    if unconfirmed := [one for one in private if one not in confirmed or not is_confirmable(one)]:
        message = (
            f"{address.origin} is at a private address. Only public addresses are allowed unless "
            "DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES is set."
        )
        if all(map(is_confirmable, unconfirmed)):
            raise PrivateAddress(message, private)
        raise InvalidInput(message)
    if address.port not in _PUBLIC_PORTS and len(private) < len(found):
        *ports, last = map(str, sorted(_PUBLIC_PORTS))
        raise InvalidInput(f"Port {address.port} isn’t allowed. Use {', '.join(ports)} or {last}.")
    return found


def is_confirmable(text: str) -> bool:
    """Return whether a network address is on this machine or in its networks, and no metadata service."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in _CONFIRMABLE) and not any(
        address in network for network in _NEVER_CONFIRMABLE
    )


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
    return BasicCredentials(unquote(parts.username), unquote(parts.password or "")).authorization
