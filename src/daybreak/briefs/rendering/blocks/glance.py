"""A brief at a glance: at most 15 lines of text for any input."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from daybreak.briefs.document.model import TimelineEntry
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Part,
    Prose,
    Warnings,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.wrapping import WIDTH
from daybreak.briefs.wording import headline as wording
from daybreak.briefs.wording.titles import shorten_titles, without_marks

if TYPE_CHECKING:
    from datetime import datetime

_MAX_TITLE = 45
_TITLE_WIDTHS = (_MAX_TITLE, 25, 15)
_MAX_LINE = 96
_MAX_EVENTS = 6
_MAX_ACTIONS = 3


def glance_opening(sentences: Iterable[OutlineSentence], most_lines: int) -> Iterator[Prose]:
    """Yield the opening sentences that fit on a number of lines; an invitation is whole."""
    lines, used, shown = 1, 0, []
    shortened = (
        one if one.kind == "invitation" else _shortened(one, _MAX_LINE * most_lines) for one in sentences
    )
    for sentence in shortened:
        columns = cell_len(without_marks(sentence.text)) + 2
        is_beside = used + columns <= WIDTH
        lines += 0 if is_beside else (columns - 1) // WIDTH + (1 if used else 0)
        used = used + columns if is_beside else columns % WIDTH
        if lines > most_lines and sentence.kind != "invitation":
            break
        shown.append(sentence)
    if shown:
        yield Prose(tuple(shown))


def glance_warnings(count: int) -> Iterator[Warnings]:
    """Yield the number of warnings, if there are any."""
    if count:
        yield Warnings(wording.warning_count(count), ())


def glance_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield Start here, the appointments of today, and tomorrow, each part in a few lines."""
    document = context.document
    if document.next_actions or document.still_wanted:
        yield Heading(2, "Start here", part=Part.FIRST)
    if document.next_actions:
        actions = document.next_actions[:_MAX_ACTIONS]
        lines = (
            replace(_shortened(context.sentence(one)), remarks=_remarks(one.text, one.reason))
            for one in actions
        )
        yield ListBlock(ListStyle.NUMBERS, tuple(lines))
    if document.still_wanted:
        yield Prose((_shortened(context.sentence(document.still_wanted)),))
    ahead = [_shortened(context.sentence(claim)) for claim in document.tomorrow[:1]]
    if document.timeline:
        yield Heading(2, "Your day", part=Part.DAY)
        yield Prose((_appointments(document.timeline, context), *ahead))
    elif ahead:
        yield Heading(2, wording.TOMORROW, part=Part.AHEAD)
        yield Prose(tuple(replace(one, text=wording.below_tomorrow(one.text)) for one in ahead))


def glance_closing(text: str) -> Iterator[Closing]:
    """Yield the closing of a note on one line."""
    yield Closing(_cut(one_line(text), _MAX_LINE))


def _remarks(title: str, reason: str) -> tuple[str, ...]:
    room = _MAX_LINE - min(cell_len(title), _MAX_TITLE)
    clause = one_line(reason)
    return (clause,) if cell_len(without_marks(clause)) <= room else (_cut(clause.split(";")[0], room),)


def _appointments(entries: Sequence[TimelineEntry], context: BlockContext) -> OutlineSentence:
    told: list[tuple[datetime | None, str]] = []
    text = wording.appointments(told, len(entries))
    for entry in entries[:_MAX_EVENTS]:
        told += [(entry.starts, title) for title in context.titles(entry.facts[:1])]
        longer = wording.appointments(told, len(entries) - len(told))
        if cell_len(without_marks(longer)) > _MAX_LINE:
            break
        text = longer
    facts = tuple(dict.fromkeys(fact for entry in entries for fact in entry.facts[:1]))
    return context.line("event", text, facts)


def _shortened(sentence: OutlineSentence, most_columns: int = _MAX_LINE) -> OutlineSentence:
    tries = (shorten_titles(sentence.text, columns) for columns in _TITLE_WIDTHS)
    text = next((one for one in tries if cell_len(without_marks(one)) <= most_columns), None)
    return replace(sentence, text=text or _cut(sentence.text, most_columns), source_refs=())


def _cut(text: str, columns: int) -> str:
    plain = without_marks(text)
    return plain if cell_len(plain) <= columns else f"{set_cell_size(plain, columns - 1).rstrip()}…"
