"""The week as blocks of an outline: what was done, what slipped, what came and went, and the days ahead."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daybreak.briefs.document.model import ProjectWeek, Topic, TopicEntries, Week
from daybreak.briefs.rendering.blocks.claims import claim_list
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import (
    Block,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Part,
    Remark,
    Tone,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact
from daybreak.people import BriefLength

_TOPICS = {
    Topic.DONE: ("Done", Tone.DONE),
    Topic.SLIPPED: ("Slipped", Tone.LATE),
    Topic.ADDED: ("New", Tone.PLAIN),
    Topic.GONE: ("Gone", Tone.PLAIN),
    Topic.AHEAD: ("Next 7 days", Tone.TODAY),
}
_REST = {Topic.SLIPPED: "older"}
# An event of this title on so many days is a routine, such as a daily call.
_ROUTINE_DAYS = 3


@dataclass(frozen=True, slots=True)
class _Limits:
    """The number of things that a length names.

    Attributes:
        named: tasks in a line.
        days: days of the coming week.
        appointments: appointments of a day.
        due: tasks of a day.
    """

    named: int
    days: int
    appointments: int
    due: int


_MAX_PROJECTS = 8
_WEEK_DAYS = 7
_STANDARD = _Limits(named=3, days=8, appointments=3, due=3)
_GLANCE = _Limits(named=2, days=3, appointments=1, due=1)


def week_blocks(week: Week, context: BlockContext) -> Iterator[Block]:
    """Yield the blocks of a week at the length of the outline."""
    if context.length is BriefLength.FULL:
        yield from _full(week, context)
        return
    if context.length is BriefLength.GLANCE:
        yield from _glance(week, context)
        return
    yield from _topic(week, Topic.DONE, context)
    yield from _topic(week, Topic.SLIPPED, context)
    yield from _came_and_went(week, context)
    if lines := tuple(_day_lines(week, _STANDARD, context)):
        yield Heading(2, "The week ahead", tone=Tone.TODAY, part=Part.AHEAD)
        yield ListBlock(ListStyle.LINES, lines)
    yield from _without_news(week, context)


def _glance(week: Week, context: BlockContext) -> Iterator[Block]:
    lines = []
    for topic in (Topic.DONE, Topic.SLIPPED):
        claims = [claim for _, view in _views(week, topic) for claim in view.entries]
        claims.sort(key=lambda claim: _newest_first(claim, context))
        if claims:
            phrases = [_phrase(claim, context) for claim in claims[: _GLANCE.named]]
            text = weekly.topic_line(topic, len(claims), phrases, "more")
            lines.append(context.line(topic.value, text, _cited(claims)))
    if lines := [*lines, *_day_lines(week, _GLANCE, context)]:
        yield ListBlock(ListStyle.LINES, tuple(lines))


def _newest_first(claim: Claim, context: BlockContext) -> int:
    fact = _task_of(claim, context)
    return -_day_of(fact.completed or fact.due).toordinal() if fact else 0


def _topic(week: Week, topic: Topic, context: BlockContext) -> Iterator[Block]:
    found = _views(week, topic)
    if not found:
        return
    title, tone = _TOPICS[topic]
    yield Heading(2, title, count=sum(view.count for _, view in found), tone=tone, part=Part.SINCE)
    lines = [_project_line(name, view, context) for name, view in found[:_MAX_PROJECTS]]
    if further := found[_MAX_PROJECTS:]:
        text = weekly.further_projects(len(further), sum(view.count for _, view in further))
        facts = _cited([claim for _, view in further for claim in view.entries])
        lines.append(context.line(topic.value, text, facts))
    yield ListBlock(ListStyle.LINES, tuple(lines))


def _views(week: Week, topic: Topic) -> list[tuple[str | None, TopicEntries]]:
    """Return the entries of a topic by project, the longest list first."""
    found = [(one.project, view) for one in week.projects for view in one.topics if view.topic is topic]
    return sorted(found, key=lambda pair: -pair[1].count)


def _project_line(name: str | None, view: TopicEntries, context: BlockContext) -> OutlineSentence:
    phrases = [_phrase(claim, context) for claim in view.entries[: _STANDARD.named]]
    text = weekly.project_line(name, view.count, phrases, _REST.get(view.topic, "more"))
    return context.line(view.topic.value, text, _cited(view.entries))


def _phrase(claim: Claim, context: BlockContext) -> str:
    """Return the words of a task in a line, and record that it is named."""
    context.naming.name(*claim.facts)
    task = _task_of(claim, context)
    if task is None:
        return claim.text
    if claim.kind in {"slipped", "slipped_to"}:
        put_off = next((fact.value for fact in context.facts(claim.facts) if fact.kind == "stat"), None)
        return weekly.slipped_phrase(task, put_off, context.tense.today)
    return weekly.due_phrase(task)


def _task_of(claim: Claim, context: BlockContext) -> Fact | None:
    return next((fact for fact in context.facts(claim.facts) if fact.kind == "task"), None)


def _came_and_went(week: Week, context: BlockContext) -> Iterator[Block]:
    lines = []
    for topic in (Topic.ADDED, Topic.GONE):
        if found := _views(week, topic):
            text = weekly.numbers_by_project(topic, [(name, view.count) for name, view in found])
            facts = _cited([claim for _, view in found for claim in view.entries])
            lines.append(context.line(topic.value, text, facts))
    if lines:
        yield Heading(2, "New and gone", part=Part.SINCE)
        yield ListBlock(ListStyle.LINES, tuple(lines))


def _day_lines(week: Week, limits: _Limits, context: BlockContext) -> Iterator[OutlineSentence]:
    today = context.tense.today
    events = _events_by_day(week, context)
    ahead = _known_first([claim for _, view in _views(week, Topic.AHEAD) for claim in view.entries], context)
    due = _tasks_by_day(ahead, _due_day, context)
    starting = _tasks_by_day(ahead, _start_day, context)
    days = (day for day in sorted({*events, *due, *starting}) if day >= today)
    for day in list(days)[: limits.days]:
        listed = events.get(day, ())
        named = context.facts(listed[: limits.appointments])
        tasks = [_tasks_ahead(found.get(day, ()), limits, context) for found in (due, starting)]
        text = weekly.day_line(weekly.DayAhead(day, named, len(listed) - len(named), *tasks), today)
        facts = (*listed, *due.get(day, ()), *starting.get(day, ()))
        yield context.line("ahead", text, facts)


def _tasks_ahead(ids: Sequence[str], limits: _Limits, context: BlockContext) -> weekly.TasksAhead:
    fresh = context.naming.unnamed(ids)
    named = fresh[: limits.due]
    context.naming.name(*named)
    return weekly.TasksAhead(context.facts(named), len(ids), len(ids) - len(fresh))


def _events_by_day(week: Week, context: BlockContext) -> Mapping[date, Sequence[str]]:
    """Return the events of each day without routines."""
    facts = {one: context.document.facts[one] for one in _known_first(week.calendar, context)}
    repeats = Counter(title for title, _ in {(fact.title, _day_of(fact.start)) for fact in facts.values()})
    days: defaultdict[date, list[str]] = defaultdict(list)
    for one, fact in facts.items():
        if repeats[fact.title] < _ROUTINE_DAYS:
            days[_day_of(fact.start)].append(one)
    return days


def _tasks_by_day(
    ids: Sequence[str], day_of: Callable[[Fact, date], date | None], context: BlockContext
) -> Mapping[date, Sequence[str]]:
    """Return the tasks of each day, long and important ones first."""
    known, today = context.document.facts, context.tense.today
    days: defaultdict[date, list[str]] = defaultdict(list)
    for one in sorted(ids, key=lambda one: _weight(known[one])):
        if (day := day_of(known[one], today)) is not None:
            days[day].append(one)
    return days


def _weight(fact: Fact) -> tuple[bool, bool, str]:
    return (not weekly.is_long(fact), fact.priority not in {"high", "highest"}, fact.title)


def _due_day(fact: Fact, today: date) -> date | None:
    """Return the day on which a task is due within the week."""
    due = _day_of(fact.due)
    return due if today <= due <= today + timedelta(days=_WEEK_DAYS) else None


def _start_day(fact: Fact, today: date) -> date | None:
    """Return the day on which a task starts that is not due within the week."""
    return None if _due_day(fact, today) else _day_of(fact.start)


def _day_of(moment: date | datetime | None) -> date:
    if moment is None:
        return date.max
    return moment.date() if isinstance(moment, datetime) else moment


def _without_news(week: Week, context: BlockContext) -> Iterator[Block]:
    if names := [one.project for one in week.projects if not one.topics]:
        yield ListBlock(ListStyle.LINES, (context.line("", weekly.without_news(names), ()),))


def _full(week: Week, context: BlockContext) -> Iterator[Block]:
    for project in week.projects:
        yield from _full_project(project, context)
    if week.calendar:
        yield Heading(2, "Appointments of the next 7 days", part=Part.AHEAD)
        yield from claim_list(week.calendar, context)
    yield from _without_news(week, context)


def _full_project(week: ProjectWeek, context: BlockContext) -> Iterator[Block]:
    if not week.topics:
        return
    name = weekly.NO_PROJECT if week.project is None else one_line(week.project)
    yield Heading(2, name, part=Part.PROJECT)
    for view in week.topics:
        title, tone = _TOPICS[view.topic]
        yield Heading(3, title, count=view.count, tone=tone)
        fresh = [claim for claim in view.entries if not _is_named(claim, context)]
        context.naming.name(*_cited(view.entries))
        yield from claim_list(fresh, context)
        if above := len(view.entries) - len(fresh):
            yield Remark(f"{above} named above")


def _is_named(claim: Claim, context: BlockContext) -> bool:
    known = context.document.facts
    tasks = [one for one in claim.facts if one in known and known[one].kind == "task"]
    return bool(tasks) and not context.naming.unnamed(tasks)


def _known_first(claims: Sequence[Claim], context: BlockContext) -> list[str]:
    """Return the first fact of each claim, without those that the document does not have."""
    return [one for claim in claims for one in claim.facts[:1] if one in context.document.facts]


def _cited(claims: Sequence[Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for claim in claims for fact in claim.facts))
