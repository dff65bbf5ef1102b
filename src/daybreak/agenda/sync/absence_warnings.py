"""Warnings about lists that a reading did not find as they were: since when, and how to confirm it."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from daybreak.agenda.parsed import ReadWarning
from daybreak.agenda.sync.absence import Absence, AbsentGroup, Reading
from daybreak.agenda.sync.unsupported_files import warn_about_unsupported_files

_NOUNS = {"tasks": ("open task", "open tasks"), "events": ("event", "events"), "notes": ("note", "notes")}


def list_warnings(
    groups: Sequence[AbsentGroup],
    reading: Reading,
    unreadable: Iterable[ReadWarning],
    parsed: Iterable[ReadWarning],
) -> list[ReadWarning]:
    """Return the warnings of a reading: one for each damaged or absent list, then those of the importers.

    The last one names the files that no importer reads.

    Args:
        groups: the absent items by list.
        reading: the reading.
        unreadable: the warnings about files and folders that could not be read.
        parsed: the warnings of the importers.
    """
    absent = {one.path: _describe(one, reading) for one in groups if one.counts}
    warnings = [
        ReadWarning(path=one.path, line=one.line, message=absent.pop(one.path, one.message))
        for one in unreadable
    ]
    reasons = {path: file.incomplete for path, file in reading.files.items() if file.incomplete}
    warnings += [ReadWarning(path=path, message=message) for path, message in absent.items()]
    warnings += [
        ReadWarning(path=path, message=reason) for path, reason in reasons.items() if path not in absent
    ]
    explained = {*reasons, *(one.path for one in groups if one.absence is Absence.EMPTIED)}
    warnings += [one for one in parsed if one.line is not None or one.path not in explained]
    unsupported = [
        path for path in reading.ignored if path not in {*explained, *(one.path for one in groups)}
    ]
    return [*warnings, *warn_about_unsupported_files(unsupported)]


def _describe(group: AbsentGroup, reading: Reading) -> str:
    is_one = sum(group.counts.values()) == 1
    shown = f"{'is' if is_one else 'are'} shown as {'it was' if is_one else 'they were'}"
    gone = f"{'it is' if is_one else 'they are'} gone"
    since, items = _format_date(group.since, reading.today), _format_counts(group.counts)
    command = f"daybreak sources accept {shlex.quote(reading.source_name)}"
    accept = f"If {gone}, confirm it on the source’s page or with “{command}”."
    match group.absence:
        case Absence.DAMAGED:
            return f"{group.reason} Since {since}, {items} {shown}. {accept}"
        case Absence.EMPTIED:
            return f"The file has been empty since {since}; its {items} {shown}. {accept}"
        case Absence.MISSING:
            return f"The file has been missing since {since}; its {items} {shown}. {accept}"
        case _:
            absent = f"{items} of {group.total} {'has' if is_one else 'have'} been missing since {since}"
            return f"{absent} and {shown} until a later reading confirms that {gone}. {accept}"


def _format_counts(counts: Mapping[str, int]) -> str:
    return " and ".join(_iter_counts(counts))


def _iter_counts(counts: Mapping[str, int]) -> Iterator[str]:
    for table, (one, many) in _NOUNS.items():
        if number := counts.get(table, 0):
            yield f"{number} {one if number == 1 else many}"


def _format_date(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A} {day.day} {day:%B}{year}"
