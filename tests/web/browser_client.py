"""An HTTP client that behaves like a browser: cookies and same-origin headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from daybreak import people
from daybreak.db import Database
from daybreak.people import ClientInfo, User

ADDRESS = "http://127.0.0.1:8321"
HEADERS = {"Accept": "text/html", "User-Agent": "Mozilla/5.0 (Test)"}
SAME_ORIGIN_HEADERS = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}


@dataclass
class BrowserClient:
    """A client with the cookies of one user."""

    client: httpx2.AsyncClient
    database: Database
    address: str

    @classmethod
    @asynccontextmanager
    async def open(
        cls, app, database: Database, address: str = ADDRESS, *, place: str = "127.0.0.1"
    ) -> AsyncIterator["BrowserClient"]:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=(place, 123))
        async with httpx2.AsyncClient(transport=transport, base_url=address, headers=HEADERS) as client:
            yield cls(client, database, address)

    @property
    def same_origin_headers(self) -> dict[str, str]:
        """The headers of a form that the server's own page submits."""
        return {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}

    @property
    def session_secret(self) -> str:
        """The secret in the session cookie."""
        return self.client.cookies["daybreak-8321"]

    async def sign_in(self, user: User) -> None:
        """Sign a user in with a new session."""
        async with self.database.transaction([user.id]) as tx:
            secret = await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
        self.client.cookies.set("daybreak-8321", secret, domain="127.0.0.1")

    async def get(self, path: str, **more) -> httpx2.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, *, headers=SAME_ORIGIN_HEADERS, **form) -> httpx2.Response:
        """Submit a form from a page of this site."""
        return await self.client.post(path, data=form, headers=headers)
