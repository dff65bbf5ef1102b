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

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward bytes between one client and the server until either disconnects."""
        upstream_reader, upstream = await asyncio.open_unix_connection(str(self._server / _SOCKET))
        spoken = asyncio.Event()
        spoken.set()
        with suppress(ConnectionError):  # a killed process does not close its connection
            await asyncio.gather(
                self._ask(reader, upstream, spoken), self._answer(upstream_reader, writer, spoken)
            )

    async def _ask(
        self, client: asyncio.StreamReader, to: asyncio.StreamWriter, spoken: asyncio.Event
    ) -> None:
        messages = _Messages()
        while data := await client.read(_CHUNK):
            self.statements += messages.statements_in(data)
            if spoken.is_set():
                self.round_trips += 1
                spoken.clear()
            to.write(data)
        to.close()

    async def _answer(
        self, server: asyncio.StreamReader, to: asyncio.StreamWriter, spoken: asyncio.Event
    ) -> None:
        while data := await server.read(_CHUNK):
            spoken.set()
            to.write(data)
        to.close()


class _Messages:
    """The messages of one client: a start-up message without a type, then type, size and body each."""

    def __init__(self) -> None:
        self._rest = b""
        self._type = 0  # length of the type in bytes

    def statements_in(self, data: bytes) -> int:
        """Count the queries (Q) and executions of a prepared statement (E) that these bytes complete."""
        said, at, found = self._rest + data, 0, 0
        while len(said) >= (body := at + self._type + 4):
            end = at + self._type + int.from_bytes(said[body - 4 : body], "big")
            if len(said) < end:
                break
            found += said[at : at + self._type] in {b"Q", b"E"}
            at, self._type = end, 1
        self._rest = said[at:]
        return found


@asynccontextmanager
async def relayed(server: Path) -> AsyncIterator[Relay]:
    """Open a relay to the server whose socket is in that folder."""
    with TemporaryDirectory(prefix="daybreak-wire-") as folder:
        relay = Relay(Path(folder), server)
        listener = await asyncio.start_unix_server(relay.relay, str(relay.folder / _SOCKET))
        async with listener:
            yield relay
