"""The worker heartbeat: renews leases and picks up lost leases and cancel requests."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from daybreak import clock
from daybreak.db import Database, load, log_failure, outage
from daybreak.runs.model import Queue
from daybreak.runs.worker import process_identity
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.registry import AttemptRegistry, RunningAttempt, StopReason

_sql = load("daybreak.runs")


class Heartbeat:
    """A worker's heartbeat, one statement for all its runs."""

    def __init__(
        self,
        executor: Executor,
        worker_name: str,
        database: Database,
        queues: Collection[Queue] = (),
        process_key: str | None = None,
    ) -> None:
        """Create a heartbeat; nothing is sent before `send` or `run`.

        Args:
            executor: the executor whose attempts are renewed.
            worker_name: the name of the worker in lists.
            database: the database of the runs.
            queues: the queues that the worker consumes.
            process_key: the identity of the worker's process; None for this process.
        """
        self._executor = executor
        self._queues = list(queues)
        self._process_key = process_key or process_identity.current_process_key()
        self._database = database
        self._worker_name = worker_name
        self._recorded_ahead = timedelta(0)
        self.draining = False

    async def run(self) -> None:
        """Send heartbeats until cancelled.

        After two thirds of the lease without an answer, all attempts are stopped: other workers will soon
        claim their runs.
        """
        settings = self._executor.settings
        loop = asyncio.get_running_loop()
        answered = loop.time()
        while True:
            asked = loop.time()
            try:
                with outage.watch():
                    async with asyncio.timeout(settings.heartbeat_seconds):
                        await self.send()
                answered = asked
            except Exception as error:  # noqa: BLE001 - the next heartbeat may succeed
                await self._database.examine_error(error)
                log_failure("runs.heartbeat_failed", error)
                if loop.time() - answered > settings.lease_seconds * 2 / 3:
                    self._executor.registry.stop_all(StopReason.LEASE_LOST)
            await asyncio.sleep(settings.heartbeat_seconds)

    async def send(self) -> None:
        """Send one heartbeat; stop attempts that are lost or cancelled, and notice a newer program."""
        engine = self._executor
        attempts = list(engine.registry)
        asked_at = clock.machine_now()
        async with self._database.without_owner() as connection:
            rows = await connection.fetch(
                _sql.heartbeat,
                engine.id,
                self._worker_name,
                self._process_key,
                self._queues,
                self.draining,
                engine.settings.lease_time,
                [running.claim.owner_id for running in attempts],
                [running.claim.id for running in attempts],
                [running.claim.fence for running in attempts],
            )
        self._database.compatibility.observe(rows[0]["oldest_program"], rows[0]["migrated_by"])
        _apply_answers(attempts, {row["run_id"]: row["cancelled"] for row in rows}, engine.registry)
        await self._record_clock(clock.follow(rows[0]["now"], asked_at))

    async def _record_clock(self, ahead: timedelta) -> None:
        minutes = timedelta(minutes=round(ahead / timedelta(minutes=1)))
        if minutes != self._recorded_ahead:
            async with self._database.without_owner() as connection:
                await connection.execute(_sql.record_clock, self._executor.id, minutes)
            self._recorded_ahead = minutes


def _apply_answers(
    attempts: list[RunningAttempt], answers: dict[object, bool], registry: AttemptRegistry
) -> None:
    still_running = set(registry)
    for running in attempts:
        if running not in still_running or running.is_completing:
            continue
        if running.claim.id not in answers:
            running.request_stop(StopReason.LEASE_LOST)
        elif answers[running.claim.id]:
            running.request_stop(StopReason.CANCEL)
