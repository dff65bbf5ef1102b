"""Client addresses: one form for each, and the proxies that may report them."""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_FORWARDED_FOR = b"x-forwarded-for"


def unmap_address(address: str) -> str:
    """Return the IPv4 address of an IPv4-mapped one, which dual-stack sockets report; else the address."""
    if ":" not in address:
        return address
    try:
        mapped = ipaddress.IPv6Address(address.partition("%")[0]).ipv4_mapped
    except ValueError:
        return address
    return address if mapped is None else str(mapped)


class ClientAddressMiddleware:
    """Middleware that unmaps client addresses, then believes the X-Forwarded headers of trusted proxies."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: str) -> None:
        """Create the middleware.

        Args:
            app: the application behind it.
            trusted_proxies: addresses and networks, separated by commas; `*` for all.
        """
        self._proxied = ProxyHeadersMiddleware(app, trusted_proxies)  # type: ignore[arg-type] # same ASGI types

    def is_trusted_proxy(self, address: str) -> bool:
        """Return whether the X-Forwarded headers of that address are believed."""
        return address in self._proxied.trusted_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application with the client's address."""
        if scope["type"] == "http":
            if client := scope.get("client"):
                scope["client"] = (unmap_address(client[0]), client[1])
            if any(_is_forwarded_for_ipv6(name, value) for name, value in scope["headers"]):
                scope["headers"] = [_unmap_header(name, value) for name, value in scope["headers"]]
        await self._proxied(scope, receive, send)  # type: ignore[arg-type]


def _is_forwarded_for_ipv6(name: bytes, value: bytes) -> bool:
    return name == _FORWARDED_FOR and b":" in value


def _unmap_header(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if not _is_forwarded_for_ipv6(name, value):
        return name, value
    addresses = (unmap_address(part.strip()) for part in value.decode("latin-1").split(","))
    return name, ", ".join(addresses).encode("latin-1")
