"""A TCP proxy between a worker and the database that can stall without closing connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit


class Proxy:
    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task] = set()
        self.dsn = ""

    def hang(self) -> None:
        """Stop forwarding on open and new connections."""
        self._open.clear()

    def go_on(self) -> None:
        """Forward the delayed data and all further data."""
        self._open.set()

    def hang_what_is_open(self) -> None:
        """Stop forwarding on open connections for ever, without closing them; new ones work."""
        self._open.clear()
        self._open = asyncio.Event()
        self._open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gate, task = self._open, asyncio.current_task()
        self._tasks.add(task)
        await gate.wait()
        far_reader, far_writer = await self._connect()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, far_writer, gate))
                group.create_task(self._pass(far_reader, writer, gate))
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

    async def _pass(
        self, here: asyncio.StreamReader, there: asyncio.StreamWriter, gate: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while words := await here.read(65536):
                await gate.wait()
                there.write(words)
                await there.drain()
        there.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def listens_on(self, port: int) -> None:
        login = self._url.netloc.rpartition("@")[0]
        self.dsn = urlunsplit(("postgresql", f"{login}@127.0.0.1:{port}", self._url.path, "", ""))


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """Run a proxy to the database on a loopback port."""
    proxy = Proxy(url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.listens_on(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
