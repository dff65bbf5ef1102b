"""A project's week by topic: tasks that were done, slipped, were added or went away, and tasks ahead.

A slipped task is not listed as added as well; a task ahead is listed in addition to any other topic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from daybreak.agenda import Task
from daybreak.briefs.composing.week_review import MissedDueDate, WeekReview
from daybreak.briefs.document.model import Bucket, Topic, TopicEntries
from daybreak.briefs.facts.buckets import bucket_of
from daybreak.briefs.facts.day import WEEK_DAYS, Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import SnapshotItem
from daybreak.briefs.wording import tasks, weekly
from daybreak.claims import Claim, Fact

_ClaimFactory = Callable[[FactBook], Claim]


@dataclass(frozen=True, slots=True)
class ProjectWeekFacts:
    """The facts of the week of one project, or of the tasks without one."""

    project: str | None
    tasks: Sequence[Task]
    vanished: Sequence[tuple[str, SnapshotItem]]

    @property
    def has_open_tasks(self) -> bool:
        """Whether something is left to do in it."""
        return any(task.is_open for task in self.tasks)

    @property
    def part_name(self) -> str:
        """The name of this part of the brief for its reader."""
        return f"The week of {self.project or 'tasks without a project'}"


def write_topics(review: WeekReview, facts: ProjectWeekFacts, book: FactBook) -> tuple[TopicEntries, ...]:
    """Return the topics that have entries, each with all of them: a form shows the first."""
    writers_by_topic = _collect_topics(review, facts, book.day)
    return tuple(
        _topic_entries(book, topic, writers) for topic, writers in writers_by_topic.items() if writers
    )


def is_in_next_week(on: date | None, day: Day) -> bool:
    """Return whether a date is today or in the next seven days."""
    return on is not None and day.today <= on <= day.today + timedelta(days=WEEK_DAYS)


def _collect_topics(
    review: WeekReview, facts: ProjectWeekFacts, day: Day
) -> Mapping[Topic, Sequence[_ClaimFactory]]:
    """Return the claims by topic, what matters most first.

    They are functions: a fact is cited only when its claim is written.
    """
    tasks = sorted(facts.tasks, key=lambda task: (-task.priority, task.title, str(task.id)))
    late = {task.id: passed for task in tasks if (passed := review.find_missed_due_date(task))}
    slipped = [task for task in tasks if review.is_past_due(task) or task.id in late]
    came_in = [task for task in tasks if review.is_added(task) and task not in slipped]
    slipped.sort(
        key=lambda task: (review.count_put_off(task) is None, -_missed_day(task, late, day).toordinal())
    )
    came_in.sort(key=lambda task: day.date_of(task.due) or date.max)
    ahead = sorted((task for task in tasks if _is_ahead(task, day)), key=lambda task: _starts_at(task, day))
    return {
        Topic.DONE: [partial(_done_claim, task) for task in tasks if review.is_done(task)],
        Topic.SLIPPED: [partial(_slipped_claim, review, task, late.get(task.id)) for task in slipped],
        Topic.ADDED: [partial(_added_claim, task) for task in came_in],
        Topic.GONE: [
            *(partial(_cancelled_claim, task) for task in tasks if review.is_cancelled(task)),
            *(partial(_vanished_claim, review, *one) for one in facts.vanished),
        ],
        Topic.AHEAD: [partial(_ahead_claim, task) for task in ahead],
    }


def _missed_day(task: Task, late: Mapping[UUID, MissedDueDate], day: Day) -> date:
    missed = late.get(task.id)
    return day.date_of(missed.due if missed else task.due) or date.min


def _is_ahead(task: Task, day: Day) -> bool:
    return task.is_open and (
        is_in_next_week(day.date_of(task.due), day) or is_in_next_week(day.date_of(task.start), day)
    )


def _starts_at(task: Task, day: Day) -> datetime:
    moments = (moment for moment in (task.due, task.start) if moment is not None)
    return min(day.instant_of(moment) for moment in moments if is_in_next_week(day.date_of(moment), day))


def _topic_entries(book: FactBook, topic: Topic, factories: Sequence[_ClaimFactory]) -> TopicEntries:
    entries = book.keep_supported(factory(book) for factory in factories)
    return TopicEntries(topic=topic, count=len(factories), entries=entries)


def _done_claim(task: Task, book: FactBook) -> Claim:
    text = weekly.done(task.title, book.day.localize_optional(task.completed), book.day.today)
    return Claim(kind="week_done", text=text, facts=(book.cite_task(task),))


def _slipped_claim(review: WeekReview, task: Task, missed: MissedDueDate | None, book: FactBook) -> Claim:
    cited, today = book.cite_task(task), book.day.today
    due = book.facts[cited].due
    put_off = review.count_put_off(task)
    counted = (_cite_put_off(task, put_off, book),) if put_off else ()
    if missed is None:
        text = weekly.slipped(task.title, due or today, put_off, today)
        return Claim(kind="slipped", text=text, facts=(cited, *counted))
    before = missed.item
    fact = Fact(
        kind="memory",
        title=before.title,
        source=review.source_name(before),
        source_ref=before.source_ref,
        project=before.project,
        due=missed.due,
    )
    memory = book.add(f"memory:{missed.known_on}:{task.id}", fact)
    text = weekly.slipped_to(task.title, missed.due, due, put_off, today)
    return Claim(kind="slipped_to", text=text, facts=(memory, cited, *counted))


def _cite_put_off(task: Task, put_off: weekly.PutOff, book: FactBook) -> str:
    times, first = put_off
    definition = f"later due dates that briefs saw, the first one after {first:%Y-%m-%d}"
    return book.cite_stat(f"put_off:{task.id}", "times put off", times, definition)


def _added_claim(task: Task, book: FactBook) -> Claim:
    cited = book.cite_task(task)
    text = weekly.came_in(task.title, book.facts[cited].due, book.day.tense)
    return Claim(kind="came_in", text=text, facts=(cited,))


def _cancelled_claim(task: Task, book: FactBook) -> Claim:
    return Claim(kind="vanished", text=weekly.cancelled(task.title), facts=(book.cite_task(task),))


def _vanished_claim(review: WeekReview, task_id: str, item: SnapshotItem, book: FactBook) -> Claim:
    source = review.source_name(item)
    fact = Fact(kind="task", title=item.title, source=source, source_ref=item.source_ref, status="removed")
    text = weekly.vanished(item.title, source)
    return Claim(kind="vanished", text=text, facts=(book.add(f"task:{task_id}", fact),))


def _ahead_claim(task: Task, book: FactBook) -> Claim:
    cited, name = book.cite_task(task), bucket_of(task, book) or Bucket.UPCOMING
    blockers = book.cite_blockers(task) if name is Bucket.BLOCKED else ()
    text = tasks.entry(name, book.facts[cited], book.day.tense, blockers)
    return Claim(kind="ahead", text=text, facts=(cited,))
