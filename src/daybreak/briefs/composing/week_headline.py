"""The opening of the weekly edition: its numbers, those ahead, and since when changes are known."""

from collections.abc import Iterator, Sequence

from daybreak.briefs.composing.week_review import WeekReview
from daybreak.briefs.document.model import ProjectWeek, Topic
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact

_FROM_DATES = (Topic.DONE, Topic.SLIPPED)
_FROM_SNAPSHOTS = (Topic.ADDED, Topic.GONE)


def write_week_headline(
    book: FactBook, review: WeekReview, projects: Sequence[ProjectWeek], *, events: int, overdue: int
) -> Iterator[Claim]:
    """Yield the opening sentences.

    Args:
        book: the facts that can be cited.
        review: the review of the week.
        projects: the projects of the week, whose numbers are summed.
        events: the number of events that begin in the coming week.
        overdue: the number of tasks that were overdue before the week began.
    """
    topics = _FROM_DATES + (_FROM_SNAPSHOTS if review.brief_count else ())
    numbers = [(topic, _count(projects, topic)) for topic in topics]
    text = weekly.counts(review.starts, book.day.today, numbers)
    yield Claim(kind="counts", text=text, facts=tuple(_cite_count(book, *number) for number in numbers))
    yield _ahead_claim(book, _count(projects, Topic.AHEAD), events, overdue)
    if review.known_since != review.starts:
        yield _coverage_claim(book, review)


def _count(projects: Sequence[ProjectWeek], topic: Topic) -> int:
    return sum(view.count for project in projects for view in project.topics if view.topic is topic)


def _cite_count(book: FactBook, topic: Topic, number: int) -> str:
    title, definition = weekly.TOPICS[topic]
    return book.cite_stat(f"week_{topic}", title, number, definition)


def _ahead_claim(book: FactBook, tasks: int, events: int, overdue: int) -> Claim:
    facts = (
        book.cite_stat(
            "week_ahead", "tasks ahead", tasks, "open, due or starting today or in the next 7 days"
        ),
        book.cite_stat("week_events", "events ahead", events, "beginning today or in the next 7 days"),
        book.cite_stat("overdue_before", "tasks overdue from before", overdue, "open, due before the week"),
    )
    return Claim(kind="counts", text=weekly.ahead(tasks, events, overdue), facts=facts)


def _coverage_claim(book: FactBook, review: WeekReview) -> Claim:
    fact = Fact(
        kind="stat",
        title="earlier briefs",
        source="Daybreak",
        source_ref="those kept of the seven days before, else the last one of a month",
        value=review.brief_count,
        start=review.known_since,
    )
    cited = (book.add("stat:week_briefs", fact),)
    if review.known_since is None:
        return Claim(kind="no_briefs", text=weekly.NO_BRIEFS, facts=cited)
    text = weekly.coverage(review.known_since, review.starts, book.day.today)
    return Claim(kind="coverage", text=text, facts=cited)
