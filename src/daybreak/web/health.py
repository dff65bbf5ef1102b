"""For whoever watches the process: is it alive, can it work."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daybreak.errors import DaybreakError
from daybreak.web.site import site_of

routes = APIRouter(include_in_schema=False)
_UNAVAILABLE = 503


@routes.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


@routes.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers and has this version's schema."""
    try:
        due = await site_of(request).database.migrations_due()
    except DaybreakError as error:
        return JSONResponse({"status": "not ready", "database": str(error)}, _UNAVAILABLE)
    if due:
        return JSONResponse({"status": "not ready", "migrations": "due"}, _UNAVAILABLE)
    return JSONResponse({"status": "ready", "database": "answers", "migrations": "up to date"})
