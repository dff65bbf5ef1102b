"""Liveness and readiness probes."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daybreak.db import Database
from daybreak.errors import DaybreakError, Unavailable
from daybreak.web.app_state import site_of

Check = Callable[[Database], Awaitable[bool]]
_NOT_READY = 503


def routes(checks: Mapping[str, Check]) -> APIRouter:
    """Return a router with the two probes.

    Args:
        checks: readiness checks besides the database and its schema, by name.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive() -> Response:
        """Report that the process answers."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz")
    async def ready(request: Request) -> Response:
        """Report whether the database answers, has this version's schema, and all checks pass."""
        found: dict[str, str] = {}
        try:
            database = site_of(request).database
            if await database.migrations_due():
                raise Unavailable("The database schema is out of date; run “daybreak db migrate”.")
            found = {name: "seen" if await check(database) else "missing" for name, check in checks.items()}
        except DaybreakError as error:
            return JSONResponse({"status": "not ready", "database": str(error)}, _NOT_READY)
        is_ready = "missing" not in found.values()
        status = {"status": "ready" if is_ready else "not ready", "database": "answers"}
        return JSONResponse(status | found, 200 if is_ready else _NOT_READY)

    return router
