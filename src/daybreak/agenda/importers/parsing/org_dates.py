"""The dates that Org and Logseq write below a task: ``SCHEDULED: <2026-11-30 Mon 10:00 +1w>``."""

import re
from dataclasses import dataclass

_KEYWORD = re.compile(r"\b(SCHEDULED|DEADLINE|CLOSED):\s*([<\[][^<>\[\]]{8,60}[>\]])")
_TIMESTAMP = re.compile(
    r"[<\[](\d{4}-\d{2}-\d{2})(?:\s+[^\W\d]{1,12}\.?)?(?:\s+(\d{1,2}:\d{2})(?:-\d{1,2}:\d{2})?)?"
    r"(?:\s+((?:\.?\+|\+\+)\d{1,4}[hdwmy])(?:/\d{1,4}[hdwmy])?)?(?:\s+--?\d{1,4}[hdwmy])?\s*[>\]]"
)
_LINE = re.compile(rf"(?:\s*{_KEYWORD.pattern})+\s*")


@dataclass(frozen=True, slots=True)
class PlanningDate:
    """A date of a task: ``keyword`` in lower case, ``text`` its date and time, ``repeater`` as “+1w”."""

    keyword: str
    text: str
    repeater: str | None


def parse_planning_line(line: str) -> list[PlanningDate]:
    """Return the dates of a line that holds nothing else; none for any other line.

    The text of a date that cannot be read is that of the file, so that a warning can quote it.
    """
    if ":" not in line or not _LINE.fullmatch(line):
        return []
    return [_parse_date(match[1].lower(), match[2]) for match in _KEYWORD.finditer(line)]


def parse_timestamp(text: str) -> PlanningDate:
    """Return the date of one time stamp."""
    return _parse_date("", text)


def _parse_date(keyword: str, stamp: str) -> PlanningDate:
    match = _TIMESTAMP.fullmatch(stamp)
    if match is None:
        return PlanningDate(keyword, stamp.strip("<>[]"), None)
    return PlanningDate(keyword, f"{match[1]} {match[2] or ''}".strip(), match[3])
