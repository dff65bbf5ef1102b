"""The state that all requests of a process share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, cast

from jinja2 import Environment
from starlette.requests import Request

from daybreak.db import CompatibilityMonitor, Database
from daybreak.errors import Unavailable
from daybreak.intake import SpoolQuota
from daybreak.web.concurrency import ConcurrencyLimiter
from daybreak.web.listener import Listener
from daybreak.web.pages.cookies import KnownBrowserCookie, SessionCookie
from daybreak.web.pages.router import NavItem, Pages
from daybreak.web.pages.static_files import StaticFiles
from daybreak.web.pages.templating import make_environment
from daybreak.web.rate_limiter import RateLimiter
from daybreak.web.settings import WebSettings
from daybreak.web.shared_reads import SharedReads

_CREDENTIALS_AT_FULL_RATE = 2  # of one user: a browser, and a program
_STATIC_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Limiters:
    """The limits on concurrent operations of this process, each with a share for each user."""

    uploads: ConcurrencyLimiter
    addresses: ConcurrencyLimiter
    exports: ConcurrencyLimiter
    streams: ConcurrencyLimiter

    @classmethod
    def create(cls, settings: WebSettings) -> Self:
        """Create the limiters of these settings."""
        uploads, wait = settings.max_concurrent_uploads, settings.upload_wait_seconds
        return cls(
            uploads=ConcurrencyLimiter("uploads", uploads, share=max(1, uploads // 4), wait_seconds=wait),
            addresses=ConcurrencyLimiter("new addresses", 8, share=2, wait_seconds=20),
            exports=ConcurrencyLimiter("exports", 4, share=1, wait_seconds=10),
            streams=ConcurrencyLimiter(
                "event streams",
                settings.max_streams,
                share=20,
                wait_seconds=0,
                retry_after=10,
            ),
        )


@dataclass(slots=True)
class AppState:
    """Settings, templates, cookies, listener and database; the database is set when the server starts."""

    settings: WebSettings
    static_files: StaticFiles
    templates: Environment
    nav: Sequence[NavItem]
    session_cookie: SessionCookie
    known_browser_cookie: KnownBrowserCookie
    listener: Listener
    spool_quota: SpoolQuota
    limiters: Limiters
    user_rates: RateLimiter
    shared_reads: SharedReads
    compatibility: CompatibilityMonitor = field(default_factory=CompatibilityMonitor)
    _database: Database | None = None

    @classmethod
    def create(cls, settings: WebSettings, routers: Iterable[Pages], channels: Collection[str]) -> Self:
        """Create the state for the pages of these slices and these NOTIFY channels."""
        pages = list(routers)
        static = StaticFiles(_STATIC_FOLDER)
        return cls(
            settings=settings,
            static_files=static,
            templates=make_environment([one.package for one in pages], static),
            nav=sorted((item for one in pages for item in one.nav), key=lambda item: item.order),
            session_cookie=SessionCookie(settings),
            known_browser_cookie=KnownBrowserCookie(settings),
            listener=Listener(channels),
            spool_quota=SpoolQuota(),
            limiters=Limiters.create(settings),
            user_rates=RateLimiter(settings.requests_per_minute * _CREDENTIALS_AT_FULL_RATE),
            shared_reads=SharedReads(),
        )

    @property
    def database(self) -> Database:
        """The database of this process.

        Raises:
            Unavailable: the server is still starting.
            Outdated: a newer program has migrated the database; this one is about to stop.
        """
        if self._database is None:
            raise Unavailable("The server is starting; try again in a moment.")
        self.compatibility.raise_if_outdated()
        return self._database

    def set_database(self, database: Database | None) -> None:
        """Use that database from now on; None ends it."""
        self._database = database
        if database:
            database.compatibility = self.compatibility

    async def examine_error(self, error: Exception) -> None:
        """Find out whether a request failed because a newer program has migrated the database."""
        if self._database:
            await self._database.examine_error(error)


def get_app_state(request: Request) -> AppState:
    """Return the shared state of a request's application."""
    return cast("AppState", request.app.state.app_state)
