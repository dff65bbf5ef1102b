"""What every bench shares: its options, the machine it ran on, tables, bars, and the ratios last accepted."""

import argparse
import asyncio
import json
import os
import platform
import socket
import sys
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from daybreak.db import apply_migrations, embedded
from daybreak.db.embedded import EmbeddedServer

PROGRAM = Path(sys.executable).with_name("daybreak")
_ACCEPTED = Path(__file__).with_name("accepted.json")


@dataclass
class Report:
    """One run of one bench: prints as it goes, and knows at the end whether every bar held.

    Attributes:
        name: what the names of its bars and ratios begin with.
        quick: whether it has to answer within two minutes.
        operands: what its command line names, if it takes operands.
    """

    name: str
    quick: bool
    _check: bool
    _accept: bool
    operands: Sequence[str] = ()
    _missed: list[str] = field(default_factory=list)
    _ratios: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, purpose: str | None, operands: str | None = None) -> "Report":
        """Return the report that the command line requests.

        Args:
            name: the name of the bench.
            purpose: its purpose, for the help.
            operands: the name of the operands that its command line takes; None if it takes none.
        """
        parser = argparse.ArgumentParser(prog=f"python bench/{name}.py", description=purpose)
        parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
        parser.add_argument("--quick", action="store_true", help="fewer repeats: answer within two minutes")
        parser.add_argument("--accept", action="store_true", help="keep this run's ratios in accepted.json")
        if operands is not None:
            parser.add_argument("operands", metavar=operands, nargs="*")
        given = parser.parse_args()
        return cls(name, given.quick, given.check, given.accept, getattr(given, "operands", []))

    def machine(self, postgres: str | None = None) -> None:
        """Say what this is measured on."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        parts = [
            f"{cores()} cores {_cpu()}, {memory:.0f} GiB",
            f"load {os.getloadavg()[0]:.1f} before",
            f"Python {platform.python_version()}",
            *([f"PostgreSQL {postgres}, fsync on"] if postgres else []),
            time.strftime("%Y-%m-%d", time.gmtime()),
        ]
        print(f"machine: {'; '.join(parts)}\n", flush=True)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table: the first column to the left, numbers to the right."""
        texts = [list(headings), *([_shown(cell) for cell in row] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        for row in texts:
            cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
            print("  ".join(cells).rstrip())
        print(flush=True)

    def at_most(self, name: str, value: float | None, limit: float) -> None:
        """Print a bar that is held if the value is at most the limit; None means not measured."""
        self._bar(name, value, f"<={limit:g}", held=value is not None and value <= limit)

    def at_least(self, name: str, value: float | None, limit: float) -> None:
        """Print a bar that is held if the value is at least the limit; None means not measured."""
        self._bar(name, value, f">={limit:g}", held=value is not None and value >= limit)

    def ratio(self, name: str, value: float) -> None:
        """Print a ratio to a peer in the same run, beside the last accepted one."""
        self._ratios[f"{self.name}.{name}"] = round(value, 3)
        before = _accepted().get(f"{self.name}.{name}")
        change = f"accepted {before:g}, change {value / before - 1:+.0%}" if before else "none accepted yet"
        print(f"ratio {self.name}.{name} {value:.3g} ({change})", flush=True)

    def finish(self) -> None:
        """Keep the ratios if that was asked for; exit 1 if bars are checked and one was missed."""
        if self._accept:
            kept = dict(sorted({**_accepted(), **self._ratios}.items()))
            _ACCEPTED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        if self._check and self._missed:
            sys.exit(1)

    def _bar(self, name: str, value: float | None, limit: str, *, held: bool) -> None:
        verdict = "not-measured" if value is None else "held" if held else "missed"
        if verdict == "missed":
            self._missed.append(name)
        print(
            f"bar {self.name}.{name} {'-' if value is None else _shown(value)} {limit} {verdict}", flush=True
        )


@dataclass(frozen=True)
class Bench:
    """An embedded server of the bench's own, migrated, and a superuser's connection to it."""

    server: EmbeddedServer
    admin: asyncpg.Connection

    async def version(self) -> str:
        """Which PostgreSQL it is."""
        return str(await self.admin.fetchval("SHOW server_version")).split()[0]

    async def wal(self) -> int:
        """Where the log of changes ends, in bytes; the difference of two is what was written between."""
        return int(await self.admin.fetchval("SELECT pg_current_wal_lsn() - '0/0'"))

    def cpu(self) -> float:
        """Seconds of processor time of the server's living processes; 0 where there is no /proc."""
        return cpu_of(self.server.pid)


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process and its living children; 0 where there is no /proc."""
    spent = (_spent(stat, pid) for stat in Path("/proc").glob("[0-9]*/stat"))
    return sum(spent) / os.sysconf("SC_CLK_TCK")


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a command, with these settings (like database_url) and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    return kept | {f"DAYBREAK_{name.upper()}": value for name, value in settings.items()}


@asynccontextmanager
async def running(command: Sequence[str], environment: dict[str, str], says: bytes) -> AsyncIterator[int]:
    """Run a command until the block ends; yield its process id once it has printed the text."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *command, env=environment, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while says not in (line := await process.stdout.readline()):
                assert line, f"{command} has ended"
        reading = asyncio.create_task(process.stdout.read())
        yield process.pid
    finally:
        process.terminate()
        await process.wait()
    await reading


def free_port() -> int:
    """Return a free port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@asynccontextmanager
async def postgres(**settings: str) -> AsyncIterator[Bench]:
    """Start a server like a user's (fsync on) but for these settings, in a temporary folder."""
    with folder_of("bench") as home:
        try:
            if settings:
                await _set(home, settings)
            with embedded.attach(home) as server:
                await apply_migrations(server.dsn("daybreak_owner"))
                admin = await asyncpg.connect(server.dsn("postgres"))
                try:
                    yield Bench(server, admin)
                finally:
                    await admin.close()
        finally:
            embedded.stop(home)


async def _set(home: Path, settings: Mapping[str, str]) -> None:
    """Set these for the next start of the server."""
    with embedded.attach(home) as server:
        admin = await asyncpg.connect(server.dsn("postgres"))
        for name, value in settings.items():
            await admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await admin.close()
    embedded.stop(home)


@contextmanager
def folder_of(purpose: str) -> Iterator[Path]:
    """Create a temporary home; root's embedded server runs as another system user and must reach it."""
    with TemporaryDirectory(prefix=f"daybreak-{purpose}-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _accepted() -> dict[str, float]:
    return dict(json.loads(_ACCEPTED.read_text(encoding="utf-8"))) if _ACCEPTED.exists() else {}


def _spent(stat: Path, parent: int) -> int:
    try:
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0
    its = parent in {int(fields[1]), int(stat.parent.name)}
    return int(fields[11]) + int(fields[12]) if its else 0


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
