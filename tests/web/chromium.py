"""Debian's Chromium, driven by Playwright, at a server that runs as a process of its own."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from daybreak import people
from daybreak.db import Database
from daybreak.people import ClientInfo, User

PROGRAM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SCHEMES = ("light", "dark")
expect.set_options(timeout=60_000)  # as for the actions of a session: busy machines are slow


def is_installed() -> bool:
    """Return whether Chromium is installed."""
    return Path(PROGRAM).exists()


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class BrowserSession:
    """A browser session at the served pages, which records console errors and warnings."""

    context: BrowserContext
    address: str
    console_messages: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """Open that page in a new tab."""
        page = await self.context.new_page()
        page.on("console", self._record_console_message)
        page.on("pageerror", lambda error: self.console_messages.append(str(error)))
        await page.goto(self.address + path)
        return page

    def _record_console_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.console_messages.append(message.text)


@dataclass
class Chromium:
    """The browser and the address of the server."""

    browser: Browser
    port: int
    database: Database

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def new_session(self, user: User | None = None, **context) -> AsyncIterator[BrowserSession]:
        """Open a browser session, optionally signed in; `context` as for Playwright's `new_context`."""
        made = await self.browser.new_context(**context)
        made.set_default_timeout(60_000)
        if user:
            await made.add_cookies([await self._cookie(user)])
        yield BrowserSession(made, self.address)
        await made.close()

    async def _cookie(self, user: User) -> dict[str, str]:
        async with self.database.transaction([user.id]) as tx:
            secret = await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
        return {"name": f"daybreak-{self.port}", "value": secret, "url": self.address}


async def find_accessibility_violations(page: Page) -> list[str]:
    """Return the accessibility violations that axe finds on a page, in both themes."""
    found = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        results = await Axe().run(page)
        for violation in results.response["violations"]:
            places = [node["html"][:120] for node in violation["nodes"]]
            found.append(f"{page.url} {scheme}: {violation['id']} ({violation['help']}): {places}")
    return found


async def measure_overflow(page: Page) -> int:
    """Return the horizontal overflow in pixels at a width of 320 pixels."""
    await page.set_viewport_size({"width": 320, "height": 640})
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
