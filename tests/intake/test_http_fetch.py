import contextlib
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from daybreak import clock
from daybreak.errors import DaybreakError, InvalidInput, Unavailable
from daybreak.intake import Fetched, IntakeSettings, NotModified, fetch, url_guard

ALLOW_PRIVATE = IntakeSettings(allow_private_addresses=True, fetch_seconds=60, max_fetch_size=100_000)
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class CalendarHandler(BaseHTTPRequestHandler):
    """A server with one page for each way to serve calendars, valid and invalid."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {name.lower(): text for name, text in self.headers.items()}))
        page = self.path.split("?")[0].rsplit("/", 1)[-1]
        getattr(self, f"page_{page}")()

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page_good(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.answer(304)
        else:
            self.answer(200, CALENDAR, ETag='"v1"', Last_Modified="Sun, 29 Mar 2026 00:00:00 GMT")

    def page_moved(self) -> None:
        self.answer(302, Location="good")

    def page_circle(self) -> None:
        self.answer(307, Location="circle")

    def page_inward(self) -> None:
        self.answer(301, Location="http://127.0.0.2/token")

    def page_gone(self) -> None:
        self.answer(404)

    def page_broken(self) -> None:
        self.answer(503)

    def page_limited(self) -> None:
        self.answer(429, Retry_After=self.server.retry_after)

    def page_uninvited(self) -> None:
        self.answer(304)

    def page_cut_gzip(self) -> None:
        self.answer(200, gzip.compress(CALENDAR, mtime=0)[:-9], Content_Encoding="gzip")

    def page_brotli(self) -> None:
        self.answer(200, b"\x0b\x02", Content_Encoding="br")

    def page_announced(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()

    def page_endless(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    def page_chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(CALENDAR), CALENDAR))

    def page_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(CALENDAR)
        self.close_connection = True

    def page_dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.05)


class CalendarServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CalendarHandler)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.retry_after = ""

    def handle_error(self, *_: object) -> None:
        """Ignore errors: clients of these tests disconnect."""


@contextlib.contextmanager
def running_server(context: ssl.SSLContext | None = None) -> Iterator[CalendarServer]:
    server = CalendarServer()
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with running_server() as server:
        yield server


def url(server: CalendarServer, page: str, host: str = "127.0.0.1") -> str:
    return f"http://ann:hunter2@{host}:{server.server_port}/secret-token/{page}?key=topsecret"


def test_a_calendar_is_fetched_with_its_validators(server: CalendarServer) -> None:
    answer = fetch(url(server, "good"), ALLOW_PRIVATE)

    assert answer == Fetched(CALENDAR, '"v1"', "Sun, 29 Mar 2026 00:00:00 GMT")
    path, headers = server.seen[0]
    assert path == "/secret-token/good?key=topsecret"
    assert headers["authorization"].startswith("Basic ")
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers


def test_a_calendar_that_has_not_changed_is_not_sent_again(server: CalendarServer) -> None:
    assert fetch(url(server, "good"), ALLOW_PRIVATE, etag='"v1"') == NotModified()
    assert isinstance(fetch(url(server, "good"), ALLOW_PRIVATE, etag='"v0"'), Fetched)


def test_a_redirect_is_followed_with_the_validators(server: CalendarServer) -> None:
    assert fetch(url(server, "moved"), ALLOW_PRIVATE, etag='"v1"') == NotModified()


def test_a_chunked_response_is_reassembled(server: CalendarServer) -> None:
    assert fetch(url(server, "chunked"), ALLOW_PRIVATE) == Fetched(CALENDAR, None, None)


@pytest.mark.parametrize(
    ("page", "kind", "message"),
    [
        ("circle", InvalidInput, "redirects more than 5 times"),
        ("gone", InvalidInput, "404 Not Found; check the address"),
        ("broken", Unavailable, "503 Service Unavailable; try again later"),
        ("limited", Unavailable, "429 Too Many Requests; try again later"),
        ("uninvited", Unavailable, "304"),
        ("cut_gzip", Unavailable, "damaged or cut off"),
        ("brotli", InvalidInput, "only content compressed as br"),
        ("announced", InvalidInput, "more than 97.7 KiB"),
        ("endless", InvalidInput, "DAYBREAK_INTAKE_MAX_FETCH_SIZE"),
        ("short", Unavailable, "closed the connection early"),
    ],
)
def test_a_bad_response_is_one_sentence_without_the_secrets_of_the_address(
    server: CalendarServer, page: str, kind: type[DaybreakError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        fetch(url(server, page), ALLOW_PRIVATE)

    sentence = str(caught.value)
    assert f"http://127.0.0.1:{server.server_port}" in sentence
    for secret in ("ann", "hunter2", "secret-token", "topsecret", page + "?"):
        assert secret not in sentence


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("3600", 3600),
        (" 90 ", 90),
        ("Sun, 29 Mar 2026 12:10:00 GMT", 600),
        ("Sunday, 29-Mar-26 12:10:00 GMT", 600),
        ("Sun, 29 Mar 2026 14:10:00 +0200", 600),
        ("Sun, 29 Mar 2026 11:00:00 GMT", 5),
        ("1", 5),
        ("-1", 5),
        ("soon", 5),
        ("\N{SUPERSCRIPT TWO}", 5),
        ("", 5),
        ("9" * 5000, 86_400),
        ("Sun, 29 Mar 2036 12:10:00 GMT", 86_400),
        ("Sun, 29 Mar 20260 12:10:00 GMT", 5),
        ("Sun, 29 Mar 99999999999999999999 12:10:00 GMT", 5),
        ("Sun, 29 Mar 2026 99999999999999999999:10:00 GMT", 5),
        ("Sun, 29 Mar 2026 12:10:00 +99999999999999999999", 5),
        ("Mon, 01 Jan 0001 00:00:00 +2300", 5),
    ],
)
def test_a_server_that_limits_requests_states_when_the_next_one_is_allowed(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch, written: str, seconds: float
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 29, 12, tzinfo=UTC))
    server.retry_after = written

    with pytest.raises(Unavailable) as caught:
        fetch(url(server, "limited"), ALLOW_PRIVATE)

    assert caught.value.retry_after == seconds


def test_a_slow_response_body_is_closed_at_the_deadline(server: CalendarServer) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable, match=r"within 0\.5 s"):
        fetch(url(server, "dripping"), ALLOW_PRIVATE.model_copy(update={"fetch_seconds": 0.5}))

    assert time.monotonic() - began < 60


@contextlib.contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that passes its one connection to ``serve``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as line:
                serve(line)

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def drip_headers(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        line.sendall(b"x")
        time.sleep(0.05)


def stay_silent(line: socket.socket) -> None:
    while line.recv(4096):
        pass


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("serve", [drip_headers, stay_silent])
def test_a_server_that_never_responds_is_closed_at_the_deadline(
    scheme: str, serve: Callable[[socket.socket], None]
) -> None:
    began = time.monotonic()

    with raw_server(serve) as port, pytest.raises(Unavailable):
        fetch(f"{scheme}://127.0.0.1:{port}/", ALLOW_PRIVATE.model_copy(update={"fetch_seconds": 0.5}))

    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "greeting", [b"220 mail.example ESMTP\r\n", b"\0" * 100, b"HTTP/1.1 200 OK\r\n" * 200]
)
def test_a_server_of_another_kind_is_unavailable(greeting: bytes) -> None:
    with raw_server(lambda line: line.sendall(greeting)) as port, pytest.raises(Unavailable):
        fetch(f"http://127.0.0.1:{port}/", ALLOW_PRIVATE)


def test_a_closed_port_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Unavailable, match="cannot be reached: connection refused"):
        fetch(f"http://127.0.0.1:{port}/", ALLOW_PRIVATE)


def test_private_addresses_are_never_connected_to_unless_allowed(server: CalendarServer) -> None:
    with pytest.raises(InvalidInput):
        fetch(url(server, "good"), IntakeSettings())

    assert server.seen == []


def test_a_redirect_to_a_private_address_is_rejected(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_guard, "is_public_address", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(url_guard, "_PUBLIC_PORTS", {80, server.server_port})

    with pytest.raises(InvalidInput, match=r"redirects to http://127\.0\.0\.2, which is at a private"):
        fetch(url(server, "inward"), IntakeSettings())


def test_the_connection_goes_to_the_address_that_was_checked(server: CalendarServer) -> None:
    answers = [["127.0.0.1"], ["192.0.2.1"]]

    fetch(url(server, "good", "calendar.example"), ALLOW_PRIVATE, resolve=lambda *_: answers.pop(0))

    assert answers == [["192.0.2.1"]]
    assert server.seen[0][1]["host"] == f"calendar.example:{server.server_port}"


def test_the_next_address_of_a_name_is_tried_if_one_does_not_respond(server: CalendarServer) -> None:
    answer = fetch(
        url(server, "good", "calendar.example"), ALLOW_PRIVATE, resolve=lambda *_: ["127.0.0.3", "127.0.0.1"]
    )

    assert isinstance(answer, Fetched)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate, with its key, for calendar.example and 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Daybreak test")])
    names = [x509.DNSName("calendar.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    encodings = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*encodings))
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[CalendarServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with running_server(context) as server:
        yield server


def test_https_is_verified_for_the_name_while_connected_to_the_checked_address(
    tls_server: CalendarServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    address = f"webcal://calendar.example:{tls_server.server_port}/good"

    assert isinstance(fetch(address, ALLOW_PRIVATE, resolve=lambda *_: ["127.0.0.1"]), Fetched)


@pytest.mark.parametrize(
    ("host", "message"), [("calendar.example", "self.signed"), ("other.example", "mismatch")]
)
def test_an_invalid_certificate_is_named_as_the_reason(
    tls_server: CalendarServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str, message: str
) -> None:
    if message == "mismatch":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    address = f"https://{host}:{tls_server.server_port}/token/good"

    with pytest.raises(Unavailable, match=message) as caught:
        fetch(address, ALLOW_PRIVATE, resolve=lambda *_: ["127.0.0.1"])

    assert "token" not in str(caught.value)
    assert tls_server.seen == []
