"""Proof: the calendar importer reads what recurring-ical-events reads, or the RFC decides otherwise.

Compares the occurrences of generated calendars, and of those in the test suites of other projects. Each
difference has a decision in prove/calendars/decisions.toml. Prints a summary and writes it to prove/results.
``--check`` exits 1 on a difference without a decision and on a decision that no longer applies, ``--renew``
writes the readings of today into the decisions, ``--show NAME`` prints one calendar and its difference.
"""

import argparse
import json
import platform
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from time import perf_counter

from calendars import generator, packaged
from calendars.decisions import PeerDecision, list_faults, load_decisions, write_decisions
from calendars.readings import Difference, compare
from daybreak import clock
from zones import describe_machine

RESULT = Path(__file__).parent / "results" / "peer_calendars.json"
PROCESSES = 2


def compare_all() -> dict[str, Difference]:
    """Return the comparison of each calendar by its name."""
    calendars = dict(chain(generator.list_calendars(), packaged.list_calendars()))
    with ProcessPoolExecutor(PROCESSES) as pool:
        return dict(zip(calendars, pool.map(compare, calendars.values(), chunksize=8), strict=True))


def summarise(
    found: dict[str, Difference], decisions: list[PeerDecision], seconds: float
) -> dict[str, object]:
    """Return the figures of the proof."""
    generated = sum(name.startswith("generated/") for name in found)
    verdicts = Counter({f"{one.right}_right": 0 for one in decisions})
    for decision in decisions:
        verdicts[f"{decision.right}_right"] += len(decision.calendars)
    return {
        "date": f"{clock.now():%Y-%m-%d}",
        "machine": describe_machine(),
        "python": platform.python_version(),
        "icalendar": version("icalendar"),
        "recurring_ical_events": version("recurring-ical-events"),
        "x_wr_timezone": version("x-wr-timezone"),
        "calendars": len(found),
        "generated": generated,
        "packaged": len(found) - generated,
        "equal_occurrences": sum(one.compared for one in found.values()),
        "equal_calendars": sum(not one for one in found.values()),
        **verdicts,
        "decisions": {one.name: len(one.calendars) for one in decisions},
        "seconds": round(seconds),
        "faults": list(list_faults(decisions, found)),
    }


def show(name: str) -> None:
    """Print one calendar, and the difference of its readings."""
    calendars = dict(chain(generator.list_calendars(), packaged.list_calendars()))
    difference = compare(calendars[name])
    print(calendars[name].decode(errors="replace"))
    for title, lines in (
        ("ours", difference.ours),
        ("peer", difference.peer),
        ("warning", difference.warnings),
    ):
        for line in lines:
            print(f"{title}: {line}")
    print(f"equal: {difference.compared}; the peer refuses the file: {difference.refusal or 'no'}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares the calendar importer with recurring-ical-events.")
    parser.add_argument("--check", action="store_true", help="exit with 1 when anything is undecided")
    parser.add_argument("--renew", action="store_true", help="write the readings of today into the decisions")
    parser.add_argument(
        "--keep-result", action="store_true", help="do not write prove/results/peer_calendars.json"
    )
    parser.add_argument("--show", metavar="NAME", help="print one calendar and its difference")
    arguments = parser.parse_args()
    if arguments.show:
        show(arguments.show)
        return 0
    if not packaged.is_downloaded():
        print("The packaged calendars are missing; run “make setup”.", file=sys.stderr)
        return 1
    started = perf_counter()
    found = compare_all()
    if arguments.renew:
        write_decisions(load_decisions(), found)
    result = summarise(found, load_decisions(), perf_counter() - started)
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if not arguments.keep_result:
        RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if arguments.check and result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
