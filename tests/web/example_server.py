"""A server of example streams as a process: python example_server.py DATABASE PORT."""

import asyncio
import sys
from contextlib import asynccontextmanager
from uuid import UUID

from starlette.responses import Response

from daybreak import server
from daybreak.db import Database
from daybreak.supervision import stop_on_signals
from daybreak.web import Anyone, Pages, StreamEvent, WebSettings, create_app, stream

pages = Pages("daybreak.web")


@pages.get("/example/stream/{topic}")
async def stream_topic(context: Anyone, topic: UUID) -> Response:
    was_read = False

    async def read(_after: str) -> list[StreamEvent]:
        nonlocal was_read
        first, was_read = not was_read, True
        return [] if first else [StreamEvent(id="1", data="x" * 100, is_last=True)]

    return stream(context, read, str(topic))


@pages.get("/example/flood")
async def stream_large_events(context: Anyone) -> Response:
    async def read(_after: str) -> list[StreamEvent]:
        return [StreamEvent(id=str(number), data="x" * 1_000_000) for number in range(50)]

    return stream(context, read, "flood")


async def main(dsn: str) -> None:
    @asynccontextmanager
    async def open_database():
        async with Database.connect(dsn) as database:
            yield database

    settings = WebSettings(port=int(sys.argv[2]), max_streams=2000)
    app = create_app(settings, open_database, [pages], listen_dsn=dsn, channels=["example"])
    stop = asyncio.Event()
    stop_on_signals(stop.set)
    listening = server.bind(settings)

    def report_ready() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    await server.serve_on_socket(app, settings, listening, stop, on_ready=report_ready)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
