"""VTIMEZONEs: the zone that a file defines, completed where that is certain, or why it defines none."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.days import RRuleFrequency
from daybreak.agenda.importers.icalendar.rule_text import parse_rule
from daybreak.agenda.importers.icalendar.rules import RuleTooExpensive
from daybreak.agenda.importers.icalendar.values import parse_local, shorten
from daybreak.agenda.importers.icalendar.zones.clocks import VTimezone

_RULES_FROM = datetime(1900, 1, 1)  # noqa: DTZ001 -- wall-clock times of a VTIMEZONE have no zone yet
_RULES_UNTIL = datetime(2100, 1, 1)  # noqa: DTZ001 -- likewise
_FIRST_YEAR = 1601  # of Microsoft's zones; earlier years, such as .NET's year 1, mean the same
_MAX_ONSETS = 2000
_MAX_OBSERVANCES = 200  # exports of every change since 1847 have 85
_OFFSET = re.compile(r"(?:UTC|GMT)?([+\u2212-]?)(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?")
# A rule until the year 9999 has no end.
_FAR_END = re.compile(r";?UNTIL=(?:2[1-9]|[3-9]\d)\d{6}(?:T\d{6}Z?)?", re.IGNORECASE)

ObservanceText = tuple[str, tuple[str, ...]]
"""The name and the lines of a STANDARD or DAYLIGHT."""


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """A change of a zone's offset; ``at`` is its naive instant in UTC."""

    at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True, slots=True)
class ZoneDefinition:
    """What a VTIMEZONE defines.

    Attributes:
        zone: its clock from 1900 to 2100; None if a part cannot be read.
        changes: its changes of the offset, in order.
        flaw: why ``zone`` is None, or what was completed.
        has_rules: whether a part recurs, so that the definition counts for more than single changes.
    """

    zone: VTimezone | None
    changes: tuple[ZoneChange, ...] = ()
    flaw: str | None = None
    has_rules: bool = False


@dataclass(slots=True)
class _Observance:
    component: Component
    before: timedelta | None
    after: timedelta | None


class _Unusable(ValueError):
    """A part of a VTIMEZONE without which its times are wrong; the message has the reason."""


def read_definition(component: Component) -> ZoneDefinition:
    """Return what a VTIMEZONE defines; equal definitions are read once."""
    return _read_definition(
        tuple((child.name, tuple(child.lines)) for child in component.children[:_MAX_OBSERVANCES])
    )


@lru_cache(maxsize=128)
def _read_definition(parts: tuple[ObservanceText, ...]) -> ZoneDefinition:
    observances = [
        Component(name, 0, list(lines), line_numbers=[0] * len(lines))
        for name, lines in parts
        if name in {"STANDARD", "DAYLIGHT"}
    ]
    if not observances:
        return ZoneDefinition(None, flaw="it has neither STANDARD nor DAYLIGHT")
    try:
        return _build(observances)
    except (ValueError, OverflowError, RuleTooExpensive) as error:
        return ZoneDefinition(
            None, flaw=f"{error}" if isinstance(error, _Unusable) else "a rule cannot be read"
        )


def _build(components: list[Component]) -> ZoneDefinition:
    observances = [
        _Observance(one, _read_offset(one, "TZOFFSETFROM"), _read_offset(one, "TZOFFSETTO"))
        for one in components
    ]
    flaw = _complete_offsets(observances)
    changes: dict[datetime, ZoneChange] = {}
    for one in observances:
        if one.before is None or one.after is None:
            raise _Unusable(f"an offset of its {one.component.name} cannot be read")
        for onset in _onsets(one.component, one.before, is_alone=len(observances) == 1):
            at = onset - one.before
            changes[at] = ZoneChange(at, one.before, one.after)
    if not changes:
        raise _Unusable("no part of it has begun")
    ordered = tuple(changes[at] for at in sorted(changes))
    has_rules = any(one.get_all("RRULE") or one.get_all("RDATE") for one in components)
    return ZoneDefinition(_make_vtimezone(ordered), ordered, flaw, has_rules)


def _read_offset(observance: Component, name: str) -> timedelta | None:
    match = _OFFSET.fullmatch(observance.get_value(name).upper())
    if match is None or int(match[2]) > 23:  # noqa: PLR2004 -- hours of a day
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0), seconds=int(match[4] or 0))
    return -size if match[1] in {"-", "\u2212"} else size


def _complete_offsets(observances: list[_Observance]) -> str | None:
    """Complete missing offsets from the other parts: where one begins another ends; return what was done."""
    flaw = None
    for one in observances:
        others = [other for other in observances if other.component.name != one.component.name]
        if one.after is None:
            one.after = _only({other.before for other in others})
            flaw = f"the TZOFFSETTO of its {one.component.name} is missing"
        if one.before is None:
            one.before = _only({other.after for other in others}) if others else one.after
            flaw = f"the TZOFFSETFROM of its {one.component.name} is missing"
    return flaw


def _only(offsets: set[timedelta | None]) -> timedelta | None:
    return next(iter(offsets)) if len(offsets) == 1 else None


def _onsets(observance: Component, before: timedelta, *, is_alone: bool) -> list[datetime]:
    """Return when a part begins, in wall-clock time; the only part of a zone is valid at all times."""
    written = observance.get_value("DTSTART")
    try:
        first = parse_local(_limit_year(written))
    except ValueError:
        if is_alone:
            return [_RULES_FROM]
        raise _Unusable(f"the DTSTART “{shorten(written)}” of its {observance.name} is no time") from None
    if first >= _RULES_UNTIL:
        return []
    onsets = [first]
    for named in observance.get_all("RDATE"):
        onsets += [parse_local(value.partition("/")[0]) for value in named.value.split(",")[:_MAX_ONSETS]]
    for rule_text in observance.get_all("RRULE"):
        if rule_text.value.strip():
            onsets += _recurring_onsets(_FAR_END.sub("", rule_text.value), first, before)
    return onsets[:_MAX_ONSETS]


def _recurring_onsets(text: str, first: datetime, before: timedelta) -> list[datetime]:
    try:
        rule = parse_rule(text)
    except ValueError:
        raise _Unusable(f"the rule “{shorten(text)}” cannot be read") from None
    if rule.frequency > RRuleFrequency.MONTHLY:
        raise _Unusable(f"the rule “{shorten(text)}” is not one of a time zone")
    onsets: list[datetime] = []
    for wall in rule.between(first, max(first, _RULES_FROM), _RULES_UNTIL):
        if rule.ends_before(wall, wall - before) or len(onsets) >= _MAX_ONSETS:
            break
        onsets.append(wall)
    return onsets


def _limit_year(written: str) -> str:
    year = written.strip()[:4]
    if not year.isdigit():
        return written
    if int(year) < _FIRST_YEAR:
        return f"{_FIRST_YEAR}{written.strip()[4:]}"
    return f"{_RULES_UNTIL.year}{written.strip()[4:]}" if int(year) > _RULES_UNTIL.year else written


def _make_vtimezone(changes: tuple[ZoneChange, ...]) -> VTimezone:
    # A new offset starts at the later of the two wall-clock readings of a change. This is right for a gap
    # (read with the offset before it) and for a fold (the first occurrence is the one before it).
    return VTimezone(
        tuple(one.at + max(one.before, one.after) for one in changes),
        tuple(one.at for one in changes),
        (changes[0].before, *(one.after for one in changes)),
    )
