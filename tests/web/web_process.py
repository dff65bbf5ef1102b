"""The web as a process with a descriptor limit, and raw connections from any loopback address."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from .chromium import free_port

DESCRIPTORS = 400


@dataclass
class WebProcess:
    """A web server, and what it has logged."""

    process: asyncio.subprocess.Process
    port: int
    log: Path
    clients: ExitStack

    def connect(
        self, source: str = "127.0.0.1", data: bytes = b"", *, receive_buffer: int | None = None
    ) -> socket.socket:
        """Return a connection from this address, on which the data was sent."""
        client = self.clients.enter_context(socket.socket())
        client.settimeout(60)
        client.bind((source, 0))
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        return client

    def head(self, path: str, method: str = "GET", **headers: str) -> bytes:
        """Return the head of a request of a browser."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def client(self, source: str = "127.0.0.1", host: str | None = None) -> httpx2.AsyncClient:
        """Return an HTTP client at this address that requests this host."""
        address = f"127.0.0.1:{self.port}"
        return httpx2.AsyncClient(
            base_url=f"http://{address}",
            headers={"Host": host or address, "Sec-Fetch-Site": "same-origin"},
            transport=httpx2.AsyncHTTPTransport(local_address=source),
            timeout=60,
        )

    async def get(self, path: str, source: str = "127.0.0.1") -> str:
        """Return the response to a client at this address."""

        def get() -> str:
            return read_all(self.connect(source, self.head(path, Connection="close")))

        return await asyncio.to_thread(get)


def read_all(client: socket.socket) -> str:
    """Return what arrives until the server closes the connection."""
    text = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            text += part
    return text.decode(errors="replace")


@asynccontextmanager
async def serve_web(
    dsn: str,
    log: Path,
    *,
    host: str = "127.0.0.1",
    example: bool = False,
    environment: Mapping[str, str] | None = None,
    **settings: str,
) -> AsyncIterator[WebProcess]:
    """Run `daybreak web`, or the server of example streams, with these settings of the web and variables."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    given = {f"DAYBREAK_WEB_{name.upper()}": value for name, value in settings.items()}
    home = log.with_name("home")
    given |= environment or {}
    common = {"DAYBREAK_HOME": str(home), "DAYBREAK_DATABASE_URL": dsn, "DAYBREAK_LOG_LEVEL": "warning"}
    command = [str(Path(sys.executable).with_name("daybreak")), "web", "--port", str(port), "--host", host]
    if example:
        command = [sys.executable, str(Path(__file__).with_name("example_server.py")), dsn, str(port)]
    with log.open("wb") as log_file:
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "sh", *command,
            env=kept | common | given,
            stdout=asyncio.subprocess.PIPE, stderr=log_file,
        )  # fmt: skip
    try:
        assert process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), 60), "its log has the reason"
        with ExitStack() as clients:
            yield WebProcess(process, port, log, clients)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), 60)
