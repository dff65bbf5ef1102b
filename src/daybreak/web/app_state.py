"""The state that all requests of a process share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from jinja2 import Environment
from starlette.requests import Request

from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.web.concurrency import Slots
from daybreak.web.listener import Notifications
from daybreak.web.pages.cookies import SessionCookie
from daybreak.web.pages.router import NavItem, Pages
from daybreak.web.pages.static_files import StaticFiles
from daybreak.web.pages.templating import environment
from daybreak.web.settings import WebSettings

_STATIC = Path(__file__).parent / "static"


@dataclass(slots=True)
class Site:
    """Settings, templates, cookies, listener and database; the database is set when the server starts."""

    settings: WebSettings
    static: StaticFiles
    templates: Environment
    nav: Sequence[NavItem]
    cookie: SessionCookie
    notifications: Notifications
    uploads: Slots
    _database: Database | None = None

    @classmethod
    def of(cls, settings: WebSettings, slices: Iterable[Pages], channels: Collection[str]) -> Self:
        """Create the state for the pages of these slices and these NOTIFY channels."""
        pages = list(slices)
        static = StaticFiles(_STATIC)
        return cls(
            settings=settings,
            static=static,
            templates=environment([one.package for one in pages], static),
            nav=sorted((item for one in pages for item in one.nav), key=lambda item: item.place),
            cookie=SessionCookie(settings),
            notifications=Notifications(channels),
            uploads=Slots(settings.uploads, settings.upload_wait),
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

    def open(self, database: Database | None) -> None:
        """Use that database from now on; None ends it."""
        self._database = database


def site_of(request: Request) -> Site:
    """Return the shared state of a request's application."""
    return cast("Site", request.app.state.site)
