"""The decisions about differences to the peer: decisions.toml, and its comparison with what is found.

A decision names the section of the RFC, the sentence that decides, and the calendars with both readings: the
times of the first occurrences that the other side does not have, and how many more there are.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from calendars.readings import Difference

PATH = Path(__file__).with_name("decisions.toml")
UNDECIDED = "undecided"
_SHOWN = 2


class Verdict(StrEnum):
    """The side that a decision finds right."""

    OURS = "ours"
    PEER = "peer"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Reading:
    """What each side alone reads in a calendar, in a short form without titles."""

    ours: str
    peer: str

    @classmethod
    def from_difference(cls, found: Difference) -> "Reading":
        """Return the short form of a difference."""
        peer = f"refuses the file: {found.refusal}" if found.refusal else _shorten(found.peer)
        return cls(_shorten(found.ours) + (", and a warning" if found.warnings else ""), peer)


@dataclass(frozen=True, slots=True)
class PeerDecision:
    """One kind of difference, decided for all of its calendars."""

    name: str
    section: str
    right: Verdict
    sentence: str
    calendars: Mapping[str, Reading]


def load_decisions() -> list[PeerDecision]:
    """Return the decisions of the file."""
    written = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return [
        PeerDecision(
            name,
            one["section"],
            Verdict(one["right"]),
            one["sentence"],
            {calendar: Reading(**reading) for calendar, reading in one["calendars"].items()},
        )
        for name, one in written.items()
    ]


def list_faults(decisions: list[PeerDecision], found: Mapping[str, Difference]) -> Iterator[str]:
    """Yield a sentence for each undecided difference, and for each decision that no longer applies."""
    known = [calendar for decision in decisions for calendar in decision.calendars]
    for calendar, times in Counter(known).items():
        if times > 1:
            yield f"{calendar} has {times} decisions."
    for decision in decisions:
        if decision.name == UNDECIDED:
            yield f"{len(decision.calendars)} calendars are still listed as undecided."
        for calendar, reading in decision.calendars.items():
            if not found.get(calendar):
                yield f"{calendar} is the same now: remove it from “{decision.name}”."
            elif (today := Reading.from_difference(found[calendar])) != reading:
                yield f"{calendar} is not as “{decision.name}” says: {today}"
    for calendar in sorted(name for name, difference in found.items() if difference and name not in known):
        yield f"{calendar} is not decided: {Reading.from_difference(found[calendar])}"


def write_decisions(decisions: list[PeerDecision], found: Mapping[str, Difference]) -> None:
    """Write the decisions with the readings of today; new differences are added as undecided ones."""
    different = {name for name, difference in found.items() if difference}
    known = {name for one in decisions if one.name != UNDECIDED for name in one.calendars}
    kept = [one for one in decisions if one.name != UNDECIDED and one.calendars.keys() & different]
    parts = [_format(one, sorted(one.calendars.keys() & different), found) for one in kept]
    if different - known:
        new = PeerDecision(UNDECIDED, "", Verdict.BOTH, "", {})
        parts.append(_format(new, sorted(different - known), found))
    PATH.write_text("\n".join(parts), encoding="utf-8")


def _format(decision: PeerDecision, calendars: list[str], found: Mapping[str, Difference]) -> str:
    lines = [
        f"[{decision.name}]",
        *(f"{key} = {_quote(getattr(decision, key))}" for key in ("section", "right", "sentence")),
        f"[{decision.name}.calendars]",
    ]
    for calendar in calendars:
        reading = Reading.from_difference(found[calendar])
        pair = f"ours = {_quote(reading.ours)}, peer = {_quote(reading.peer)}"
        lines.append(f"{_quote(calendar)} = {{ {pair} }}")
    return "\n".join([*lines, ""])


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _shorten(occurrences: tuple[str, ...]) -> str:
    times = [one.partition(" ")[0] for one in occurrences]
    more = [f"{len(times) - _SHOWN} more"] if len(times) > _SHOWN else []
    return ", ".join([*times[:_SHOWN], *more]) or "none"
