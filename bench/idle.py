"""What a whole server asks of the machine while there is nothing to do: worker with scheduler, and web."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from harness import Bench, Report, cpu_of, free_port, postgres
from wire import Relay, relayed

PROGRAM = Path(sys.executable).with_name("daybreak")
SETTLING = 15.0
WORKER = ("worker",)
WEB = ("web", "--port", str(free_port()))
STARTED = b"schedule.started"


async def main(report: Report) -> None:
    """Measure and report."""
    seconds = 40.0 if report.quick else 240.0
    async with postgres() as bench:
        report.machine(await bench.version())
        found = {
            "worker with scheduler": await idle(bench, [WORKER], seconds),
            "whole server: and web": await idle(bench, [WORKER, WEB], seconds),
        }
    rows = [(title, seconds, *measured) for title, measured in found.items()]
    report.table(("idle", "seconds", "statements/s", "its % of a core", "PostgreSQL's"), rows)
    statements, python, server = found["whole server: and web"]
    report.at_most("statements_per_second", statements, 1)
    report.at_most("percent_of_a_core", python + server, 1)


async def idle(bench: Bench, commands: Sequence[Sequence[str]], seconds: float) -> tuple[float, float, float]:
    """Statements a second of these commands together, and percent of a core: theirs and PostgreSQL's."""
    async with relayed(bench.server.socket) as relay, AsyncExitStack() as stack:
        environment = _environment(bench, relay)
        processes = [await stack.enter_async_context(_running(one, environment)) for one in commands]
        await asyncio.sleep(SETTLING)
        said, python, server = relay.statements, _cpu(processes), bench.cpu()
        await asyncio.sleep(seconds)
        return (
            (relay.statements - said) / seconds,
            100 * (_cpu(processes) - python) / seconds,
            100 * (bench.cpu() - server) / seconds,
        )


def _environment(bench: Bench, relay: Relay) -> Mapping[str, str]:
    dsn = bench.server.dsn("daybreak_app").partition("?")[0]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    return {
        **kept,
        "DAYBREAK_DATABASE_URL": f"{dsn}?host={relay.folder}&port=5432",
        "DAYBREAK_LOG_LEVEL": "info",
    }


@asynccontextmanager
async def _running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """A command that has started: the web prints its address, a worker says that it keeps the schedule."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *command, env=environment, stdout=PIPE, stderr=DEVNULL if command is WEB else PIPE
    )
    said = process.stdout if command is WEB else process.stderr
    assert said is not None
    async with asyncio.timeout(60):
        while (line := await said.readline()) and command is WORKER and STARTED not in line:
            pass
    reading = asyncio.create_task(said.read())
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
        await reading


def _cpu(processes: Sequence[Process]) -> float:
    return sum(cpu_of(process.pid) for process in processes)


if __name__ == "__main__":
    given = Report.of("idle", __doc__)
    asyncio.run(main(given))
    given.finish()
