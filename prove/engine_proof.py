"""Proof that every run ends exactly once and none is lost, with faults of workers, database and clocks.

chaos      40,000 small runs while workers are killed, frozen and drained, jobs are lost and duplicated,
           connections are terminated, runs are cancelled and retried
composing  200 ``kill -9`` at points of composing a brief: another worker writes the same brief once
outages    the database stopped for 1 minute; a transaction open for 10 minutes
scale      a million queued runs, with stale and fresh planner statistics: no statement slows down, an
           interactive run starts within a second, and the memory of a worker does not grow

Each part writes prove/results/engine_PART.json; the first two continue from there when started again.
``--check`` exits 1 on any failure. ``--quick`` runs for seconds with thousands of runs and writes no result.
``--server`` uses an existing server (URLs of superuser, owner and application).
"""

import argparse
import asyncio
import json
import platform
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from daybreak import telemetry
from engine_chaos import Chaos
from engine_cluster import Addresses, Place, place
from engine_composing import Composing
from engine_outage import Outage
from engine_scale import Scale
from zones import machine

RESULTS = Path(__file__).parent / "results"
Happened = tuple[Counter[str], list[str]]


async def chaos(here: Place, dice: random.Random, runs: int, _already: int) -> Happened:
    one = Chaos(here, dice)
    await one.pass_over(runs)
    return one.happened, one.wrong


async def composing(here: Place, dice: random.Random, runs: int, already: int) -> Happened:
    one = Composing(here, dice)
    await one.pass_over(runs, already)
    return one.died, one.wrong


@dataclass(frozen=True)
class Part:
    """A part of several rounds, each on a clean database with another random seed."""

    round: Callable[[Place, random.Random, int, int], Awaitable[Happened]]
    runs: int
    at_once: int


PARTS = {"chaos": Part(chaos, 40_000, 2000), "composing": Part(composing, 200, 50)}


async def prove_in_rounds(part: str, given: argparse.Namespace) -> dict[str, Any]:
    rule, wanted = PARTS[part], given.runs or PARTS[part].runs
    result = begin(part, given, wanted)
    while (already := result["runs"]) < wanted:
        begun = monotonic()
        size = min(rule.at_once, wanted - already)
        async with place(given.server) as here:
            dice = random.Random(f"{given.seed}:{already}")
            happened, wrong = await rule.round(here, dice, size, already)
        result["runs"] += size
        result["seconds"] = round(result["seconds"] + monotonic() - begun)
        result["happened"] = dict(sorted((Counter(result["happened"]) + happened).items()))
        result["failures"] += wrong
        print(f"{part}: {result['runs']} runs, {len(result['failures'])} failures", flush=True)
        keep(part, given, result)
    return result


async def prove_outages(given: argparse.Namespace) -> dict[str, Any]:
    away, held = (3, 10) if given.quick else (60, 600)
    result = about(given) | {"seconds_away": away, "seconds_held": held, "measured": {}, "failures": []}
    for name, seconds in (("database_away", away), ("transaction_open", held)):
        async with place() as here:
            outage = Outage(here, random.Random(given.seed))
            await getattr(outage, name)(seconds)
        result["measured"] |= {what: round(number, 2) for what, number in outage.measured.items()}
        result["failures"] += outage.wrong
    keep("outages", given, result)
    return result


async def prove_scale(given: argparse.Namespace) -> dict[str, Any]:
    rows = given.runs or (20_000 if given.quick else 1_000_000)
    async with place(given.server) as here:
        scale = Scale(here, rows)
        await scale.pass_over()
    result = about(given) | {"rows": rows, "measured": scale.measured, "failures": scale.wrong}
    keep("scale", given, result)
    return result


def begin(part: str, given: argparse.Namespace, wanted: int) -> dict[str, Any]:
    """Return the unfinished result with the same seed, or a new one."""
    path = RESULTS / f"engine_{part}.json"
    if not given.quick and path.exists():
        found: dict[str, Any] = json.loads(path.read_text())
        if found["seed"] == given.seed and found["runs"] < wanted:
            return found
    return about(given) | {"runs": 0, "seconds": 0, "happened": {}, "failures": []}


def about(given: argparse.Namespace) -> dict[str, Any]:
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    return {"date": date, "machine": machine(), "python": platform.python_version(), "seed": given.seed}


def keep(part: str, given: argparse.Namespace, result: dict[str, Any]) -> None:
    if not given.quick:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"engine_{part}.json").write_text(json.dumps(result, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Test the execution of runs with injected faults.")
    parser.add_argument("part", choices=[*PARTS, "outages", "scale"])
    parser.add_argument("--runs", type=int, help="number of runs; for scale, number of queued runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="exit with code 1 on any failure")
    parser.add_argument("--quick", action="store_true", help="seconds and thousands of runs; write no result")
    parser.add_argument("--server", nargs=3, metavar=("ADMIN", "OWNER", "APP"), help="an existing server")
    given = parser.parse_args()
    given.server = Addresses(*given.server) if given.server else None
    telemetry.configure("warning")
    others = {"outages": prove_outages, "scale": prove_scale}
    proof = others[given.part](given) if given.part in others else prove_in_rounds(given.part, given)
    result = asyncio.run(proof)
    print(json.dumps(result, indent=2))
    return 1 if given.check and result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
