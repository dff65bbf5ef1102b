"""A server of the whole application on a socket of its own, in the process of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from daybreak import people, server, wiring
from daybreak.db import Database
from daybreak.people import ClientInfo, User
from daybreak.web import WebSettings
from daybreak.web.app_state import AppState


@dataclass(frozen=True)
class RunningServer:
    """A server, its state and the database."""

    state: AppState
    database: Database

    @classmethod
    @asynccontextmanager
    async def start(cls, dsn: str, database: Database, **settings) -> AsyncIterator["RunningServer"]:
        """Serve until the end of the block."""
        listening = server.bind(WebSettings(port=1024).model_copy(update={"port": 0}))
        web = WebSettings(port=listening.getsockname()[1], **settings)
        app = server.build_app(web, wiring.DatabaseUrls(dsn, None, embedded=False))
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(server.serve_on_socket(app, web, listening, stop, ready.set))
        await asyncio.wait_for(ready.wait(), 60)
        try:
            yield cls(app.state.app_state, database)
        finally:
            stop.set()
            await asyncio.wait_for(serving, 60)

    @asynccontextmanager
    async def open_client(self, user: User | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """Open a client, in which that user is signed in."""
        cookies = {f"daybreak-{self.state.settings.port}": await self.create_session(user)} if user else {}
        async with httpx2.AsyncClient(
            base_url=self.state.settings.base_url,
            cookies=cookies,
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=120,
        ) as client:
            yield client

    async def create_session(self, user: User) -> str:
        """Return the secret of a new session."""
        async with self.database.transaction([user.id]) as tx:
            return await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
