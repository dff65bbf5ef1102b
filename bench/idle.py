"""The load of an idle server: worker with scheduler, and web."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from harness import Bench, Report, cpu_of, environment, free_port, postgres, running
from peers.base import ContenderDatabase
from round_trips import open_relay

SETTLING_SECONDS = 15.0
Commands = Mapping[tuple[str, ...], bytes]
"""Commands of the program, each with the output that shows that it has started."""
WORKER_COMMANDS: Commands = {("worker",): b"schedule.scheduler_started"}


async def main(report: Report) -> None:
    """Measure and report."""
    seconds = 30.0 if report.quick else 240.0
    whole_server = {**WORKER_COMMANDS, ("web", "--port", str(free_port())): b"http"}
    async with postgres() as bench:
        report.machine(await bench.version())
        found = {
            "worker with scheduler": await measure_idle(bench, WORKER_COMMANDS, seconds),
            "whole server: and web": await measure_idle(bench, whole_server, seconds),
        }
    rows = [(title, seconds, *measured) for title, measured in found.items()]
    report.table(("idle", "seconds", "statements/s", "its % of a core", "PostgreSQL's"), rows)
    statements, python, server = found["whole server: and web"]
    report.at_most("statements_per_second", statements, 1)
    report.at_most("percent_of_a_core", python + server, 1)


async def measure_idle(bench: Bench, commands: Commands, seconds: float) -> tuple[float, float, float]:
    """Return statements per second of these commands, and percent of a core of them and of PostgreSQL."""
    async with open_relay(bench.server.socket) as relay, AsyncExitStack() as stack:
        dsn = ContenderDatabase(bench.server, "daybreak").with_socket(relay.folder).dsn("daybreak_app")
        settings = environment(database_url=dsn, log_level="info")
        pids = [
            await stack.enter_async_context(running(command, settings, says))
            for command, says in commands.items()
        ]
        await asyncio.sleep(SETTLING_SECONDS)
        said, python, server = relay.statements, _total_cpu_seconds(pids), bench.cpu()
        await asyncio.sleep(seconds)
        return (
            (relay.statements - said) / seconds,
            100 * (_total_cpu_seconds(pids) - python) / seconds,
            100 * (bench.cpu() - server) / seconds,
        )


def _total_cpu_seconds(pids: Sequence[int]) -> float:
    return sum(map(cpu_of, pids))


if __name__ == "__main__":
    given = Report.of("idle", __doc__)
    asyncio.run(main(given))
    given.finish()
