"""A count of round trips and statements, on the socket between the driver and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 1 << 20


class Relay:
    """A relay of bytes; a round trip begins when the client sends after the server has sent.

    Attributes:
        folder: the folder of its socket, to connect to instead of the server's.
        round_trips: the number of round trips on all connections.
        statements: the number of executed statements, for any driver; several in one query count as one.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self.round_trips = 0
        self.statements = 0
        self._server = server

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward bytes between one client and the server until either disconnects."""
        upstream_reader, upstream = await asyncio.open_unix_connection(str(self._server / _SOCKET))
        server_sent = asyncio.Event()
        server_sent.set()
        with suppress(ConnectionError):  # a killed process does not close its connection
            await asyncio.gather(
                self._forward_requests(reader, upstream, server_sent),
                self._forward_responses(upstream_reader, writer, server_sent),
            )

    async def _forward_requests(
        self, client: asyncio.StreamReader, upstream: asyncio.StreamWriter, server_sent: asyncio.Event
    ) -> None:
        messages = _MessageParser()
        while data := await client.read(_CHUNK):
            self.statements += messages.count_statements(data)
            if server_sent.is_set():
                self.round_trips += 1
                server_sent.clear()
            upstream.write(data)
        upstream.close()

    async def _forward_responses(
        self, server: asyncio.StreamReader, downstream: asyncio.StreamWriter, server_sent: asyncio.Event
    ) -> None:
        while data := await server.read(_CHUNK):
            server_sent.set()
            downstream.write(data)
        downstream.close()


class _MessageParser:
    """The messages of one client: a start-up message without a type, then type, size and body each."""

    def __init__(self) -> None:
        self._rest = b""
        self._type = 0  # length of the type in bytes

    def count_statements(self, data: bytes) -> int:
        """Count the queries (Q) and executions of a prepared statement (E) that these bytes complete."""
        buffer, at, found = self._rest + data, 0, 0
        while len(buffer) >= (body := at + self._type + 4):
            end = at + self._type + int.from_bytes(buffer[body - 4 : body], "big")
            if len(buffer) < end:
                break
            found += buffer[at : at + self._type] in {b"Q", b"E"}
            at, self._type = end, 1
        self._rest = buffer[at:]
        return found


@asynccontextmanager
async def open_relay(server: Path) -> AsyncIterator[Relay]:
    """Open a relay to the server whose socket is in that folder."""
    with TemporaryDirectory(prefix="daybreak-wire-") as folder:
        relay = Relay(Path(folder), server)
        listener = await asyncio.start_unix_server(relay.forward, str(relay.folder / _SOCKET))
        async with listener:
            yield relay
