"""A TCP proxy between a worker and the database that can stall without closing connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit


class TcpProxy:
    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._gate = asyncio.Event()
        self._gate.set()
        self._tasks: set[asyncio.Task] = set()
        self.dsn = ""

    def stall(self) -> None:
        """Stop forwarding on open and new connections."""
        self._gate.clear()

    def resume(self) -> None:
        """Forward the delayed data and all further data."""
        self._gate.set()

    def stall_open_connections(self) -> None:
        """Stop forwarding on open connections for ever, without closing them; new ones work."""
        self._gate.clear()
        self._gate = asyncio.Event()
        self._gate.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gate, task = self._gate, asyncio.current_task()
        self._tasks.add(task)
        await gate.wait()
        far_reader, far_writer = await self._connect()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, far_writer, gate))
                group.create_task(self._forward(far_reader, writer, gate))
        finally:
            for one in (writer, far_writer):
                one.close()
                with suppress(OSError):
                    await one.wait_closed()
            self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        words = parse_qs(self._url.query)
        if folder := words.get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{words['port'][0]}")
        return await asyncio.open_connection(self._url.hostname, self._url.port)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while words := await reader.read(65536):
                await gate.wait()
                writer.write(words)
                await writer.drain()
        writer.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def listens_on(self, port: int) -> None:
        login = self._url.netloc.rpartition("@")[0]
        self.dsn = urlunsplit(("postgresql", f"{login}@127.0.0.1:{port}", self._url.path, "", ""))


@asynccontextmanager
async def run_proxy(url: str) -> AsyncIterator[TcpProxy]:
    """Run a proxy to the database on a loopback port."""
    proxy = TcpProxy(url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.listens_on(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
