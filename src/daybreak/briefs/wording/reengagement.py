"""The sentences for a reader who is away, in English."""

from collections.abc import Mapping
from datetime import date

from daybreak.briefs.document.model import AbsenceTier, Counts
from daybreak.briefs.wording.formatting import day_month, plural

OPENINGS: Mapping[AbsenceTier, str] = {
    AbsenceTier.GENTLE: "A few days have gone by. No hurry: here is what waits for you, in short.",
    AbsenceTier.MOTIVATING: "A good moment to pick up the thread: one thing is enough for today.",
    AbsenceTier.WARM: (
        "You have been away for a month, so this is a plain question: do these briefs help you? If they do, "
        "one visit brings them back every day. If they do not, stop them with a good conscience: nothing is "
        "lost."
    ),
    AbsenceTier.OFFER: (
        "Your briefs are resting while you are away. One visit brings them back; until then there is only "
        "this note, once a month."
    ),
}

HOW_TO_STOP = "You can pause these briefs at any time in your settings, or with “daybreak schedule pause”."


def waiting(numbers: Counts) -> str:
    """Return the numbers of waiting tasks."""
    return (
        f"{plural(numbers.due_today, 'task')} due today, {numbers.overdue} overdue, "
        f"{numbers.upcoming} to come in 7 days."
    )


def done_meanwhile(done: int, since: date, today: date) -> str:
    """Return the number of tasks finished while the reader was away."""
    return f"{plural(done, 'task')} finished since your last brief, {day_month(since, today)}."
