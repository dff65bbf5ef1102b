"""A project's week by topic: tasks that were done, slipped, were added or went away, and tasks ahead.

A slipped task is not listed as added as well; a task ahead is listed in addition to any other topic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from daybreak.agenda import Task
from daybreak.briefs.composing.week_review import Passed, Retrospect
from daybreak.briefs.document.model import Bucket, Topic, TopicView
from daybreak.briefs.facts.buckets import bucket
from daybreak.briefs.facts.day import WEEK_DAYS, Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Remembered
from daybreak.briefs.wording import sentences, weekly
from daybreak.claims import Claim, Fact

_MOST_ENTRIES = 10
_Teller = Callable[[FactBook], Claim]


@dataclass(frozen=True, slots=True)
class Matter:
    """The facts of the week of one project, or of the tasks without one."""

    project: str | None
    tasks: Sequence[Task]
    vanished: Sequence[tuple[str, Remembered]]

    @property
    def part(self) -> str:
        """The name of this part of the brief for its reader."""
        return f"The week of {self.project or 'tasks without a project'}"


def write_topics(back: Retrospect, matter: Matter, page: FactBook) -> tuple[TopicView, ...]:
    """Return the topics that have entries."""
    told = _told(back, matter, page.day)
    return tuple(_view(page, topic, tellers) for topic, tellers in told.items() if tellers)


def is_coming(day_of_it: date | None, day: Day) -> bool:
    """Return whether a date is today or in the next seven days."""
    return day_of_it is not None and day.today <= day_of_it <= day.today + timedelta(days=WEEK_DAYS)


def _told(back: Retrospect, matter: Matter, day: Day) -> Mapping[Topic, Sequence[_Teller]]:
    """Return the claims by topic, as functions: a fact is cited only when its claim is written."""
    tasks = sorted(matter.tasks, key=lambda task: (task.title, str(task.id)))
    late = {task.id: passed for task in tasks if (passed := back.passed(task))}
    slipped = [task for task in tasks if back.is_past_due(task) or task.id in late]
    came_in = [task for task in tasks if back.has_come_in(task) and task not in slipped]
    ahead = sorted((task for task in tasks if _is_ahead(task, day)), key=lambda task: _begins(task, day))
    return {
        Topic.DONE: [partial(_done, task) for task in tasks if back.is_done(task)],
        Topic.SLIPPED: [partial(_slipped, back, task, late.get(task.id)) for task in slipped],
        Topic.ADDED: [partial(_came_in, task) for task in came_in],
        Topic.GONE: [
            *(partial(_cancelled, task) for task in tasks if back.is_cancelled(task)),
            *(partial(_vanished, back, *one) for one in matter.vanished),
        ],
        Topic.AHEAD: [partial(_ahead, task) for task in ahead],
    }


def _is_ahead(task: Task, day: Day) -> bool:
    return task.is_open and (is_coming(day.on(task.due), day) or is_coming(day.on(task.start), day))


def _begins(task: Task, day: Day) -> datetime:
    moments = (moment for moment in (task.due, task.start) if moment is not None)
    return min(day.instant(moment) for moment in moments if is_coming(day.on(moment), day))


def _view(page: FactBook, topic: Topic, tellers: Sequence[_Teller]) -> TopicView:
    entries = page.admit(teller(page) for teller in tellers[:_MOST_ENTRIES])
    return TopicView(topic=topic, count=len(tellers), entries=entries)


def _done(task: Task, page: FactBook) -> Claim:
    text = sentences.done(task.title, page.day.local(task.completed))
    return Claim(kind="week_done", text=text, facts=(page.task(task),))


def _slipped(back: Retrospect, task: Task, passed: Passed | None, page: FactBook) -> Claim:
    cited, due = page.task(task), page.day.local(task.due)
    if passed is None:
        return Claim(kind="slipped", text=weekly.slipped(task.title, due), facts=(cited,))
    before = passed.before
    fact = Fact(
        kind="memory",
        title=before.title,
        source=back.source(before),
        place=before.place,
        project=before.project,
        due=passed.due,
    )
    memory = page.other(f"memory:{passed.known_on}:{task.id}", fact)
    text = weekly.slipped_to(task.title, passed.due, due)
    return Claim(kind="slipped_to", text=text, facts=(memory, cited))


def _came_in(task: Task, page: FactBook) -> Claim:
    text = sentences.came_in(task.title, page.day.local(task.due))
    return Claim(kind="came_in", text=text, facts=(page.task(task),))


def _cancelled(task: Task, page: FactBook) -> Claim:
    return Claim(kind="vanished", text=sentences.cancelled(task.title), facts=(page.task(task),))


def _vanished(back: Retrospect, task_id: str, before: Remembered, page: FactBook) -> Claim:
    source = back.source(before)
    fact = Fact(kind="task", title=before.title, source=source, place=before.place, status="removed")
    text = sentences.vanished(before.title, source)
    return Claim(kind="vanished", text=text, facts=(page.other(f"task:{task_id}", fact),))


def _ahead(task: Task, page: FactBook) -> Claim:
    cited, name = page.task(task), bucket(task, page) or Bucket.UPCOMING
    blockers = page.blockers(task) if name is Bucket.BLOCKED else ()
    text = sentences.task(task, name, page.facts[cited], page.day.today, blockers)
    return Claim(kind="ahead", text=text, facts=(cited,))
