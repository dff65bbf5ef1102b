"""The ASGI application: the pages and operations of all slices, behind the middleware."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from daybreak.db import Database
from daybreak.web.api import openapi
from daybreak.web.app_state import AppState
from daybreak.web.error_handlers import install_error_handlers
from daybreak.web.middleware.body_limit import BodyLimitMiddleware
from daybreak.web.middleware.body_timeout import BodyTimeoutMiddleware
from daybreak.web.middleware.request_id import RequestIdMiddleware
from daybreak.web.middleware.request_rate import RequestRateMiddleware
from daybreak.web.middleware.security_headers import SecurityHeadersMiddleware
from daybreak.web.middleware.trusted_origin import TrustedOriginMiddleware
from daybreak.web.middleware.unexpected_errors import UnexpectedErrorMiddleware
from daybreak.web.pages.router import Pages
from daybreak.web.pages.static_files import URL_PREFIX as STATIC
from daybreak.web.routes import health, home, password_links, sign_in, theme
from daybreak.web.routes.health import WorkerCheck
from daybreak.web.settings import WebSettings

OpenDatabase = Callable[[], AbstractAsyncContextManager[Database]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
OPENAPI_PATH = "/api/v1/openapi.json"


def create_app(
    settings: WebSettings,
    open_database: OpenDatabase,
    pages: Iterable[Pages],
    apis: Iterable[APIRouter] = (),
    *,
    listen_dsn: str,
    channels: Collection[str] = (),
    has_live_worker: WorkerCheck | None = None,
) -> FastAPI:
    """Create the ASGI application.

    Args:
        settings: the web's settings.
        open_database: opens the database for as long as the server runs.
        pages: the pages of every slice.
        apis: the operations of every slice, mounted below ``/api/v1``.
        listen_dsn: the database's address for LISTEN, not through a pooler.
        channels: the NOTIFY channels to listen on.
        has_live_worker: whether a worker is alive, for the readiness probe.
    """
    all_pages = [sign_in.pages, password_links.pages, theme.pages, *pages, home.pages]
    state = AppState.create(settings, all_pages, channels)
    app = FastAPI(
        title="Daybreak",
        version=version("daybreak"),
        openapi_url=OPENAPI_PATH,
        docs_url=None,  # both load scripts from other sites
        redoc_url=None,
        lifespan=_lifespan(state, open_database, listen_dsn),
        middleware=_middleware(settings),
    )
    app.state.app_state = state
    install_error_handlers(app)
    app.add_route(f"{STATIC}/{{name:path}}", state.static_files.serve, include_in_schema=False)
    app.include_router(health.make_router(has_live_worker))
    for one in all_pages:
        app.include_router(one)
    for api in apis:
        app.include_router(api, prefix="/api/v1")
    openapi.install_openapi(app)
    return app


def _middleware(settings: WebSettings) -> list[Middleware]:
    """Return the middleware, outermost first."""
    return [
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeadersMiddleware, is_secure=settings.is_secure),
        Middleware(TrustedOriginMiddleware, settings=settings),
        Middleware(RequestRateMiddleware, settings=settings),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(BodyLimitMiddleware, max_body_size=settings.max_body_size),
        Middleware(
            BodyTimeoutMiddleware,
            idle_seconds=settings.body_idle_seconds,
            timeout_seconds=settings.body_timeout_seconds,
        ),
        Middleware(UnexpectedErrorMiddleware),
    ]


def _lifespan(app_state: AppState, open_database: OpenDatabase, listen_dsn: str) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with open_database() as database:
            app_state.set_database(database)
            listening = asyncio.create_task(app_state.listener.listen(listen_dsn, app_state.compatibility))
            try:
                yield
            finally:
                listening.cancel()
                await asyncio.wait([listening])
                app_state.set_database(None)

    return lifespan
