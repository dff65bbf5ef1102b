"""The opening sentences of a brief, in English."""

from datetime import date

from daybreak.agenda import Moment
from daybreak.briefs.document.model import Counts
from daybreak.briefs.wording.tasks import when
from daybreak.briefs.wording.titles import quoted


def counts(numbers: Counts) -> str:
    """Return the numbers of the day, without zeros: “4 due today, 31 overdue (28 for over a week).”."""
    told = [
        f"{numbers.due_today} due today" if numbers.due_today else "",
        f"{numbers.overdue} overdue{_over_a_week(numbers)}" if numbers.overdue else "",
    ]
    return f"{', '.join(filter(None, told)) or 'Nothing is due today'}."


def _over_a_week(numbers: Counts) -> str:
    return f" ({numbers.overdue_for_over_a_week} for over a week)" if numbers.overdue_for_over_a_week else ""


def holiday(name: str, country: str) -> str:
    """Return “Today is Good Friday, a public holiday (DE).”."""
    return f"Today is {name}, a public holiday ({country})."


def quiet(*, is_incomplete: bool, has_others: bool) -> str:
    """Return the sentence about a day without a due task or an event, also if others have some."""
    nothing = "nothing of yours" if has_others else "nothing"
    if is_incomplete:
        text = "is due, overdue or on the calendar, as far as it could be read; see the warnings."
        return f"{nothing.capitalize()} {text}"
    return f"A quiet day: {nothing} is due, overdue or on the calendar."


def next_up(title: str, moment: Moment, today: date) -> str:
    """Return the sentence about what comes next on a quiet day."""
    return f"What comes next is {quoted(title)}, {when(moment, today)}."
