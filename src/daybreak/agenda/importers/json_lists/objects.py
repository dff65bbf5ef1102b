"""The objects of a JSON file with their lines, also of one that is cut off or damaged."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import midnight_to_date
from daybreak.agenda.importers.parsing.signatures import CUT_OFF, MALFORMED
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.model import Moment

JsonValues = dict[str, Any]

_DECODER = json.JSONDecoder(strict=False)
_MAX_FAULTS = 200
_MEMBER = re.compile(
    r"\s*,?\s*\"((?:[^\"\\]|\\.){1,100})\"\s*:\s*(\"(?:[^\"\\]|\\.){0,500}\"|-?\d{1,20}|true|false|null)(?=\s*[,}])"
)
_ID = re.compile(r"\"(?:id|iid|number)\"\s*:\s*\"?([^\",}\s]{1,200})")
_MAX_INDEXED_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class JsonObject:
    """One object; a value of an unexpected type counts as missing."""

    values: JsonValues
    line: int
    builder: ParsedFileBuilder

    def get_text(self, *keys: str) -> str | None:
        """Return the first of these members that is a filled text."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str) and value.strip():
                return value
        return None

    def get_id(self, key: str = "id") -> str | None:
        """Return a member that is a text or a number, as text."""
        value = self.values.get(key)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if is_number else self.get_text(key)

    def get_texts(self, key: str) -> list[str]:
        """Return a list of texts, or the parts of one text with commas."""
        value = self.values.get(key)
        if isinstance(value, str):
            return [part.strip() for part in value.split(",")]
        return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []

    def get_object(self, key: str) -> "JsonObject":
        """Return a member that is an object; an empty one if it is none."""
        value = self.values.get(key)
        return JsonObject(value if isinstance(value, dict) else {}, self.line, self.builder)

    def list_objects(self, key: str) -> list["JsonObject"]:
        """Return the objects of a member that is a list."""
        return [JsonObject(value, self.line, self.builder) for value in list_objects(self.values.get(key))]

    def get_moment(self, key: str) -> Moment | None:
        """Return the date or instant that a member spells; add a warning if it spells none."""
        return self.builder.parse_moment(self.get_text(key), self.line, f"“{key}” date")

    def get_date_or_moment(self, key: str) -> Moment | None:
        """Return the date, or the instant, of a member; midnight in the owner's zone is a date."""
        return midnight_to_date(self.get_moment(key), self.builder.context.tz)


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object of a damaged document; only the leading members of one that is not complete."""

    line: int
    values: JsonValues
    is_complete: bool


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """The objects of a damaged document in their order; of complete ones the outermost.

    Attributes:
        fault_lines: where the text is malformed.
    """

    objects: list[FoundObject]
    fault_lines: list[int]

    @property
    def complete(self) -> list[JsonValues]:
        """The objects that are complete."""
        return [one.values for one in self.objects if one.is_complete]

    @property
    def broken(self) -> list[FoundObject]:
        """The objects that are not complete."""
        return [one for one in self.objects if not one.is_complete]

    def list_having(self, *keys: str) -> list[JsonValues]:
        """Return the complete objects that have all these members."""
        return [values for values in self.complete if all(key in values for key in keys)]


def list_objects(value: object) -> list[JsonValues]:
    """Return the objects of a list; none of any other value."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def load_document(text: str) -> object | None:
    """Return the value of a whole JSON file; None if it is damaged."""
    try:
        return json.loads(text, strict=False)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def find_objects(text: str) -> FoundObjects:
    """Return the objects of a file that is no JSON document: one per line, or damaged."""
    objects: list[FoundObject] = []
    faults: list[int] = []
    at, line, counted = text.find("{"), 1, 0
    while at >= 0 and len(faults) < _MAX_FAULTS:
        line, counted = line + text.count("\n", counted, at), at
        try:
            values, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            objects.append(FoundObject(line, _read_head(text, at), is_complete=False))
            faults.append(error.pos if isinstance(error, json.JSONDecodeError) else 0)
            end = at + 1
        else:
            objects.append(FoundObject(line, values, is_complete=True))
        at = text.find("{", end)
    lines = [1 + text.count("\n", 0, fault) for fault in dict.fromkeys(faults)]
    return FoundObjects(objects, list(dict.fromkeys(lines)))


def describe_damage(text: str) -> str:
    """Return why a text is no JSON document: it ends early, or is malformed."""
    end = {"{": "}", "[": "]"}.get(text.lstrip("\ufeff \t\r\n")[:1], "")
    return MALFORMED if end and text.rstrip().endswith(end) else CUT_OFF


def index_lines(text: str, start: int = 0) -> dict[str, int]:
    """Return the line of the first object with each id from a position on; empty for a file of one line."""
    if "\n" not in text.strip():
        return {}
    lines: dict[str, int] = {}
    line, counted = 1, 0
    for match in _iter_ids(text, start):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        lines.setdefault(match[1], line)
    return lines


def _iter_ids(text: str, start: int) -> Iterator[re.Match[str]]:
    for number, match in enumerate(_ID.finditer(text, start)):
        if number >= _MAX_INDEXED_LINES:
            return
        yield match


def _read_head(text: str, at: int) -> JsonValues:
    """Return the members before the first list or object of an object that is not complete."""
    values: JsonValues = {}
    position = at + 1
    while match := _MEMBER.match(text, position):
        try:
            values[match[1]] = json.loads(match[2], strict=False)
        except ValueError:
            return values
        position = match.end()
    return values


def format_item(text: str, *, is_done: bool) -> str:
    """Return an item of a checklist as a line of a task's details."""
    return f"- [{'x' if is_done else ' '}] {clean_line(text)}"
