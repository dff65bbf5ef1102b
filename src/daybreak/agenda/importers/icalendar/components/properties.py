"""Parsing of content lines to properties, which keeps the value of a damaged line where it can.

A line that is no property belongs to the text above it: most of them are line breaks that a program did
not escape. Every other damaged line is listed with its problem.
"""

import binascii
import codecs
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from icalendar.parser import rfc_6868_unescape

_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*("[^"]*"|[^";:]*)((?:,(?:"[^"]*"|[^";:,]*))*)\s*')
_LOOSE_PARAMETER = re.compile(r"\s*([A-Za-z0-9-]+)\s*[=:]\s*(.*)\s*", re.DOTALL)
# A zone may be named with colons, commas and semicolons that are not quoted; the value begins with a date.
_ZONED = re.compile(r"(.*?):(\s*\d{4}-?\d\d-?\d\d(?:[T\s/,Z].*)?)", re.DOTALL)
_TZID = re.compile(
    r"(.*?)[;:]\s*TZID\s*[=:]\s*(.*?)((?:;\s*(?:VALUE|RANGE|X-[A-Z0-9-]+)\s*=[^;]*)*)",
    re.IGNORECASE | re.DOTALL,
)
_DATES = frozenset({"DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"})
_MAX_ZONE_LENGTH = 500
_MAX_NAME_LENGTH = 40
_MAX_PROBLEMS = 10_000
_MAX_HEAD_LENGTH = 200
_ATTACHMENTS = frozenset({"ATTACH", "IMAGE"})
_TEXTS = frozenset({"DESCRIPTION", "COMMENT", "SUMMARY", "LOCATION", "X-ALT-DESC"})
_READ = (
    *(
        "UID",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "DTSTART",
        "DTEND",
        "DURATION",
        "DUE",
        "COMPLETED",
        "STATUS",
    ),
    *("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "SEQUENCE", "PRIORITY", "PERCENT-COMPLETE"),
    *("CATEGORIES", "ATTENDEE", "ORGANIZER", "TRANSP", "FREEBUSY", "METHOD", "TZID", "TZOFFSETFROM"),
    *("TZOFFSETTO", "X-WR-TIMEZONE", "X-WR-CALNAME"),
)
_KNOWN = frozenset(
    {
        *_READ,
        *("ACKNOWLEDGED", "ACTION", "ATTACH", "BUSYTYPE", "CALENDAR-ADDRESS", "CALSCALE", "CLASS", "COLOR"),
        *("COMMENT", "CONCEPT", "CONFERENCE", "CONTACT", "CREATED", "DALARM", "DAYLIGHT", "DTSTAMP"),
        *("ESTIMATED-DURATION", "GEO", "IMAGE", "LAST-MODIFIED", "LINK", "LOCATION-TYPE", "MALARM", "NAME"),
        *("PARTICIPANT-TYPE", "PRODID", "PROXIMITY", "REFID", "REFRESH-INTERVAL", "RELATED-TO", "REPEAT"),
        *("REQUEST-STATUS", "RESOURCES", "RESOURCE-TYPE", "RNUM", "SOURCE", "STRUCTURED-DATA", "TRIGGER"),
        *("STYLED-DESCRIPTION", "TASK-MODE", "TZ", "TZID-ALIAS-OF", "TZNAME", "TZUNTIL", "TZURL", "URL"),
        *("VERSION", "AALARM", "PALARM", "SUBSTATE", "REASON", "DEFAULT-ALARM"),
    }
)
_NOT_A_PROPERTY = "this line is not a property, so it was not read."
_CONTINUES_TEXT = "this line is not a property; it was read as part of the text above it."
_DAMAGED_PARAMETERS = "the parameters of this line are damaged; its value was read."
_UNDECODABLE = "the text of this line cannot be decoded; it was read as written."


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: the first value of each parameter by upper-case name, and its value still escaped."""

    parameters: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class _Head:
    """The upper-case name and the parameters of a content line, which many lines of a file share."""

    name: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class ParsedProperties:
    """The properties of a component by upper-case name, and the problems of its lines by their index."""

    properties: dict[str, list[Property]]
    problems: list[tuple[int, str]]


def parse_properties(lines: Sequence[str]) -> ParsedProperties:
    """Return the properties of a component's lines."""
    parsed = ParsedProperties({}, [])
    above = ""
    continued: list[str] = []
    for index, line in enumerate(lines):
        head, colon, value = line.partition(":")
        known = _parse_head(head) if colon and len(head) <= _MAX_HEAD_LENGTH else None
        if known is not None and (known.name not in _DATES or value[:4].strip().isdigit()):
            _append_lines(parsed, above, continued)
            above = known.name
            parsed.properties.setdefault(above, []).append(Property(known.parameters, value))
            continue
        match = _NAME.match(line)
        name = match[1].upper() if match else ""
        if match is None or line[match.end() : match.end() + 1] not in {":", ";"} or _is_prose(match[1]):
            _report_stray_line(parsed, index, line, above, continued)
            continue
        found = _parse_property(name, line, match.end())
        if found is None:
            _report_stray_line(parsed, index, line, above, continued)
            continue
        _append_lines(parsed, above, continued)
        properties, problem = found
        if problem:
            parsed.problems.append((index, problem))
        elif name not in _KNOWN and len(name) <= _MAX_NAME_LENGTH and (meant := _find_similar(name)):
            parsed.problems.append(
                (index, f"“{name}” is not known, so this line was not read; is it {meant}?")
            )
        parsed.properties.setdefault(name, []).append(properties)
        above = name
    _append_lines(parsed, above, continued)
    del parsed.problems[_MAX_PROBLEMS:]
    return parsed


def is_similar(name: str, other: str) -> bool:
    """Return whether one damaged letter, one more or one less makes a name another one."""
    if abs(len(name) - len(other)) > 1 or name == other:
        return False
    shorter, longer = sorted((name, other), key=len)
    pairs = enumerate(zip(shorter, longer, strict=False))
    begin = next((at for at, (one, two) in pairs if one != two), len(shorter))
    rest = shorter[begin + 1 :] if len(shorter) == len(longer) else shorter[begin:]
    return rest == longer[begin + 1 :]


def _is_prose(written: str) -> bool:
    """Return whether a name is a word of a text, such as in “Agenda: …” or in an address of the web."""
    return not written.isupper() and written.upper() not in _KNOWN and not written.upper().startswith("X-")


@lru_cache(maxsize=256)
def _find_similar(name: str) -> str | None:
    if name.startswith("X-"):
        return None
    return next((known for known in _READ if is_similar(name, known)), None)


def _report_stray_line(
    parsed: ParsedProperties, index: int, line: str, above: str, continued: list[str]
) -> None:
    if above in _TEXTS:
        continued.append(line.strip())
    parsed.problems.append((index, _CONTINUES_TEXT if above in _TEXTS else _NOT_A_PROPERTY))


def _append_lines(parsed: ParsedProperties, above: str, continued: list[str]) -> None:
    """Add the lines that follow a text to it, and clear them."""
    if continued:
        last = parsed.properties[above][-1]
        parsed.properties[above][-1] = Property(last.parameters, "\\n".join([last.value, *continued]))
        continued.clear()


@lru_cache(maxsize=1024)
def _parse_head(head: str) -> _Head | None:
    """Return what precedes the first colon of an undamaged line; None if the whole line has to be read."""
    match = _NAME.match(head)
    name = match[1].upper() if match else ""
    is_known = name in _KNOWN or name.startswith("X-")
    if match is None or not is_known or '"' in head or (name in _DATES and "," in head):
        return None
    if match.end() < len(head) and head[match.end()] != ";":
        return None
    found = _parse_property(name, f"{head}:0000", match.end())
    if found is None or found[1] or "ENCODING" in found[0].parameters:
        return None
    return _Head(name, found[0].parameters)


def _parse_property(name: str, line: str, position: int) -> tuple[Property, str | None] | None:
    """Return the property of a line and its problem, if it has one; None if the line has no value."""
    begin, is_list = position, False
    parameters: dict[str, str] = {}
    while parameter := _PARAMETER.match(line, position):
        value = parameter[2].strip().strip('"')
        parameters.setdefault(parameter[1].upper(), rfc_6868_unescape(value) if "^" in value else value)
        is_list = is_list or bool(parameter[3])
        position = parameter.end()
    is_whole = line[position : position + 1] == ":"
    if name in _DATES and (
        is_list or not is_whole or not line[position + 1 : position + 5].strip().isdigit()
    ):
        zoned = _parse_zoned(line, begin)
        if zoned is not None:
            return zoned, None
    if not is_whole:
        return _parse_loosely(line, begin)
    if "ENCODING" in parameters and name not in _ATTACHMENTS:
        return _decode_value(parameters, line[position + 1 :])
    return Property(parameters, line[position + 1 :]), None


def _parse_zoned(line: str, begin: int) -> Property | None:
    """Return the property of a date with a zone whose name may have any characters."""
    found = _ZONED.fullmatch(line, begin)
    zone = _TZID.fullmatch(found[1]) if found and len(found[1]) <= _MAX_ZONE_LENGTH else None
    if found is None or zone is None:
        return None
    parameters = {
        parameter[1].upper(): parameter[2].strip().strip('"')
        for parameter in _PARAMETER.finditer(f"{zone[1]}{zone[3]}")
    }
    return Property({**parameters, "TZID": rfc_6868_unescape(zone[2].strip().strip('"'))}, found[2])


def _parse_loosely(line: str, begin: int) -> tuple[Property, str | None] | None:
    """Return the value of a line whose parameters are damaged: what follows the first colon."""
    written, colon, value = line[begin:].partition(":")
    if not colon:
        return None
    parameters: dict[str, str] = {}
    for part in written.replace('"', "").split(";"):
        if parameter := _LOOSE_PARAMETER.fullmatch(part):
            parameters.setdefault(parameter[1].upper(), parameter[2].strip())
    if "QUOTED-PRINTABLE" in written.upper():
        return _decode_value({**parameters, "ENCODING": "QUOTED-PRINTABLE"}, value)
    return Property(parameters, value), _DAMAGED_PARAMETERS


def _decode_value(parameters: dict[str, str], value: str) -> tuple[Property, str | None]:
    """Return a property whose value is written in ASCII, as vCalendar 1.0 does, with its text."""
    encoding = parameters.get("ENCODING", "").upper()
    if encoding not in {"QUOTED-PRINTABLE", "BASE64", "B"} or parameters.get("VALUE", "").upper() == "BINARY":
        return Property(parameters, value), None
    try:
        raw = value.encode("utf-8", errors="replace")
        if encoding == "QUOTED-PRINTABLE":
            decoded = quopri.decodestring(raw)
        else:
            decoded = binascii.a2b_base64(raw, strict_mode=True)
        text = _decode_text(decoded, parameters.get("CHARSET", "utf-8"))
    except (ValueError, LookupError):
        return Property(parameters, value), _UNDECODABLE
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return Property(parameters, lines.replace("\n", "\\n")), None


def _decode_text(raw: bytes, charset: str) -> str:
    codecs.lookup(charset)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252" if charset.lower() in {"utf-8", "us-ascii"} else charset, errors="replace")
