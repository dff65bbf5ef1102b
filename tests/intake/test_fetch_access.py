"""Tests of what a fetch may reach and send: passwords, ``webcal:`` and private networks, tried as attacks."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from daybreak.errors import DaybreakError, InvalidInput, Unavailable
from daybreak.intake import (
    BasicCredentials,
    IntakeSettings,
    PrivateAddress,
    fetch,
    http_fetch,
    is_confirmable,
    url_guard,
)
from daybreak.intake.url_guard import WebAddress, resolve_endpoints

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
ANNA = BasicCredentials("änna", "s3cret:pass")
EXPECTED = "Basic " + base64.b64encode("änna:s3cret:pass".encode()).decode()
OPEN = IntakeSettings(allow_private_addresses=True, fetch_seconds=60)
CONFIRMING = IntakeSettings(allow_confirmed_addresses=True, fetch_seconds=60)


class Answering(ThreadingHTTPServer):
    """A server on a loopback address that records requests and answers as its paths say."""

    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Handler)
        self.seen: list[tuple[str, str | None]] = []
        self.elsewhere = ""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Answering = self.server
        sent = self.headers.get("Authorization")
        server.seen.append((self.path, sent))
        challenge: dict[str, str] = {}
        location, status = "", 200
        match self.path.strip("/"):
            case "protected" if sent != EXPECTED:
                status, challenge = 401, {"WWW-Authenticate": 'Basic realm="x"'}
            case "digest":
                status, challenge = 401, {"WWW-Authenticate": 'Digest realm="x", nonce="y"'}
            case "bare401":
                status = 401
            case "forbidden":
                status = 403
            case "here":
                status, location = 302, "/protected"
            case "away":
                status, location = 307, server.elsewhere
            case "there-and-back":
                status, location = 302, server.elsewhere
            case "planted":
                status, location = 302, server.elsewhere.replace("http://", "http://mallory:planted@")
        self.send_response(status)
        for name, value in (challenge | ({"Location": location} if location else {})).items():
            self.send_header(name, value)
        body = CALENDAR if status == 200 else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def answering(host: str = "127.0.0.1") -> Iterator[Answering]:
    server = Answering(host)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as server:
        yield server


@pytest.fixture
def other() -> Iterator[Answering]:
    with answering("127.0.0.2") as server:
        yield server


@pytest.mark.parametrize("path", ["protected", "here"])
def test_credentials_are_sent_to_the_origin_they_were_entered_for(server: Answering, path: str) -> None:
    assert fetch(server.url(path), OPEN, credentials=ANNA).content == CALENDAR
    assert {sent for _, sent in server.seen} == {EXPECTED}


@pytest.mark.parametrize("path", ["away", "planted"])
def test_credentials_never_follow_a_redirect_to_another_origin(
    server: Answering, other: Answering, path: str
) -> None:
    server.elsewhere = other.url("ok", "127.0.0.2")
    assert fetch(server.url(path), OPEN, credentials=ANNA).content == CALENDAR
    assert other.seen == [("/ok", None)]


def test_credentials_do_not_return_with_a_redirect_from_elsewhere(
    server: Answering, other: Answering
) -> None:
    server.elsewhere, other.elsewhere = other.url("there-and-back", "127.0.0.2"), server.url("ok")
    fetch(server.url("away"), OPEN, credentials=ANNA)
    assert server.seen == [("/away", EXPECTED), ("/ok", None)]
    assert other.seen == [("/there-and-back", None)]


@pytest.mark.parametrize("change", ["port", "host", "name"])
def test_another_port_or_host_is_another_origin(server: Answering, other: Answering, change: str) -> None:
    target = {"port": other.url("ok", "localhost"), "host": other.url("ok", "127.0.0.2")}
    server.elsewhere = target.get(change) or server.url("ok", "localhost")
    addresses = {"localhost": "127.0.0.2" if change == "port" else "127.0.0.1"}
    fetch(
        server.url("away", "127.0.0.1"),
        OPEN,
        credentials=ANNA,
        resolve=lambda host, *_: [addresses.get(host, host)],
    )
    assert [sent for path, sent in [*server.seen, *other.seen] if path == "/ok"] == [None]


@pytest.mark.parametrize(
    ("path", "credentials", "sentence", "detail"),
    [
        ("protected", None, "asks for a user name and a password; enter them for this address", "required"),
        (
            "protected",
            BasicCredentials("änna", "wrong"),
            "rejected the user name or the password",
            "rejected",
        ),
        ("bare401", None, "asks for a user name and a password", "required"),
        ("bare401", ANNA, "rejected the user name or the password", "rejected"),
        ("forbidden", None, r"refuses access without .* \(403 Forbidden\)", "required"),
        ("forbidden", ANNA, r"refuses this user \(403 Forbidden\)", "rejected"),
        ("digest", None, "kind of sign-in that is not supported", None),
        ("digest", ANNA, "kind of sign-in that is not supported", None),
    ],
)
def test_a_denial_is_a_sentence_without_secrets(
    server: Answering, path: str, credentials: BasicCredentials | None, sentence: str, detail: str | None
) -> None:
    with pytest.raises(InvalidInput, match=sentence) as caught:
        fetch(server.url(path), OPEN, credentials=credentials)
    assert caught.value.details.get("credentials") == detail
    for secret in ("änna", "s3cret", "wrong", path):
        assert secret not in str(caught.value)


def test_a_denial_after_a_redirect_names_the_address_to_enter(server: Answering, other: Answering) -> None:
    server.elsewhere = other.url("protected", "127.0.0.2")
    with pytest.raises(InvalidInput, match=r"enter the address that starts with http://127\.0\.0\.2:"):
        fetch(server.url("away"), OPEN, credentials=ANNA)
    assert other.seen == [("/protected", None)]


def test_webcal_without_tls_is_fetched_without_it(server: Answering) -> None:
    fetched = fetch(server.url("ok").replace("http", "webcal"), OPEN)
    assert (fetched.content, fetched.was_encrypted) == (CALENDAR, False)


@pytest.mark.parametrize("path", ["calendar", "deep/calendar?token=s3cret"])
def test_webcal_keeps_tls_although_its_redirect_leads_to_a_server_without_it(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    requested = []

    def answer(_session: object, address: WebAddress, _confirmed: object) -> str:
        requested.append(address.origin)
        if address.host == "calendar.example":
            return "https://down.example/"
        raise http_fetch._WithoutTls("https://down.example cannot be reached.")

    monkeypatch.setattr(http_fetch._FetchSession, "_get", answer)
    with pytest.raises(Unavailable, match=r"down\.example cannot be reached"):
        fetch(f"webcal://calendar.example/{path}", OPEN)
    assert requested == ["https://calendar.example", "https://down.example"]


@pytest.mark.parametrize("scheme", ["https", "webcals"])
def test_other_schemes_never_lose_tls(server: Answering, scheme: str) -> None:
    with pytest.raises(Unavailable, match="TLS"):
        fetch(server.url("ok").replace("http", scheme), OPEN)
    assert server.seen == []


def test_a_password_is_never_sent_without_tls_for_webcal(server: Answering) -> None:
    with pytest.raises(Unavailable, match="enter the address with http://"):
        fetch(server.url("protected").replace("http", "webcal"), OPEN, credentials=ANNA)
    assert server.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "nas.home.example"])
def test_a_confirmed_private_address_is_fetched_from_any_port(server: Answering, host: str) -> None:
    fetched = fetch(
        server.url("ok", host),
        CONFIRMING,
        confirmed_addresses=["127.0.0.1"],
        resolve=lambda *_: ["127.0.0.1"],
    )
    assert fetched.content == CALENDAR


@pytest.mark.parametrize("path", ["ok", "here"])
def test_an_unconfirmed_private_address_asks_for_what_was_resolved(server: Answering, path: str) -> None:
    with pytest.raises(PrivateAddress) as caught:
        fetch(server.url(path, "nas.home.example"), CONFIRMING, resolve=lambda *_: ["127.0.0.1", "10.0.0.5"])
    assert caught.value.addresses == ("127.0.0.1", "10.0.0.5")
    assert server.seen == []


def assert_rejected(server: Answering, url: str, limits: IntakeSettings, **more: object) -> DaybreakError:
    with pytest.raises(InvalidInput) as caught:
        fetch(url, limits, **more)
    assert server.seen == []
    return caught.value


def test_a_confirmation_counts_only_where_it_is_allowed(server: Answering) -> None:
    assert_rejected(server, server.url("ok"), IntakeSettings(), confirmed_addresses=["127.0.0.1"])


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["10.0.0.5", "127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.5", "169.254.169.254"],
    ],
)
def test_a_confirmed_name_that_resolves_elsewhere_is_rejected(server: Answering, answers: list[str]) -> None:
    # DNS rebinding: the name was at 10.0.0.5 when it was confirmed.
    url = server.url("ok", "nas.home.example")
    assert_rejected(server, url, CONFIRMING, confirmed_addresses=["10.0.0.5"], resolve=lambda *_: answers)


def test_a_redirect_to_a_private_address_is_rejected_even_if_confirmed(
    server: Answering, other: Answering
) -> None:
    # Neither to another host nor to another port of the confirmed one.
    for target in (other.url("ok", "127.0.0.2"), "http://127.0.0.1:9/ok"):
        server.elsewhere = target
        with pytest.raises(InvalidInput, match=r"redirects to .* private address") as caught:
            fetch(server.url("away"), CONFIRMING, confirmed_addresses=["127.0.0.1", "127.0.0.2"])
        assert not isinstance(caught.value, PrivateAddress)
    assert other.seen == []


def test_another_server_cannot_redirect_back_into_the_confirmed_network(
    server: Answering, other: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_guard, "is_public_address", lambda address: address == "127.0.0.2")
    monkeypatch.setattr(url_guard, "_PUBLIC_PORTS", {other.server_port})
    server.elsewhere, other.elsewhere = other.url("away", "127.0.0.2"), server.url("reboot")
    with pytest.raises(InvalidInput, match="private address") as caught:
        fetch(server.url("away"), CONFIRMING, confirmed_addresses=["127.0.0.1"])
    assert not isinstance(caught.value, PrivateAddress)
    assert [path for path, _ in server.seen] == ["/away"]


def test_a_public_server_cannot_make_the_user_confirm_a_private_address(
    server: Answering, other: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_guard, "is_public_address", lambda address: address == "127.0.0.2")
    monkeypatch.setattr(url_guard, "_PUBLIC_PORTS", {other.server_port})
    other.elsewhere = server.url("ok")
    with pytest.raises(InvalidInput, match=r"redirects to .* private address") as caught:
        fetch(other.url("away", "127.0.0.2"), CONFIRMING)
    assert not isinstance(caught.value, PrivateAddress)
    assert server.seen == []


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "169.254.170.2", "169.254.0.1", "fd00:ec2::254", "fd20:ce::254", "fe80::1"),
        *("fd00:42::42", "fd00:c1::a9fe:a9fe"),
        *("fe80::a9fe:a9fe", "100.100.100.200", "::ffff:169.254.169.254", "::ffff:100.100.100.200"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b::c0a8:1", "2002:c0a8:1::", "168.63.129.16", "192.0.0.192"),
        *("0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "255.255.255.255", "ff02::1", "8.8.8.8", "240.0.0.1"),  # noqa: S104
        *("not an address", "", "10.0.0.1 10.0.0.2", "10.0.0.1:80", "010.0.0.1", "2130706433"),
    ],
)
def test_metadata_services_and_other_special_addresses_are_never_confirmable(address: str) -> None:
    assert not is_confirmable(address)
    with pytest.raises(InvalidInput) as caught:
        resolve_endpoints(
            WebAddress.parse("http://metadata.example:5232/"),
            seconds=60,
            allow_private=False,
            resolve=lambda *_: [address],
            confirmed=[address],
        )
    assert not isinstance(caught.value, PrivateAddress)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.31.0.1", "192.168.1.10", "100.64.0.7", "::1", "fd12:3456::1"],
)
def test_addresses_of_this_machine_and_of_private_networks_are_confirmable(address: str) -> None:
    assert is_confirmable(address)


def test_a_confirmed_name_at_a_public_address_keeps_to_public_ports() -> None:
    def endpoints(port: int, *found: str) -> list[str]:
        return resolve_endpoints(
            WebAddress.parse(f"http://nas.home.example:{port}/"),
            seconds=60,
            allow_private=False,
            resolve=lambda *_: list(found),
            confirmed=["10.0.0.5"],
        )

    assert endpoints(443, "8.8.8.8") == ["8.8.8.8"]
    assert endpoints(5232, "10.0.0.5") == ["10.0.0.5"]
    for found in (["8.8.8.8"], ["10.0.0.5", "8.8.8.8"]):
        with pytest.raises(InvalidInput, match="Port 5232"):
            endpoints(5232, *found)
