"""Kill points at exact places of composing a brief, installed inside the worker process.

The places are defined by SQL statements and by steps of the executor, so that they stay the same when the
code between them changes.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from daybreak.briefs.facts.fact_book import FactBook
from daybreak.runs.worker.completer import Completer
from daybreak.runs.worker.executor import Executor
from engine_crash_log import append_line

PHASES = ("claimed", "reading", "sections", "before commit", "in commit", "after commit")
READ_TABLES = ("people_users", "agenda_", "briefs_snapshots")
CLAIM_FUNCTION = "runs_claim"
STORE_STATEMENT = "INSERT INTO briefs_editions"
COMPLETE_FUNCTION = "runs_complete"
COMMIT = "COMMIT"
METHODS = ("fetch", "fetchrow", "fetchval", "execute")
Step = Callable[..., Awaitable[Any]]


class KillPlan:
    """The kill plan of a process: run, phase, and number of the point within the phase.

    Each planned kill happens once: the process creates a file before it dies, which later processes check.
    """

    def __init__(self, plan: Path, crash_log: Path) -> None:
        self._plan: dict[str, list[str | int]] = orjson.loads(plan.read_bytes())
        self._crash_log = crash_log
        self._run = ""
        self._reached: Counter[str] = Counter()
        self.is_completing = False

    def begin_run(self, run_id: str) -> None:
        """Start counting the points of this run."""
        self._run, self.is_completing = run_id, False
        self._reached.clear()

    def pass_point(self, phase: str) -> None:
        """Count a point of the phase, and kill the process at the planned one."""
        self._reached[phase] += 1
        mark = self._crash_log / f"died-for-{self._run}"
        if self._plan.get(self._run) == [phase, self._reached[phase]] and not mark.exists():
            mark.touch(exist_ok=False)
            append_line(self._crash_log, "deaths", f"{phase}, point {self._reached[phase]}")
            os.kill(os.getpid(), signal.SIGKILL)


def install_kill_points(plan: Path, crash_log: Path) -> None:
    """Install the kill points of the plan in this process."""
    armed = KillPlan(plan, crash_log)
    _watch_claims(armed)
    _watch_statements(armed)
    _watch_sections(armed)
    _watch_completion(armed)


def _watch_claims(plan: KillPlan) -> None:
    claim = Executor.claim

    async def claiming(self: Executor, pairs: Any) -> Any:  # noqa: ANN401 - passed on as it is
        claimed = await claim(self, pairs)
        if claimed:
            plan.pass_point("claimed")
        return claimed

    Executor.claim = claiming  # type: ignore[assignment, method-assign]


def _watch_statements(plan: KillPlan) -> None:
    for name in METHODS:
        setattr(asyncpg.Connection, name, _watch_step(getattr(asyncpg.Connection, name), plan))


def _watch_step(step: Step, plan: KillPlan) -> Step:
    async def watched(self: asyncpg.Connection, query: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        if query == COMMIT and plan.is_completing:
            return await _watch_commit(step(self, query, *arguments, **named), plan)
        if STORE_STATEMENT in query or COMPLETE_FUNCTION in query:
            plan.pass_point("before commit")
        answer = await step(self, query, *arguments, **named)
        _after_statement(query, answer, plan)
        return answer

    return watched


def _after_statement(query: str, answer: Any, plan: KillPlan) -> None:  # noqa: ANN401 - rows, or a status
    if CLAIM_FUNCTION in query and answer:
        plan.begin_run(str(answer[0]["id"]))
        plan.pass_point("claimed")
    if STORE_STATEMENT in query or COMPLETE_FUNCTION in query:
        plan.is_completing = COMPLETE_FUNCTION in query
        plan.pass_point("before commit")
    elif any(table in query for table in READ_TABLES):
        plan.pass_point("reading")


async def _watch_commit(step: Awaitable[Any], plan: KillPlan) -> Any:  # noqa: ANN401 - the answer
    """Pass kill points between sending the commit and its answer, when only the database knows its result."""
    plan.is_completing = False
    sent = asyncio.ensure_future(step)
    for _ in range(10):
        await asyncio.sleep(0)
        plan.pass_point("in commit")
    answer = await sent
    plan.pass_point("after commit")
    return answer


def _watch_sections(plan: KillPlan) -> None:
    admit = FactBook.keep_supported

    def admitting(self: FactBook, statements: Any) -> Any:  # noqa: ANN401 - passed on as it is
        admitted = admit(self, statements)
        plan.pass_point("sections")
        return admitted

    FactBook.keep_supported = admitting  # type: ignore[method-assign]


def _watch_completion(plan: KillPlan) -> None:
    complete = Completer.complete

    async def settling(self: Completer, running: Any, outcome: Any) -> Any:  # noqa: ANN401 - passed on as it is
        status = await complete(self, running, outcome)
        plan.pass_point("after commit")
        return status

    Completer.complete = settling  # type: ignore[method-assign]
