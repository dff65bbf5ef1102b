"""The block of ``key: value`` lines between two ``---`` that may open a note."""

import re
from dataclasses import dataclass, field

_FENCES = {"---", "..."}
_KEY_VALUE = re.compile(r"([A-Za-z][\w -]{0,40}):(?:\s+(.*))?")
_LIST_ITEM = re.compile(r"\s*-\s+(.*)")
_MAX_LINES = 200
_MAX_LIST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The metadata of a file; keys in lower case.

    Attributes:
        values: the values by key.
        line_count: the number of lines of the block.
        lines: the line of each key.
        lists: the items of the keys whose value is a list, on one line or below each other.
    """

    values: dict[str, str]
    line_count: int
    lines: dict[str, int] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def get_first(self, *keys: str) -> str | None:
        """Return the value of the first of these keys that has one."""
        return next((self.values[key] for key in keys if self.values.get(key)), None)

    def get_list(self, key: str) -> tuple[str, ...]:
        """Return the items of a key: those of its list, or its value alone."""
        value = self.values.get(key)
        return self.lists.get(key) or ((value,) if value else ())

    def line_of(self, key: str) -> int | None:
        """Return the line of a key that has a value."""
        return self.lines.get(key) if self.values.get(key) else None


def parse_front_matter(lines: list[str]) -> FrontMatter:
    """Return the block at the top of a file, or an empty one; nested values are ignored."""
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter({}, 0)
    for at, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in _FENCES:
            return _parse_block(lines[1:at])
    return FrontMatter({}, 0)


def _parse_block(block: list[str]) -> FrontMatter:
    parsed = FrontMatter({}, len(block) + 2)
    lists: dict[str, list[str]] = {}
    key = ""
    for number, line in enumerate(block, start=2):
        if pair := _KEY_VALUE.fullmatch(line):
            key, value = pair[1].lower(), (pair[2] or "").strip()
            parsed.values[key], parsed.lines[key] = _unquote(value), number
            lists[key] = _split_list(value)
        elif key and not parsed.values[key] and (item := _LIST_ITEM.fullmatch(line)):
            lists[key].append(_unquote(item[1]))
    parsed.lists.update({key: tuple(items[:_MAX_LIST_ITEMS]) for key, items in lists.items() if items})
    return parsed


def _split_list(value: str) -> list[str]:
    if not (value.startswith("[") and value.endswith("]")) or value.startswith("[["):
        return []
    return [item for part in value[1:-1].split(",") if (item := _unquote(part))]


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.removeprefix("[[").removesuffix("]]").strip()
