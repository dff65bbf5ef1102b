"""The week as blocks of an outline: the projects, then the calendar of the coming days."""

from collections.abc import Iterator

from daybreak.briefs.document.model import ProjectWeek, Topic, TopicEntries, Week
from daybreak.briefs.rendering.blocks.claims import claim_list, omitted_remark
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import Block, Heading, Part, Tone
from daybreak.briefs.rendering.safe_text import one_line

_TOPICS = {
    Topic.DONE: ("Done", Tone.DONE),
    Topic.SLIPPED: ("Slipped", Tone.LATE),
    Topic.ADDED: ("Came in", Tone.PLAIN),
    Topic.GONE: ("Went away", Tone.PLAIN),
    Topic.AHEAD: ("Ahead in the next 7 days", Tone.TODAY),
}


def week_blocks(week: Week, context: BlockContext) -> Iterator[Block]:
    """Yield the blocks of a week."""
    for project in week.projects:
        yield from _project(project, context)
    if week.calendar:
        yield Heading(2, "The calendar of the next 7 days", part=Part.AHEAD)
        yield from claim_list(week.calendar, context)
        yield from omitted_remark(week.calendar_omitted)


def _project(week: ProjectWeek, context: BlockContext) -> Iterator[Block]:
    shown = [view for view in week.topics if view.count]
    if not shown:
        return
    name = "Without a project" if week.project is None else one_line(week.project)
    yield Heading(2, name, part=Part.PROJECT)
    for view in shown:
        yield from _topic(view, context)


def _topic(view: TopicEntries, context: BlockContext) -> Iterator[Block]:
    title, tone = _TOPICS[view.topic]
    yield Heading(3, title, count=view.count, tone=tone)
    yield from claim_list(view.entries, context)
    yield from omitted_remark(view.count - len(view.entries))
