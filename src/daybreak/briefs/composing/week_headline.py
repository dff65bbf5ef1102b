"""The opening of the weekly edition: its numbers, those of the coming week, and the briefs it is based on."""

from collections.abc import Iterator, Sequence

from daybreak.briefs.composing.week_review import Retrospect
from daybreak.briefs.document.model import ProjectWeek, Topic
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact

_TOLD_BY_DATES = (Topic.DONE, Topic.SLIPPED)
_TOLD_BY_BRIEFS = (Topic.ADDED, Topic.GONE)


def week_opening(
    page: FactBook, back: Retrospect, projects: Sequence[ProjectWeek], *, events: int, overdue: int
) -> Iterator[Claim]:
    """Yield the opening sentences.

    Args:
        page: the facts that can be cited.
        back: the review of the week.
        projects: the projects of the week, whose numbers are added up.
        events: the number of events that begin in the coming week.
        overdue: the number of tasks that were overdue before the week began.
    """
    topics = _TOLD_BY_DATES + (_TOLD_BY_BRIEFS if back.briefs else ())
    numbers = [(topic, _count(projects, topic)) for topic in topics]
    text = weekly.counts(back.starts, page.day.today, numbers)
    yield Claim(kind="counts", text=text, facts=tuple(_stat(page, *number) for number in numbers))
    yield _to_come(page, _count(projects, Topic.AHEAD), events, overdue)
    yield _coverage(page, back)


def _count(projects: Sequence[ProjectWeek], topic: Topic) -> int:
    return sum(view.count for project in projects for view in project.topics if view.topic is topic)


def _stat(page: FactBook, topic: Topic, number: int) -> str:
    title, definition = weekly.TOPICS[topic]
    return page.stat(f"week_{topic}", title, number, definition)


def _to_come(page: FactBook, tasks: int, events: int, overdue: int) -> Claim:
    facts = (
        page.stat("week_ahead", "tasks ahead", tasks, "open, due or starting today or in the next 7 days"),
        page.stat("week_events", "events ahead", events, "beginning today or in the next 7 days"),
        page.stat("overdue_before", "tasks overdue from before", overdue, "open, due before the week"),
    )
    return Claim(kind="counts", text=weekly.ahead(tasks, events, overdue), facts=facts)


def _coverage(page: FactBook, back: Retrospect) -> Claim:
    fact = Fact(
        kind="stat",
        title="earlier briefs",
        source="Daybreak",
        place="those kept of the seven days before, else the last one of a month",
        value=back.briefs,
        start=back.known_since,
    )
    cited = (page.other("stat:week_briefs", fact),)
    if back.known_since is None:
        return Claim(kind="no_briefs", text=weekly.NO_BRIEFS, facts=cited)
    text = weekly.coverage(back.briefs, back.known_since, page.day.today)
    return Claim(kind="coverage", text=text, facts=cited)
