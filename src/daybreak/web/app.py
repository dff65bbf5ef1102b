"""The ASGI application: the pages and operations of all slices, behind the middleware."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from types import MappingProxyType

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from daybreak.db import Database
from daybreak.web.api import openapi
from daybreak.web.api.rate_limit import Rates
from daybreak.web.app_state import Site
from daybreak.web.error_handlers import answer_errors
from daybreak.web.middleware.body_limit import BoundedBodies
from daybreak.web.middleware.body_timeout import PatientBodies
from daybreak.web.middleware.request_id import NumberedRequests
from daybreak.web.middleware.security_headers import SafeHeaders
from daybreak.web.middleware.trusted_origin import SameOrigin
from daybreak.web.middleware.unexpected_errors import AnswerDefects
from daybreak.web.pages.router import Pages
from daybreak.web.pages.static_files import PREFIX as STATIC
from daybreak.web.routes import health, home, password_links, sign_in, theme
from daybreak.web.routes.health import Check
from daybreak.web.settings import WebSettings

Opening = Callable[[], AbstractAsyncContextManager[Database]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
OPENAPI = "/api/v1/openapi.json"


def create_application(
    settings: WebSettings,
    opening: Opening,
    pages: Iterable[Pages],
    apis: Iterable[APIRouter] = (),
    *,
    listen: str,
    channels: Collection[str] = (),
    checks: Mapping[str, Check] = MappingProxyType({}),
) -> FastAPI:
    """Create the ASGI application.

    Args:
        settings: the web's settings.
        open_database: opens the database for as long as the server runs.
        pages: the pages of every slice.
        apis: the operations of every slice, mounted below ``/api/v1``.
        listen_dsn: the database's address for LISTEN, not through a pooler.
        channels: the NOTIFY channels to listen on.
        checks: readiness checks besides the database, by name.
    """
    all_pages = [sign_in.pages, password_links.pages, theme.pages, *pages, home.pages]
    site = Site.of(settings, all_pages, channels)
    app = FastAPI(
        title="Daybreak",
        version=version("daybreak"),
        openapi_url=OPENAPI,
        docs_url=None,  # both load scripts from other sites
        redoc_url=None,
        lifespan=_lifespan(site, opening, listen),
        middleware=_guards(settings),
    )
    app.state.site = site
    app.state.rates = Rates(settings.api_rate)
    answer_errors(app)
    app.add_route(f"{STATIC}/{{name:path}}", site.static.serve, include_in_schema=False)
    app.include_router(health.routes(checks))
    for one in all_pages:
        app.include_router(one)
    for api in apis:
        app.include_router(api, prefix="/api/v1")
    openapi.describe(app)
    return app


def _guards(settings: WebSettings) -> list[Middleware]:
    """Return the middleware, outermost first."""
    return [
        Middleware(NumberedRequests),
        Middleware(SafeHeaders, is_secure=settings.is_secure),
        Middleware(SameOrigin, settings=settings),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(BoundedBodies, max_body_size=settings.max_body),
        Middleware(PatientBodies, silence=settings.body_silence, seconds=settings.body_seconds),
        Middleware(AnswerDefects),
    ]


def _lifespan(site: Site, opening: Opening, listen: str) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with opening() as database:
            site.open(database)
            listening = asyncio.create_task(site.notifications.listen(listen))
            try:
                yield
            finally:
                listening.cancel()
                await asyncio.wait([listening])
                site.open(None)

    return lifespan
