"""The warnings of one file: equal ones are one, and only the first are kept in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from daybreak.agenda.parsed import ReadWarning

MAX_WARNINGS = 20
_MAX_LINES = 3


@dataclass(slots=True)
class _Occurrences:
    """The lines that one message is about; ``lines`` has the first of them, ``others`` counts the rest."""

    lines: list[int | None] = field(default_factory=list)
    others: int = 0
    count: int = 0

    def add(self, line: int | None, count: int) -> None:
        self.count += count
        if line in self.lines:
            return
        if len(self.lines) <= _MAX_LINES:
            self.lines.append(line)
        else:
            self.others += 1


class WarningList:
    """The warnings of a file: at most `MAX_WARNINGS` different ones, and one that counts the rest."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._messages: dict[str, _Occurrences] = {}
        self._rest: ReadWarning | None = None

    def add(self, message: str, line: int | None = None, count: int = 1) -> None:
        """Add a warning.

        Args:
            message: one sentence; an equal one of another line becomes part of the same warning.
            line: the line that it is about; None for the file.
            count: the number of entries for which it speaks.
        """
        known = self._messages.get(message)
        if known is None and len(self._messages) >= MAX_WARNINGS:
            self._count_rest(count)
            return
        self._messages.setdefault(message, _Occurrences()).add(line, count)

    def _count_rest(self, count: int) -> None:
        total = count if self._rest is None else self._rest.count + count
        problems = "One more problem was" if total == 1 else f"{total:,} more problems were"
        message = f"{problems} found in it; fix those above and import it again."
        self._rest = ReadWarning(path=self._path, message=message, count=total)

    def build(self) -> tuple[ReadWarning, ...]:
        """Return the warnings in the order of their first lines, the count of the rest last."""
        told = [
            ReadWarning(path=self._path, message=_add_lines(message, one), line=one.lines[0], count=one.count)
            for message, one in self._messages.items()
        ]
        told.sort(key=lambda warning: warning.line or 0)
        return (*told, *([] if self._rest is None else [replace(self._rest)]))


def _add_lines(message: str, occurrences: _Occurrences) -> str:
    more = sorted(line for line in occurrences.lines[1:] if line is not None)
    if not more:
        return message
    return f"{message} The same is true of {_list_lines(more, occurrences.others)}."


def _list_lines(lines: Sequence[int], others: int) -> str:
    *first, last = [*map(str, lines), *([f"{others:,} more"] if others else [])]
    return f"lines {', '.join(first)} and {last}" if first else f"line {last}"
