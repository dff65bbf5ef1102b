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
from daybreak.runs.worker.completer import Committer
from daybreak.runs.worker.executor import Engine
from engine_crash_log import note

PHASES = ("claimed", "reading", "sections", "before commit", "in commit", "after commit")
READ = ("people_users", "agenda_", "briefs_snapshots")
CLAIMED = "runs_claim"
STORED = "INSERT INTO briefs_editions"
SETTLED = "runs_settle"
COMMIT = "COMMIT"
METHODS = ("fetch", "fetchrow", "fetchval", "execute")
Step = Callable[..., Awaitable[Any]]


class Plan:
    """The kill plan of a process: run, phase, and number of the point within the phase.

    Each planned kill happens once: the process creates a file before it dies, which later processes check.
    """

    def __init__(self, plan: Path, notes: Path) -> None:
        self._plan: dict[str, list[str | int]] = orjson.loads(plan.read_bytes())
        self._notes = notes
        self._run = ""
        self._passed: Counter[str] = Counter()
        self.settled = False

    def begin(self, run_id: str) -> None:
        """Start counting the points of this run."""
        self._run, self.settled = run_id, False
        self._passed.clear()

    def reach(self, phase: str) -> None:
        """Count a point of the phase, and kill the process at the planned one."""
        self._passed[phase] += 1
        mark = self._notes / f"died-for-{self._run}"
        if self._plan.get(self._run) == [phase, self._passed[phase]] and not mark.exists():
            mark.touch(exist_ok=False)
            note(self._notes, "deaths", f"{phase}, point {self._passed[phase]}")
            os.kill(os.getpid(), signal.SIGKILL)


def arm(plan: Path, notes: Path) -> None:
    """Install the kill points of the plan in this process."""
    armed = Plan(plan, notes)
    _watch_claims(armed)
    _watch_statements(armed)
    _watch_sections(armed)
    _watch_the_end(armed)


def _watch_claims(plan: Plan) -> None:
    claim = Engine.claim

    async def claiming(self: Engine, pairs: Any) -> Any:  # noqa: ANN401 - passed on as it is
        claimed = await claim(self, pairs)
        if claimed:
            plan.reach("claimed")
        return claimed

    Engine.claim = claiming  # type: ignore[method-assign]


def _watch_statements(plan: Plan) -> None:
    for name in METHODS:
        setattr(asyncpg.Connection, name, _watched(getattr(asyncpg.Connection, name), plan))


def _watched(step: Step, plan: Plan) -> Step:
    async def watched(self: asyncpg.Connection, query: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        if query == COMMIT and plan.settled:
            return await _commit(step(self, query, *arguments, **named), plan)
        if STORED in query or SETTLED in query:
            plan.reach("before commit")
        answer = await step(self, query, *arguments, **named)
        _after(query, answer, plan)
        return answer

    return watched


def _after(query: str, answer: Any, plan: Plan) -> None:  # noqa: ANN401 - rows, or a status
    if CLAIMED in query and answer:
        plan.begin(str(answer[0]["id"]))
        plan.reach("claimed")
    if STORED in query or SETTLED in query:
        plan.settled = SETTLED in query
        plan.reach("before commit")
    elif any(table in query for table in READ):
        plan.reach("reading")


async def _commit(step: Awaitable[Any], plan: Plan) -> Any:  # noqa: ANN401 - the answer
    """Pass kill points between sending the commit and its answer, when only the database knows its result."""
    plan.settled = False
    sent = asyncio.ensure_future(step)
    for _ in range(10):
        await asyncio.sleep(0)
        plan.reach("in commit")
    answer = await sent
    plan.reach("after commit")
    return answer


def _watch_sections(plan: Plan) -> None:
    admit = FactBook.admit

    def admitting(self: FactBook, statements: Any) -> Any:  # noqa: ANN401 - passed on as it is
        admitted = admit(self, statements)
        plan.reach("sections")
        return admitted

    FactBook.admit = admitting  # type: ignore[method-assign]


def _watch_the_end(plan: Plan) -> None:
    settle = Committer.settle

    async def settling(self: Committer, running: Any, outcome: Any) -> Any:  # noqa: ANN401 - passed on as it is
        settled = await settle(self, running, outcome)
        plan.reach("after commit")
        return settled

    Committer.settle = settling  # type: ignore[method-assign]
