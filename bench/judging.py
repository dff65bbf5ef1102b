"""Judged days: what a brief should have said, by people who had not seen it (see tests/briefs/judged).

A folder has ``persona.json``, and for each of two days the files of its morning (``step1``) and the judgement
(``judged-1.json``).
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MOST_SHOWN = 3
ENOUGH_TO_CHOOSE, FEWEST_SHOWN = 3, 2
_STEPS = (1, 2)
_READ_AT = time(5, 30)
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_SHORTEST_PREFIX = 12
_STRAIGHT = str.maketrans({"’": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'", "“": '"', "”": '"'})


@dataclass(frozen=True)
class JudgedDay:
    """One day of one person: the folder, the number of the day, and the judgement."""

    folder: Path
    step: int
    persona: Mapping[str, Any]
    judgement: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The label in a table."""
        return f"{self.folder.name} {self.step}"

    @property
    def date(self) -> date:
        """The reader's date."""
        return date.fromisoformat(self.judgement["date"])

    def lay_out(self, place: Path) -> None:
        """Make a folder like that of the morning; files that changed since get the time of the morning."""
        step = self.folder / f"step{self.step}"
        wanted = {file.relative_to(step): file.read_bytes() for file in step.rglob("*") if file.is_file()}
        for file in [file for file in place.rglob("*") if file.is_file()]:
            if file.relative_to(place) not in wanted:
                file.unlink()
        zone = ZoneInfo(self.persona["tz"])
        changed_at = datetime.combine(self.date, _READ_AT, zone).timestamp()
        for name, content in wanted.items():
            file = place / name
            if not file.exists() or file.read_bytes() != content:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                os.utime(file, (changed_at, changed_at))


def find_days(folders: Iterable[Path]) -> Iterator[JudgedDay]:
    """Yield the judged days in these folders, or in folders directly inside of them."""
    for folder in folders:
        inside = [folder] if (folder / "persona.json").exists() else sorted(folder.iterdir())
        for one in inside:
            if (one / "persona.json").exists():
                persona = _read(one / "persona.json")
                yield from (
                    JudgedDay(one, step, persona, _read(one / f"judged-{step}.json")) for step in _STEPS
                )


@dataclass(frozen=True)
class Verdict:
    """A brief as judged.

    Attributes:
        day: the judged day.
        shown: the titles that it shows first.
        text: the brief as text.
    """

    day: JudgedDay
    shown: Sequence[str]
    text: str

    @cached_property
    def lines(self) -> Sequence[str]:
        """The lines of the brief."""
        return self.text.rstrip("\n").split("\n")

    @property
    def acceptable(self) -> int:
        """How many of the titles shown first are acceptable there."""
        return sum(
            any(is_same(one, title) for one in self._judged("first_acceptable")) for title in self.shown
        )

    @property
    def has_best(self) -> bool | None:
        """Whether the best title is among those shown first; None if none is better than the others."""
        best = self._judged("first_best")
        return None if best is None else any(is_same(best, title) for title in self.shown)

    @property
    def has_too_few(self) -> bool:
        """Whether it shows fewer acceptable titles than it could."""
        return len(self._judged("first_acceptable")) >= ENOUGH_TO_CHOOSE and self.acceptable < FEWEST_SHOWN

    @property
    def forbidden(self) -> list[str]:
        """The titles shown first that would be absurd there, each with the reason."""
        judged = self._judged("first_forbidden")
        return [f"{one}: {no['why']}" for one in self.shown for no in judged if is_same(no["title"], one)]

    @property
    def unsaid(self) -> list[str]:
        """What it had to say, and does not within the lines allowed."""
        allowed = " ".join("\n".join(self.lines[: self.most_lines]).split())
        return [one["why"] for one in self._judged("must_say") if not _says(allowed, one["what"])]

    @property
    def wrongly_said(self) -> list[str]:
        """What it must not say, and does."""
        whole = " ".join(self.text.split())
        return [one["why"] for one in self._judged("must_not_say") if _says(whole, one["what"])]

    @property
    def to_say(self) -> int:
        """How many things it had to say."""
        return len(self._judged("must_say"))

    @property
    def most_lines(self) -> int:
        """How many lines it may have."""
        return int(self._judged("max_lines"))

    @property
    def is_too_long(self) -> bool:
        """Whether it has more lines than it may."""
        return len(self.lines) > self.most_lines

    def _judged(self, name: str) -> Any:  # noqa: ANN401 - JSON
        return self.day.judgement[name]


def is_same(judged: str, shown: str) -> bool:
    """Return whether a title as shown is a judged one, maybe shortened, or with tags at its end."""
    wanted, title = _fold(judged), _fold(shown)
    if title.endswith(_ELLIPSIS) and len(title) > _SHORTEST_PREFIX:
        return wanted.startswith(title.removesuffix(_ELLIPSIS).rstrip())
    rest = title.removeprefix(wanted)
    return title == wanted or (rest != title and re.match(r"\s*[#@+]", rest) is not None)


def _says(text: str, pattern: str) -> bool:
    return any(re.search(pattern, one) for one in (text, text.replace("’", "'")))


def _fold(title: str) -> str:
    return " ".join(title.translate(_STRAIGHT).split()).casefold()


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
