"""A calendar server that asks for a password, and answers with the status and headers that a test sets."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def make_calendar(*titles: str) -> bytes:
    """Return a calendar with one event of 30 March 2026 for each title."""
    events = [
        f"BEGIN:VEVENT\r\nUID:{title}\r\nSUMMARY:{title}\r\nDTSTART:20260330T090000Z\r\nEND:VEVENT\r\n"
        for title in titles
    ]
    return ("BEGIN:VCALENDAR\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


class ProtectedServer(ThreadingHTTPServer):
    """A server with one calendar for each user name, if it has the password of all of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.password: str | None = None
        self.status, self.headers = 200, {}
        self.content: bytes | None = None
        self.requests: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/t0ken/basic.ics"

    def find_user(self, authorization: str) -> str | None:
        """Return the user name of a request, if the password is right."""
        if self.password is None:
            return "everybody"
        name, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return name if password == self.password else None


class _Handler(BaseHTTPRequestHandler):
    server: ProtectedServer

    def do_GET(self) -> None:
        self.server.requests.append(dict(self.headers))
        user = self.server.find_user(self.headers.get("Authorization", ""))
        status = self.server.status if user else 401
        etag = f'"{user}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status = 304
        self.send_response(status)
        for name, value in self.server.headers.items() if user else [("WWW-Authenticate", "Basic")]:
            self.send_header(name, value)
        body = (self.server.content or make_calendar(f"Choir of {user}")) if status == 200 else b""
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def protected_server() -> Iterator[ProtectedServer]:
    """Run the server until the block ends."""
    server = ProtectedServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
