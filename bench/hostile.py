"""Measure what others notice while one member and a stranger do their worst, all at once.

Slow addresses, exports, archives, 800 streams, 1,000 half-sent requests and uploads of a byte a second
(`attacker.py`) run against one web process with default settings and 1,024 descriptors. Meanwhile another
member reads tasks, and a stranger opens the page to sign in, each on a new connection.
"""

import asyncio
import json
import resource
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import httpx2

from daybreak import people
from daybreak.db import Database
from daybreak.people import ClientInfo
from harness import Bench, Report, environment, free_port, postgres, running
from web import NOTIFY, percentile

DAY = date(2026, 3, 29)
USERS = 50
DESCRIPTORS = 1024
THINK_SECONDS = 0.2
GIVEN_UP_SECONDS = 30.0
_HERE = Path(__file__).parent


async def prepare(bench: Bench) -> tuple[UUID, UUID]:
    """Insert users with standard agendas, and return the hostile one and another."""
    await bench.admin.execute(f"SET bench.users = {USERS}; SET bench.day = '{DAY}'")
    await bench.admin.execute((_HERE / "standard.sql").read_text(encoding="utf-8"))
    bob, alice = await bench.admin.fetch("SELECT id FROM people_users ORDER BY id LIMIT 2")
    return bob["id"], alice["id"]


async def sign_in(bench: Bench, user_id: UUID) -> str:
    """Create a session and return its secret."""
    async with (
        Database.connect(bench.server.dsn("daybreak_app")) as database,
        database.transaction([user_id]) as tx,
    ):
        return await people.create_session(tx, user_id, ClientInfo(address="127.0.0.1"))


@asynccontextmanager
async def serve(bench: Bench) -> AsyncIterator[tuple[int, int]]:
    """Run the web as a process with the usual number of descriptors, and yield its port and process id."""
    port = free_port()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with TemporaryDirectory() as home:  # of the key that encrypts addresses
        settings = environment(
            home=home,
            database_url=bench.server.dsn("daybreak_app"),
            intake_allow_private_addresses="true",
        )
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, limits[1]))
        async with running(("web", "--port", str(port)), settings, b"http") as pid:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
            yield port, pid


async def probe(port: int, path: str, cookie: str, until: float) -> list[float]:
    """Request a path on new connections until then; return milliseconds, infinite for a failure."""
    spent = []
    headers = {"Accept": "text/html", "Cookie": cookie, "Connection": "close"}
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            async with httpx2.AsyncClient(timeout=GIVEN_UP_SECONDS) as client:
                response = await client.get(f"http://127.0.0.1:{port}{path}", headers=headers)
            outcome = str(response.status_code)
        except httpx2.HTTPError as error:
            outcome = type(error).__name__
        seconds = time.perf_counter() - began
        if outcome != "200":
            print(f"{path} failed after {seconds:.1f} s: {outcome}", flush=True)
        spent.append(seconds * 1000 if outcome == "200" else float("inf"))
        await asyncio.sleep(THINK_SECONDS)
    return spent


def resident_mib(pid: int) -> float:
    """Return the memory that a process holds, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def watch_memory(pid: int, until: float) -> float:
    """Return the most memory that the process held until then, in MiB."""
    most = 0.0
    while time.perf_counter() < until:
        most = max(most, resident_mib(pid))
        await asyncio.sleep(0.1)
    return most


async def notify(bench: Bench, owner_id: UUID, until: float) -> None:
    """Commit an event of the hostile member each second, which all of his streams show."""
    number = 0
    while time.perf_counter() < until:
        number += 1
        await bench.admin.execute(NOTIFY, owner_id, number)
        await asyncio.sleep(1)


async def measure(
    bench: Bench, port: int, pid: int, bob: UUID, cookies: tuple[str, str], seconds: float
) -> tuple[list[float], list[float], float]:
    """Return the milliseconds of the member's reads and of the stranger's, and the memory of the web."""
    until = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        reads = group.create_task(probe(port, "/api/v1/agenda/tasks", cookies[1], until))
        pages = group.create_task(probe(port, "/sign-in", "", until))
        memory = group.create_task(watch_memory(pid, until))
        group.create_task(notify(bench, bob, until))
    return reads.result(), pages.result(), memory.result()


async def attack(port: int, cookie: str, seconds: float) -> asyncio.subprocess.Process:
    """Start the attacks, and return their process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, _HERE / "attacker.py", str(port), cookie, str(seconds), stdout=PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def main(report: Report) -> None:
    seconds = 25.0 if report.quick else 90.0
    async with postgres() as bench:
        report.machine(await bench.version())
        bob, alice = await prepare(bench)
        async with serve(bench) as (port, pid):
            cookies = (
                f"daybreak-{port}={await sign_in(bench, bob)}",
                f"daybreak-{port}={await sign_in(bench, alice)}",
            )
            before = await measure(bench, port, pid, bob, cookies, 5)
            attacker = await attack(port, cookies[0], seconds + 2)
            during = await measure(bench, port, pid, bob, cookies, seconds)
            output, _ = await attacker.communicate()
            after = await measure(bench, port, pid, bob, cookies, 5)
    answers = json.loads(output)
    report.table(("attack: answer", "times"), sorted(answers.items()))
    show(report, before, during, after)


def show(report: Report, *phases: tuple[list[float], list[float], float]) -> None:
    rows = [
        (
            phase,
            len(reads),
            percentile(reads, 0.5),
            percentile(reads, 0.95),
            percentile(pages, 0.5),
            percentile(pages, 0.95),
            memory,
        )
        for phase, (reads, pages, memory) in zip(("before", "during", "after"), phases, strict=True)
    ]
    headings = ("", "reads", "read p50 ms", "p95", "sign-in p50 ms", "p95", "web MiB")
    report.table(headings, rows)
    reads, pages, _ = phases[1]
    report.at_most("read_p95_ms", percentile(reads, 0.95), 1000)
    report.at_most("sign_in_page_p95_ms", percentile(pages, 0.95), 2000)
    report.at_most("web_mib", max(memory for _, _, memory in phases[1:]), 400)
    report.finish()


if __name__ == "__main__":
    asyncio.run(main(Report.of("hostile", __doc__)))
