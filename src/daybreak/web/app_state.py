"""The state that all requests of a process share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from jinja2 import Environment
from starlette.requests import Request

from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.intake import SpoolQuota
from daybreak.web.concurrency import ConcurrencyLimiter
from daybreak.web.listener import Listener
from daybreak.web.pages.cookies import KnownBrowserCookie, SessionCookie
from daybreak.web.pages.router import NavItem, Pages
from daybreak.web.pages.static_files import StaticFiles
from daybreak.web.pages.templating import make_environment
from daybreak.web.settings import WebSettings

_STATIC_FOLDER = Path(__file__).parent / "static"


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
    upload_limiter: ConcurrencyLimiter
    spool_quota: SpoolQuota
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
            upload_limiter=ConcurrencyLimiter(settings.max_concurrent_uploads, settings.upload_wait_seconds),
            spool_quota=SpoolQuota(),
        )

    @property
    def database(self) -> Database:
        """The database of this process.

        Raises:
            Unavailable: the server is still starting.
        """
        if self._database is None:
            raise Unavailable("The server is starting; try again in a moment.")
        return self._database

    def set_database(self, database: Database | None) -> None:
        """Use that database from now on; None ends it."""
        self._database = database


def get_app_state(request: Request) -> AppState:
    """Return the shared state of a request's application."""
    return cast("AppState", request.app.state.app_state)
