"""Liveness and readiness probes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daybreak.db import Database, check_schema, check_writable
from daybreak.errors import DaybreakError, Misconfigured, Outdated
from daybreak.telemetry import log
from daybreak.web.app_state import get_app_state
from daybreak.web.problems import public_detail

WorkerCheck = Callable[[Database], Awaitable[bool]]
_NOT_READY = 503
_CACHE_SECONDS = 1.0
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        status: what anyone may read: “ok”, or a sentence without details of the database.
        reason: the details, for the log; empty if the check passed.
    """

    status: str = "ok"
    reason: str = ""


class CachedCheck:
    """A check that is made at most once a second, however often it is requested."""

    def __init__(self, check: Callable[[Database], Awaitable[CheckResult]]) -> None:
        self._check = check
        self._lock = asyncio.Lock()
        self._result = CheckResult()
        self._expires_at = 0.0

    async def get_status(self, request: Request) -> str:
        """Return the status, at most a second old; log each change of the result once."""
        async with self._lock:
            if time.monotonic() >= self._expires_at:
                previous, self._result = self._result, await self._run(request)
                self._expires_at = time.monotonic() + _CACHE_SECONDS
                _log_change(previous, self._result)
            return self._result.status

    async def _run(self, request: Request) -> CheckResult:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                return await self._check(get_app_state(request).database)
        except Outdated as error:  # as a heartbeat has found; all other requests get the same sentence
            return CheckResult(public_detail(error), str(error))
        except (DaybreakError, TimeoutError) as error:
            return CheckResult("The database does not answer.", str(error) or "no answer in time")


def make_router(has_live_worker: WorkerCheck | None = None) -> APIRouter:
    """Return a router with the two probes.

    Args:
        has_live_worker: whether a worker is alive, for ``/readyz?workers=1``.
    """
    router = APIRouter(include_in_schema=False)
    database_check = CachedCheck(_check_database)
    worker_check = CachedCheck(lambda database: _check_worker(database, has_live_worker))

    @router.get("/healthz")
    async def check_liveness() -> Response:
        """Report that the process is running."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz")
    async def check_readiness(request: Request, workers: bool = False) -> Response:  # noqa: FBT001, FBT002
        """Report whether the database has this version's schema and can be changed, and a worker is alive."""
        found = {"database": await database_check.get_status(request)}
        if workers and found["database"] == "ok":
            found["worker"] = await worker_check.get_status(request)
        is_ready = set(found.values()) == {"ok"}
        status = {"status": "ready" if is_ready else "not ready"}
        return JSONResponse(status | found, 200 if is_ready else _NOT_READY)

    return router


async def _check_database(database: Database) -> CheckResult:
    try:
        await check_schema(database)
    except Misconfigured as error:
        return CheckResult("The database has the schema of another version.", str(error))
    try:
        await check_writable(database)
    except DaybreakError as error:
        return CheckResult("The database cannot be changed.", str(error))
    return CheckResult()


async def _check_worker(database: Database, has_live_worker: WorkerCheck | None) -> CheckResult:
    if has_live_worker is None or await has_live_worker(database):
        return CheckResult()
    return CheckResult("missing", "no worker has sent a heartbeat within its lease")


def _log_change(previous: CheckResult, result: CheckResult) -> None:
    if result.reason and result.status != previous.status:
        log.error("web.not_ready", status=result.status, reason=result.reason)
    elif previous.reason and not result.reason:
        log.warning("web.ready_again", previously=previous.status)
