"""Measure page times with a million runs and tasks, and the delay from a commit to the streams.

50 users open pages with a pause of a second in between; then 1,000 streams are open in the same process while
events are committed. Server and clients share one machine, over loopback.
"""

import asyncio
import random
import resource
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx2
import orjson

from daybreak import people
from daybreak.db import Database
from daybreak.people import ClientInfo
from harness import Bench, Report, environment, free_port, postgres, running

DAY = date(2026, 3, 29)
READERS = 50
STREAMS = 1000
THINK_SECONDS = 1.0
COMMITS = 200
MIN_SAMPLES = 20  # with fewer requests the 95th percentile is the slowest one
_HERE = Path(__file__).parent
NOTIFY = """
WITH written AS (
    INSERT INTO runs_events (owner_id, run_id, number, at, name, data)
    VALUES ($1, $1, $2, clock_timestamp(), 'committed', jsonb_build_object('commit', $2::bigint))
)
SELECT pg_notify('daybreak_runs', $1::text)
"""


async def prepare(bench: Bench, *, quick: bool) -> list[UUID]:
    """Insert a million tasks and runs, or a tenth of both, and return the users."""
    users, heavy = (500, 10_000) if quick else (5000, 100_000)
    await bench.admin.execute(f"SET bench.users = {users}; SET bench.day = '{DAY}'")
    await bench.admin.execute((_HERE / "standard.sql").read_text(encoding="utf-8"))
    await bench.admin.execute(f"SET bench.heavy = {heavy}; SET bench.each = 180")
    await bench.admin.execute((_HERE / "web.sql").read_text(encoding="utf-8"))
    rows = await bench.admin.fetch("SELECT id FROM people_users ORDER BY id LIMIT $1", READERS)
    return [row["id"] for row in rows]


@asynccontextmanager
async def serve(bench: Bench) -> AsyncIterator[int]:
    """Run the web as a process, and yield its port."""
    port = free_port()
    settings = environment(
        database_url=bench.server.dsn("daybreak_app"),
        web_requests_per_minute="1000000",
        web_max_streams=str(STREAMS),
        log_level="error",
    )
    async with running(("web", "--port", str(port)), settings, b"http"):
        yield port


async def sign_in(bench: Bench, readers: list[UUID]) -> dict[UUID, str]:
    """Create a session for each user; the first is an administrator."""
    await bench.admin.execute("INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin')", readers[0])
    secrets = {}
    async with Database.connect(bench.server.dsn("daybreak_app")) as database:
        for reader in readers:
            async with database.transaction([reader]) as tx:
                secrets[reader] = await people.create_session(tx, reader, ClientInfo(address="127.0.0.1"))
    return secrets


async def measure_pages(port: int, secrets: dict[UUID, str], seconds: float) -> dict[str, list[float]]:
    """Browse with all users at once, and return the milliseconds of each page."""
    spent: defaultdict[str, list[float]] = defaultdict(list)
    until = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        for place, secret in enumerate(secrets.values()):
            pages = _pages(is_admin=place == 0)
            group.create_task(_browse(port, secret, pages, until, spent, heavy=place == 0))
    return spent


def _pages(*, is_admin: bool) -> dict[str, str]:
    pages = {
        "Today": "/",
        "Agenda": "/agenda",
        "Agenda, board": "/agenda/board",
        "Agenda, calendar": "/agenda/calendar",
        "Archive": "/briefs",
        "Runs": "/runs",
        "Runs, failed": "/runs?status=failed",
        "Runs, searched in vain": "/runs?q=nothing",
        "Run": "/runs/RUN",
        "Settings": "/settings",
        "API, runs": "/api/v1/runs",
        "API, stats": "/api/v1/runs/stats",
    }
    return pages | ({"Operations": "/operations"} if is_admin else {})


async def _browse(
    port: int, secret: str, pages: dict[str, str], until: float, spent: dict[str, list[float]], *, heavy: bool
) -> None:
    cookies = {f"daybreak-{port}": secret}
    address = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=address, cookies=cookies, timeout=60) as client:
        newest = (await client.get("/api/v1/runs?limit=1")).json()["items"][0]["id"]
        await asyncio.sleep(random.uniform(0, THINK_SECONDS))
        while time.perf_counter() < until:
            name = random.choice(list(pages))
            path = pages[name].replace("RUN", newest)
            began = time.perf_counter()
            response = await client.get(path, headers={"Accept": "text/html"})
            if response.status_code != 200:
                spent[f"{name} ({response.status_code})"].append(0.0)
            spent[f"{name}, many runs" if heavy else name].append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(random.uniform(0.5, 1.5) * THINK_SECONDS)


async def measure_streams(
    bench: Bench, port: int, secrets: dict[UUID, str], commits: int
) -> tuple[list[float], int]:
    """Open a thousand streams; return the milliseconds from commit to client, and the open streams."""
    committed: dict[int, float] = {}
    heard: list[tuple[int, float]] = []
    owners = list(secrets)
    streams = [
        asyncio.create_task(_read_stream(port, secrets[owners[number % len(owners)]], heard))
        for number in range(STREAMS)
    ]
    await asyncio.sleep(15)
    alive = sum(not stream.done() for stream in streams)
    for number in range(1, commits + 1):
        await bench.admin.execute(NOTIFY, owners[number % len(owners)], number)
        committed[number] = time.perf_counter()
        await asyncio.sleep(0.05)
    await asyncio.sleep(3)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return [(at - committed[number]) * 1000 for number, at in heard if number in committed], alive


async def _read_stream(port: int, secret: str, received: list[tuple[int, float]]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: daybreak-{port}={secret}\r\n\r\n"
    )
    writer.write(request.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"data: {"):
                received.append((orjson.loads(line[6:])["number"], time.perf_counter()))
    finally:
        writer.close()


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def main(report: Report) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    async with postgres() as bench:
        report.machine(await bench.version())
        readers = await prepare(bench, quick=report.quick)
        counts = await bench.admin.fetchrow(
            "SELECT (SELECT count(*) FROM runs_finished) AS runs, count(*) AS tasks FROM agenda_tasks"
        )
        print(f"{counts['runs']:,} runs, {counts['tasks']:,} tasks, {READERS} readers\n", flush=True)
        secrets = await sign_in(bench, readers)
        async with serve(bench) as port:
            await measure_pages(port, secrets, 5)
            spent = await measure_pages(port, secrets, 15 if report.quick else 60)
            latencies, alive = await measure_streams(
                bench, port, secrets, COMMITS // (4 if report.quick else 1)
            )
    show(report, spent, latencies, alive)


def show(report: Report, spent: dict[str, list[float]], latencies: list[float], alive: int) -> None:
    rows = [
        (name, len(values), *(percentile(values, share) for share in (0.5, 0.95, 0.99)))
        for name, values in sorted(spent.items())
    ]
    report.table(("page", "times", "p50 ms", "p95 ms", "p99 ms"), rows)
    often = [values for values in spent.values() if len(values) >= MIN_SAMPLES]
    slowest = max((percentile(values, 0.95) for values in often), default=None)
    report.at_most("slowest_page_p95_ms", slowest, 200)
    report.at_least("streams", alive, STREAMS)
    report.at_most("commit_to_browser_p50_ms", percentile(latencies, 0.5) if latencies else None, 100)
    report.at_most("commit_to_browser_p99_ms", percentile(latencies, 0.99) if latencies else None, 1000)
    report.finish()


if __name__ == "__main__":
    asyncio.run(main(Report.of("web", __doc__)))
