"""The changes since the last brief as at most eight lines of an outline.

Changes of one kind are one line: it names the first few and counts the rest. Changes of today's calendar and
due dates that were brought forward come first; inside a line, what is due soonest does. A task that the brief
has named further up is counted, and a line without anything else is omitted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from daybreak.briefs.rendering.blocks.claims import omitted_remark
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import Block, Heading, ListBlock, ListStyle, OutlineSentence, Part
from daybreak.briefs.wording.formatting import date_of
from daybreak.briefs.wording.lines import changes as wording
from daybreak.briefs.wording.lines.changes import ChangeLine, KnownChange, LineCounts

_MAX_LINES = 8
_MAX_NAMED = 6
_ALIKE = 9
_ROW = 94
_LINES_OF_KINDS: Mapping[str, ChangeLine] = {
    "done": ChangeLine.DONE,
    "recurred": ChangeLine.DONE,
    "came_in": ChangeLine.NEW,
    "moved": ChangeLine.MOVED,
    "moved_again": ChangeLine.MOVED,
    "can_start": ChangeLine.FREE,
    "became_overdue": ChangeLine.LATE,
    "vanished": ChangeLine.GONE,
}
# If there are more than eight lines, the first of these joins the second, in this order.
_JOINED = (
    (ChangeLine.CALENDAR, ChangeLine.CALENDAR_TODAY),
    (ChangeLine.GONE_FROM_FILE, ChangeLine.GONE),
    (ChangeLine.NEW_FROM_FILE, ChangeLine.NEW),
    (ChangeLine.SOONER, ChangeLine.MOVED),
)
# How many rows of text the names of a line may fill, if the rows of all lines allow it.
_MAX_ROWS: Mapping[ChangeLine, int] = {
    ChangeLine.CALENDAR_TODAY: 3,
    ChangeLine.NEW: 3,
}
_USUAL_MAX_ROWS = 2
# What was done leaves the spare rows to the lines below it, unless there are as many as these.
_SPARE_ROWS_FOR_DONE = 1
_PRIORITY_RANKS = {"highest": 0, "high": 1, "low": 3}
_NORMAL_RANK = 2
_Groups = dict[ChangeLine, list[KnownChange]]


class _Picked(NamedTuple):
    text: str
    named: Sequence[KnownChange]


def change_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the changes under their heading; nothing for the first brief."""
    since = context.document.since_last
    if since.date is None or not since.entries:
        return
    if lines := tuple(_lines(context)):
        yield Heading(2, wording.since_title(since.date, context.document.date), part=Part.SINCE)
        yield ListBlock(ListStyle.LINES, lines)
        yield from omitted_remark(since.omitted)


def change_remark(fact_id: str, context: BlockContext) -> str:
    """Return the remark on a task's change for a line that names the task anyway; empty for no news."""
    for change in _known_changes(context):
        if change.claim.facts[0] == fact_id and (text := wording.remark(change, context.document.date)):
            if change.claim.kind == "can_start":
                context.naming.name(*change.claim.facts[1:])
            return text
    return ""


def _lines(context: BlockContext) -> Iterator[OutlineSentence]:
    groups = _group(context)
    spare = _MAX_LINES - len(groups)
    named_by_others = {fact for change in groups.get(ChangeLine.FREE, ()) for fact in change.claim.facts[1:]}
    for line, found in groups.items():
        hidden = named_by_others if line is ChangeLine.DONE else frozenset()
        fresh = [one for one in found if not _is_named(one, context)]
        shown = [one for one in fresh if one.claim.facts[0] not in hidden]
        if not shown:
            continue
        rows = 1 + min(spare, _MAX_ROWS.get(line, _USUAL_MAX_ROWS) - 1)
        if line is ChangeLine.DONE and spare < _SPARE_ROWS_FOR_DONE:
            rows = 1
        name = wording.label(line, {one.claim.kind for one in found}, groups)
        counts = LineCounts(len(found), len(found) - len(fresh))
        picked = _pick(line, name, shown, counts, context.document.date, rows)
        spare -= min(spare, -(-len(picked.text) // _ROW) - 1)
        yield _sentence(line, found, picked, context)


def _is_named(change: KnownChange, context: BlockContext) -> bool:
    return change.subject.kind == "task" and context.naming.is_named(change.claim.facts[0])


def _group(context: BlockContext) -> _Groups:
    """Return the changes of each line, in the order of the lines."""
    today = context.document.date
    groups: _Groups = {}
    for change in _known_changes(context):
        groups.setdefault(_line_of(change, today), []).append(change)
    _split_by_file(groups, ChangeLine.NEW, ChangeLine.NEW_FROM_FILE)
    _split_by_file(groups, ChangeLine.GONE, ChangeLine.GONE_FROM_FILE)
    for line, target in _JOINED:
        if len(groups) > _MAX_LINES and line in groups:
            groups[target] = [*groups.get(target, ()), *groups.pop(line)]
    ordered = sorted(groups.items(), key=lambda item: item[0].value)
    return {line: sorted(found, key=_sort_key_of(line, today)) for line, found in ordered}


def _sort_key_of(line: ChangeLine, today: date) -> Callable[[KnownChange], tuple[object, ...]]:
    return _weight_of_done if line is ChangeLine.DONE else lambda change: _weight(change, today)


def _weight_of_done(change: KnownChange) -> tuple[int, int]:
    """Return the sort key of a finished task: important and long ones first."""
    fact = change.subject
    return _PRIORITY_RANKS.get(fact.priority or "", _NORMAL_RANK), -(fact.estimate_minutes or 0)


def _known_changes(context: BlockContext) -> Iterator[KnownChange]:
    for claim in context.document.since_last.entries:
        if known := context.facts(claim.facts):
            yield KnownChange(claim, known[0], known[1:])


def _line_of(change: KnownChange, today: date) -> ChangeLine:
    claim, subject, memory = change.claim, change.subject, change.memory
    if subject.kind == "event":
        is_today = any(date_of(one.start) == today for one in (subject, memory) if one and one.start)
        return ChangeLine.CALENDAR_TODAY if is_today else ChangeLine.CALENDAR
    if claim.kind == "moved" and memory and memory.due and subject.due:
        is_sooner = date_of(subject.due) < date_of(memory.due)
        return ChangeLine.SOONER if is_sooner and _is_near(change, today) else ChangeLine.MOVED
    if claim.kind == "handed_over" and subject.holder == "mine":
        return ChangeLine.NEW
    return _LINES_OF_KINDS.get(claim.kind, ChangeLine.OTHER)


def _split_by_file(groups: _Groups, line: ChangeLine, alike: ChangeLine) -> None:
    """Move the changes of the file that has many of a line to a line of their own."""
    found = groups.get(line, ())
    files = Counter(one.subject.file for one in found if one.subject.file and one.claim.kind != "handed_over")
    file, count = files.most_common(1)[0] if files else ("", 0)
    if count < _ALIKE:
        return
    moved: list[KnownChange] = []
    rest: list[KnownChange] = []
    for one in found:
        is_alike = one.subject.file == file and one.claim.kind != "handed_over"
        (moved if is_alike else rest).append(one)
    groups[alike] = moved
    if rest:
        groups[line] = rest
    else:
        del groups[line]


def _is_near(change: KnownChange, today: date) -> bool:
    due = change.subject.due
    return due is not None and date_of(due) <= today + timedelta(days=1)


def _weight(change: KnownChange, today: date) -> tuple[bool, int, bool, date]:
    """Return the sort key of a change in its line: near or important ones first, trivial ones last."""
    fact = change.subject
    is_near = _is_near(change, today)
    is_important = fact.priority in {"high", "highest"}
    times_moved = change.memory.value or 0 if change.memory else 0
    at = fact.start if fact.kind == "event" else fact.due
    is_trivial = fact.priority == "low" and not is_near
    return (
        is_trivial,
        -times_moved,
        not (is_near or is_important),
        date_of(at) if at is not None else date.max,
    )


def _pick(
    line: ChangeLine, name: str, shown: Sequence[KnownChange], counts: LineCounts, today: date, rows: int
) -> _Picked:
    """Return a line that names as many changes as its rows have room for, and at least one."""
    shared = wording.shared_words(line, shown, today) if len(shown) == counts.total else ""
    if line is ChangeLine.GONE_FROM_FILE and shared:
        return _Picked(wording.change_line(name, shared, (), counts), ())
    phrases: list[str] = []
    named: list[KnownChange] = []
    titles = set()
    for change in shown:
        if len(named) == _MAX_NAMED:
            break
        phrase = wording.phrase(line, change, shared, today)
        text = wording.change_line(name, shared, (*phrases, phrase), counts)
        if named and (len(text) > rows * _ROW or change.subject.title in titles):
            break
        titles.add(change.subject.title)
        phrases.append(phrase)
        named.append(change)
    return _Picked(wording.change_line(name, shared, phrases, counts), named)


def _sentence(
    line: ChangeLine, found: Sequence[KnownChange], picked: _Picked, context: BlockContext
) -> OutlineSentence:
    context.naming.name(*(one.claim.facts[0] for one in picked.named))
    if line is ChangeLine.FREE:
        context.naming.name(*(fact for one in picked.named for fact in one.claim.facts[1:]))
    kinds = {one.claim.kind for one in found}
    facts = tuple(dict.fromkeys(fact for one in found for fact in _cited(line, one)))
    sentence = context.line(found[0].claim.kind if len(kinds) == 1 else "", picked.text, facts)
    if len(found) == 1:
        return replace(sentence, source_refs=context.refs.shorten(facts[:1]))
    return replace(sentence, more=tuple(context.sentence(one.claim) for one in found))


def _cited(line: ChangeLine, change: KnownChange) -> tuple[str, ...]:
    return change.claim.facts if line is ChangeLine.FREE else change.claim.facts[:1]
