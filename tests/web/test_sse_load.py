"""Test many streams of a real process, slow clients, and its shutdown."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from .chromium import free_port

pytestmark = pytest.mark.integration

MANY = 1000
AT_ONCE = 50


@dataclass
class Process:
    """A server of the example streams."""

    process: asyncio.subprocess.Process
    port: int
    streams: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open_stream(
        self, topic: UUID | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a stream and read its head; without a topic, one that never ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.streams.append(writer)
        path = f"/example/stream/{topic}" if topic else "/example/flood"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        await reader.readuntil(b": open")
        return reader, writer

    async def end(self, how: signal.Signals) -> int:
        """Stop the process; return its exit code."""
        self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 60)


@pytest.fixture
async def process(postgres) -> AsyncIterator[Process]:
    port = free_port()
    program = Path(__file__).with_name("example_server.py")
    server = await asyncio.create_subprocess_exec(
        sys.executable, program, postgres.app, str(port), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    assert await asyncio.wait_for(server.stdout.readline(), 60) == b"ready\n"
    process = Process(server, port)
    yield process
    for stream in process.streams:
        stream.close()
    if server.returncode is None:
        server.kill()
        await server.wait()


async def test_slow_client_does_not_delay_a_thousand_streams(process, postgres):
    topic, other = uuid4(), uuid4()
    streams = []
    for _ in range(MANY // AT_ONCE):
        streams += await asyncio.gather(*(process.open_stream(topic) for _ in range(AT_ONCE)))
    streams.append(await process.open_stream(other))
    connection = await asyncpg.connect(postgres.app)
    await connection.execute("SELECT pg_notify('example', $1)", str(topic))
    # The first of them never reads on.
    received = asyncio.gather(*(reader.readuntil(b"event: end") for reader, _ in streams[1:-1]))
    assert len(await asyncio.wait_for(received, 60)) == MANY - 1
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(streams[-1][0].readuntil(b"event: end"), 0.1)
    await connection.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
async def test_stopped_process_ends_its_streams(process, how):
    streams = await asyncio.gather(*(process.open_stream(uuid4()) for _ in range(100)))
    await process.open_stream()  # and does not read
    assert await process.end(how) == 0
    for reader, _ in streams:
        assert (await asyncio.wait_for(reader.read(), 60)).endswith(b"0\r\n\r\n"), "it was cut off"
