"""The block of ``key: value`` lines between two ``---`` that may open a note."""

import re
from dataclasses import dataclass

_FENCES = {"---", "..."}
_KEY_VALUE = re.compile(r"([A-Za-z][\w -]{0,40}):(?:\s+(.*))?")
_MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The metadata of a file; keys in lower case; ``line_count`` is the number of lines of the block."""

    values: dict[str, str]
    line_count: int

    def get_first(self, *keys: str) -> str | None:
        """Return the value of the first of these keys that has one."""
        return next((self.values[key] for key in keys if self.values.get(key)), None)


def parse_front_matter(lines: list[str]) -> FrontMatter:
    """Return the block at the top of a file, or an empty one; nested and multi-line values are ignored."""
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter({}, 0)
    for at, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in _FENCES:
            pairs = filter(None, map(_KEY_VALUE.fullmatch, lines[1:at]))
            return FrontMatter({pair[1].lower(): _unquote(pair[2] or "") for pair in pairs}, at + 1)
    return FrontMatter({}, 0)


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.removeprefix("[[").removesuffix("]]").strip()
