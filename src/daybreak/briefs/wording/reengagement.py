"""The sentences for a reader who is away, in English."""

from collections.abc import Mapping
from datetime import date

from daybreak.briefs.document.model import AbsenceTier, Counts
from daybreak.briefs.wording.formatting import day_month, plural

OPENINGS: Mapping[AbsenceTier, str] = {
    AbsenceTier.GENTLE: "A few days have passed. No hurry: this is where things stand.",
    AbsenceTier.MOTIVATING: "One small thing is enough for today.",
    AbsenceTier.WARM: (
        "It has been a month. If your briefs help, one visit brings them back every day. "
        "If they don’t, stop them: nothing is lost."
    ),
    AbsenceTier.OFFER: "Your briefs rest while you are away. One visit brings them back.",
}

HOW_TO_STOP = "Pause your briefs at any time: Settings, Schedule, or daybreak schedule pause."


def waiting(numbers: Counts) -> str:
    """Return the numbers of waiting tasks, without zeros: “1 due today, 4 overdue.”."""
    told = [
        f"{number} {state}"
        for number, state in (
            (numbers.due_today, "due today"),
            (numbers.overdue, "overdue"),
            (numbers.upcoming, "in the next 7 days"),
        )
        if number
    ]
    return f"{', '.join(told) or 'Nothing is due this week'}."


def done_meanwhile(done: int, since: date, today: date) -> str:
    """Return the number of tasks finished while the reader was away."""
    return f"{plural(done, 'task')} done since {day_month(since, today)}."
