"""The block of ``key: value`` lines between two ``---`` that may open a note."""

import re
from dataclasses import dataclass, field

_FENCES = {"---", "..."}
_KEY_VALUE = re.compile(r"([A-Za-z][\w -]{0,40}):(?:\s+(.*))?")
_MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The metadata of a file; keys in lower case.

    Attributes:
        values: the values by key.
        line_count: the number of lines of the block.
        lines: the line of each key.
    """

    values: dict[str, str]
    line_count: int
    lines: dict[str, int] = field(default_factory=dict)

    def get_first(self, *keys: str) -> str | None:
        """Return the value of the first of these keys that has one."""
        return next((self.values[key] for key in keys if self.values.get(key)), None)

    def line_of(self, key: str) -> int | None:
        """Return the line of a key that has a value."""
        return self.lines.get(key) if self.values.get(key) else None


def parse_front_matter(lines: list[str]) -> FrontMatter:
    """Return the block at the top of a file, or an empty one; nested and multi-line values are ignored."""
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter({}, 0)
    for at, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in _FENCES:
            matches = map(_KEY_VALUE.fullmatch, lines[1:at])
            pairs = [
                (pair[1].lower(), _unquote(pair[2] or ""), n) for n, pair in enumerate(matches, 2) if pair
            ]
            values = {key: value for key, value, _ in pairs}
            return FrontMatter(values, at + 1, {key: number for key, _, number in pairs})
    return FrontMatter({}, 0)


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.removeprefix("[[").removesuffix("]]").strip()
