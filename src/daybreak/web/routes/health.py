"""Liveness and readiness probes."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daybreak.db import Database
from daybreak.errors import DaybreakError, Unavailable
from daybreak.web.app_state import get_app_state

Check = Callable[[Database], Awaitable[bool]]
_NOT_READY = 503


def make_router(checks: Mapping[str, Check]) -> APIRouter:
    """Return a router with the two probes.

    Args:
        checks: readiness checks besides the database and its schema, by name.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def check_liveness() -> Response:
        """Report that the process is running."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz")
    async def check_readiness(request: Request) -> Response:
        """Report whether the database is available and has this version's schema, and all checks pass."""
        found: dict[str, str] = {}
        try:
            database = get_app_state(request).database
            if await database.has_pending_migrations():
                raise Unavailable("The database schema is out of date; run “daybreak db migrate”.")
            found = {name: "ok" if await check(database) else "missing" for name, check in checks.items()}
        except DaybreakError as error:
            return JSONResponse({"status": "not ready", "database": str(error)}, _NOT_READY)
        is_ready = "missing" not in found.values()
        status = {"status": "ready" if is_ready else "not ready", "database": "ok"}
        return JSONResponse(status | found, 200 if is_ready else _NOT_READY)

    return router
