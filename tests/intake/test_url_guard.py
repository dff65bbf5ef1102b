import base64
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake.url_guard import WebAddress, is_public_address, resolve_endpoints, resolve_name


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://calendar.example/a.ics", "https://calendar.example", "/a.ics"),
        ("  HTTPS://Calendar.Example.:443 ", "https://calendar.example", "/"),
        (
            "webcal://calendar.example/a.ics?key=1&x=%20y#top",
            "https://calendar.example",
            "/a.ics?key=1&x=%20y",
        ),
        ("http://127.0.0.1:8080/ä b", "http://127.0.0.1:8080", "/%C3%A4%20b"),
        ("https://[2606:4700::1111]:8443/x", "https://[2606:4700::1111]:8443", "/x"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example", "/"),
    ],
)
def test_an_address_is_parsed_into_its_parts(url: str, origin: str, target: str) -> None:
    address = WebAddress.parse(url)

    assert (address.origin, address.target) == (origin, target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calendar.example/secret",
        "ftp://calendar.example/secret",
        "file:///etc/secret",
        "https:///secret",
        "https://calendar.example:99999/secret",
        "https://calendar.example:secret/",
        "https://[::1/secret",
        "https://a b/secret",
        "https://exa\x00mple/secret",
        "https://-" + "x" * 70 + "é.example/secret",
    ],
)
def test_an_invalid_address_is_rejected_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidInput, match="not a valid web address") as caught:
        WebAddress.parse(url)

    assert "secret" not in str(caught.value)


@settings(max_examples=100)
@given(st.text(max_size=40), st.sampled_from(["", "https://", "webcal://a", "http://h/", "https://h:"]))
def test_any_text_is_an_address_or_invalid_input(text: str, before: str) -> None:
    try:
        address = WebAddress.parse(before + text)
    except InvalidInput:
        return
    request_line = f"{address.authority} {address.target}"
    assert request_line.isascii()
    assert request_line.isprintable()
    assert request_line.count(" ") == 1


def test_credentials_become_a_header_and_are_never_printed() -> None:
    address = WebAddress.parse("https://ann:p%40ss@calendar.example/token")

    assert address.authorization == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert "token" not in repr(address)
    assert "Basic" not in repr(address)


def test_credentials_follow_a_redirect_within_the_origin_only() -> None:
    address = WebAddress.parse("https://ann:pass@calendar.example/a")

    assert address.resolve_redirect("/b").authorization == address.authorization
    assert address.resolve_redirect("https://calendar.example:8443/b").authorization is None
    assert address.resolve_redirect("https://other.example/b").authorization is None


@pytest.mark.parametrize(
    ("location", "message"),
    [("http://calendar.example/", "https to http"), ("ftp://x/", "invalid"), ("https://[x/", "invalid")],
)
def test_an_insecure_or_invalid_redirect_is_rejected(location: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        WebAddress.parse("https://calendar.example/token").resolve_redirect(location)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),  # noqa: S104
        *("100.64.0.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2002:808:808::", "2001:0:1::1", "not an address"),
        *("192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.192", "168.63.129.16", "192.88.99.1"),
        *("::ffff:192.0.0.192", "::ffff:168.63.129.16", "::ffff:192.88.99.1"),
        *("64:ff9b::c000:c0", "64:ff9b::a83f:8110", "64:ff9b::c058:6301"),
        *("2002:c000:c0::", "2002:a83f:8110::", "2002:c058:6301::", "3fff::1", "3fff:fff::1", "5f00::1"),
    ],
)
def test_private_and_special_addresses_are_not(address: str) -> None:
    assert not is_public_address(address)


def test_one_private_address_among_public_ones_is_rejected() -> None:
    address = WebAddress.parse("https://calendar.example/token")

    with pytest.raises(InvalidInput, match="private address") as caught:
        resolve_endpoints(
            address, seconds=60, allow_private=False, resolve=lambda *_: ["8.8.8.8", "10.0.0.1"]
        )

    assert "token" not in str(caught.value)
    assert "10.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "017700000001"])
def test_every_spelling_of_this_machine_is_rejected(host: str) -> None:
    address = WebAddress.parse(f"http://{host}/")

    with pytest.raises(InvalidInput, match="private address"):
        resolve_endpoints(address, seconds=60, allow_private=False, resolve=resolve_name)


def test_other_ports_are_rejected_unless_private_addresses_are_allowed() -> None:
    address = WebAddress.parse("http://calendar.example:6379/")

    with pytest.raises(InvalidInput, match="Port 6379 isn’t allowed"):
        resolve_endpoints(address, seconds=60, allow_private=False, resolve=lambda *_: ["8.8.8.8"])
    assert resolve_endpoints(address, seconds=60, allow_private=True, resolve=lambda *_: ["10.0.0.1"]) == [
        "10.0.0.1"
    ]


def fake_resolver(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Patch the system's resolver to raise this error."""

    def ask(*_arguments, **_options):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", ask)


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_an_unknown_name_is_invalid_input(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    fake_resolver(monkeypatch, socket.gaierror(number, "Name or service not known"))

    with pytest.raises(InvalidInput, match=r"Couldn’t find “calender\.example”"):
        resolve_name("calender.example", 443, 5)


def test_an_impossible_name_is_invalid_input() -> None:
    with pytest.raises(InvalidInput, match="Couldn’t find"):
        resolve_name("x" * 70 + ".example", 443, 5)


@pytest.mark.parametrize("number", [socket.EAI_AGAIN, socket.EAI_FAIL])
def test_a_temporary_resolver_failure_is_unavailable(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    fake_resolver(monkeypatch, socket.gaierror(number, "Temporary failure in name resolution"))

    with pytest.raises(Unavailable, match="Couldn’t resolve"):
        resolve_name("calendar.example", 443, 5)
