"""The week as blocks of an outline: the projects, then the calendar of the coming days."""

from collections.abc import Iterator

from daybreak.briefs.document.model import ProjectWeek, Topic, TopicView, Week
from daybreak.briefs.rendering.claim_blocks import bullets, left_out
from daybreak.briefs.rendering.outline import Block, Heading, Part, Tone
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import Places

_TOPICS = {
    Topic.DONE: ("Done", Tone.DONE),
    Topic.SLIPPED: ("Slipped", Tone.LATE),
    Topic.ADDED: ("Came in", Tone.PLAIN),
    Topic.GONE: ("Went away", Tone.PLAIN),
    Topic.AHEAD: ("Ahead in the next 7 days", Tone.TODAY),
}


def week_blocks(week: Week, places: Places) -> Iterator[Block]:
    """Yield the blocks of a week."""
    for project in week.projects:
        yield from _project(project, places)
    if week.calendar:
        yield Heading(2, "The calendar of the next 7 days", part=Part.AHEAD)
        yield from bullets(week.calendar, places)
        yield from left_out(week.calendar_left_out)


def _project(week: ProjectWeek, places: Places) -> Iterator[Block]:
    shown = [view for view in week.topics if view.count]
    if not shown:
        return
    name = "Without a project" if week.project is None else one_line(week.project)
    yield Heading(2, name, part=Part.PROJECT)
    for view in shown:
        yield from _topic(view, places)


def _topic(view: TopicView, places: Places) -> Iterator[Block]:
    title, tone = _TOPICS[view.topic]
    yield Heading(3, title, count=view.count, tone=tone)
    yield from bullets(view.entries, places)
    yield from left_out(view.count - len(view.entries))
