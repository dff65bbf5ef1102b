"""A server of example streams as a process: python trial_server.py DATABASE PORT."""

import asyncio
import sys
from contextlib import asynccontextmanager
from uuid import UUID

from starlette.responses import Response

from daybreak import server
from daybreak.db import Database
from daybreak.supervision import on_signals
from daybreak.web import Anyone, News, Pages, WebSettings, create_application, stream

pages = Pages("daybreak.web")


@pages.get("/trial/news/{topic}")
async def news(visit: Anyone, topic: UUID) -> Response:
    looked = False

    async def read(_after: str) -> list[News]:
        nonlocal looked
        first, looked = not looked, True
        return [] if first else [News(id="1", data="x" * 100, is_last=True)]

    return stream(visit, read, str(topic))


@pages.get("/trial/flood")
async def flood(visit: Anyone) -> Response:
    async def read(_after: str) -> list[News]:
        return [News(id=str(number), data="x" * 1_000_000) for number in range(50)]

    return stream(visit, read, "flood")


async def main(dsn: str) -> None:
    @asynccontextmanager
    async def opening():
        async with Database.connect(dsn) as database:
            yield database

    settings = WebSettings(port=int(sys.argv[2]))
    app = create_application(settings, opening, [pages], listen=dsn, channels=["trial"])
    stop = asyncio.Event()
    on_signals(stop.set)
    listening = server.listen(settings)

    def tell() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    await server.answer(app, settings, listening, stop, ready=tell)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
