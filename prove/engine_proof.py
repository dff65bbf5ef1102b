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
from engine_chaos import ChaosRound
from engine_cluster import ProofCluster, ServerUrls, open_cluster
from engine_composing import ComposingRound
from engine_outage import OutageProof
from engine_scale import ScaleProof
from zones import describe_machine

RESULTS = Path(__file__).parent / "results"
RoundResult = tuple[Counter[str], list[str]]


async def run_chaos(cluster: ProofCluster, rng: random.Random, runs: int, _completed: int) -> RoundResult:
    one = ChaosRound(cluster, rng)
    await one.run(runs)
    return one.event_counts, one.failures


async def run_composing(cluster: ProofCluster, rng: random.Random, runs: int, completed: int) -> RoundResult:
    one = ComposingRound(cluster, rng)
    await one.run(runs, completed)
    return one.death_counts, one.failures


@dataclass(frozen=True)
class ProofPart:
    """A part of several rounds, each on a clean database with another random seed."""

    run_round: Callable[[ProofCluster, random.Random, int, int], Awaitable[RoundResult]]
    runs: int
    runs_per_round: int


PARTS = {"chaos": ProofPart(run_chaos, 40_000, 2000), "composing": ProofPart(run_composing, 200, 50)}


async def prove_in_rounds(part: str, options: argparse.Namespace) -> dict[str, Any]:
    rule, wanted = PARTS[part], options.runs or PARTS[part].runs
    result = load_or_create_result(part, options, wanted)
    while (already := result["runs"]) < wanted:
        begun = monotonic()
        size = min(rule.runs_per_round, wanted - already)
        async with open_cluster(options.server) as here:
            dice = random.Random(f"{options.seed}:{already}")
            happened, wrong = await rule.run_round(here, dice, size, already)
        result["runs"] += size
        result["seconds"] = round(result["seconds"] + monotonic() - begun)
        result["happened"] = dict(sorted((Counter(result["happened"]) + happened).items()))
        result["failures"] += wrong
        print(f"{part}: {result['runs']} runs, {len(result['failures'])} failures", flush=True)
        save_result(part, options, result)
    return result


async def prove_outages(options: argparse.Namespace) -> dict[str, Any]:
    away, held = (3, 10) if options.quick else (60, 600)
    result = describe_environment(options) | {
        "seconds_away": away,
        "seconds_held": held,
        "measured": {},
        "failures": [],
    }
    for name, seconds in (("database_away", away), ("transaction_open", held)):
        async with open_cluster() as here:
            outage = OutageProof(here, random.Random(options.seed))
            await getattr(outage, name)(seconds)
        result["measured"] |= {what: round(number, 2) for what, number in outage.measured.items()}
        result["failures"] += outage.failures
    save_result("outages", options, result)
    return result


async def prove_scale(options: argparse.Namespace) -> dict[str, Any]:
    rows = options.runs or (20_000 if options.quick else 1_000_000)
    async with open_cluster(options.server) as here:
        scale = ScaleProof(here, rows)
        await scale.run()
    result = describe_environment(options) | {
        "rows": rows,
        "measured": scale.measured,
        "failures": scale.failures,
    }
    save_result("scale", options, result)
    return result


def load_or_create_result(part: str, options: argparse.Namespace, run_count: int) -> dict[str, Any]:
    """Return the unfinished result with the same seed, or a new one."""
    path = RESULTS / f"engine_{part}.json"
    if not options.quick and path.exists():
        found: dict[str, Any] = json.loads(path.read_text())
        if found["seed"] == options.seed and found["runs"] < run_count:
            return found
    return describe_environment(options) | {"runs": 0, "seconds": 0, "happened": {}, "failures": []}


def describe_environment(options: argparse.Namespace) -> dict[str, Any]:
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    return {
        "date": date,
        "machine": describe_machine(),
        "python": platform.python_version(),
        "seed": options.seed,
    }


def save_result(part: str, options: argparse.Namespace, result: dict[str, Any]) -> None:
    if not options.quick:
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
    given.server = ServerUrls(*given.server) if given.server else None
    telemetry.configure("warning")
    others = {"outages": prove_outages, "scale": prove_scale}
    proof = others[given.part](given) if given.part in others else prove_in_rounds(given.part, given)
    result = asyncio.run(proof)
    print(json.dumps(result, indent=2))
    return 1 if given.check and result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
