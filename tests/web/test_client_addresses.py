"""Test that a client has one address, on sockets for both families and behind proxies."""

from collections.abc import Iterable

import pytest

from daybreak.people import ClientInfo
from daybreak.web.connections.client_address import unmap_address

from .web_process import WebProcess

PUBLIC = {"url": "http://daybreak.example.org", "host": "::"}
HOST = "daybreak.example.org"
ATTEMPTS = 31  # of one network, one more than are allowed at once


async def statuses(web: WebProcess, source: str, forwarded: Iterable[str | None]) -> list[int]:
    """Try links from this address, one for each value of X-Forwarded-For; return the statuses."""
    async with web.client(source, HOST) as client:
        return [
            (await client.get("/sign-in/link/x", headers={"X-Forwarded-For": one} if one else {})).status_code
            for one in forwarded
        ]


@pytest.mark.integration
async def test_clients_of_a_dual_stack_socket_are_throttled_separately(serve_web, reset_throttle):
    async with serve_web(**PUBLIC) as web:
        assert (await statuses(web, "127.0.0.2", [None] * ATTEMPTS))[-1] == 429
        assert await statuses(web, "127.0.0.9", [None]) == [404]


@pytest.mark.integration
async def test_ipv4_proxy_is_believed_on_a_dual_stack_socket(serve_web, reset_throttle):
    async with serve_web(**PUBLIC) as web:
        assert (await statuses(web, "127.0.0.1", ["203.0.113.5"] * ATTEMPTS))[-1] == 429
        assert await statuses(web, "127.0.0.1", ["203.0.113.9", "::ffff:203.0.113.5"]) == [404, 429]
        assert await statuses(web, "127.0.0.1", ["198.51.100.7, ::ffff:127.0.0.1"]) == [404]


@pytest.mark.integration
async def test_forwarded_address_of_an_unknown_proxy_is_not_believed(serve_web, reset_throttle):
    async with serve_web(**PUBLIC) as web:
        spoofed = [f"203.0.113.{number}" for number in range(ATTEMPTS)]
        assert (await statuses(web, "127.0.0.3", spoofed))[-1] == 429


@pytest.mark.parametrize(
    ("address", "unmapped"),
    [
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("::FFFF:cb00:7105", "203.0.113.5"),
        ("::ffff:127.0.0.1%eth0", "127.0.0.1"),
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8::5", "2001:db8::5"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_mapped_address_is_unmapped(address, unmapped):
    assert unmap_address(address) == unmapped


def test_ipv6_clients_of_one_network_are_one():
    first, second = (ClientInfo(address=f"2001:db8:0:1:{end}").network for end in (":5", "ffff::1"))
    assert first == second == "2001:db8:0:1::/64"
    assert ClientInfo(address="203.0.113.5").network == "203.0.113.5"
