"""The opening sentences of a brief, and the sentences of a glance, in English."""

from collections.abc import Sequence
from datetime import date, datetime

from daybreak.agenda import Moment
from daybreak.briefs.document.model import Counts
from daybreak.briefs.wording.formatting import clock_time, near_date, on_full_moment, plural
from daybreak.briefs.wording.titles import command, quoted, shorten_titles

_MAX_EVENT_TITLE = 25
TOMORROW = "Tomorrow"
NOTHING_DUE = "Nothing is due today."
EMPTY = "Nothing to brief you on yet. Add a folder with {}, a calendar with {}, or try {} and {}.".format(
    *map(
        command,
        ("daybreak brief FOLDER", "daybreak sources add URL", "daybreak sample demo", "daybreak brief demo"),
    )
)


def counts(numbers: Counts, done: int = 0, since: str = "") -> str:
    """Return the numbers of the day: “4 due today, 31 overdue (28 for over a week), 6 done since Friday.”.

    Zeros are omitted; it is empty if all are.
    """
    told = [
        f"{numbers.due_today} due today" if numbers.due_today else "",
        f"{numbers.overdue} overdue{_over_a_week(numbers)}" if numbers.overdue else "",
        f"{done} done {since}".rstrip() if done else "",
    ]
    text = ", ".join(filter(None, told))
    if not text:
        return ""
    return f"{text}." if numbers.due_today or numbers.overdue else f"Nothing is due today; {text}."


def below_tomorrow(text: str) -> str:
    """Return the sentence about tomorrow without its first word, which is in the heading above."""
    return text.removeprefix(f"{TOMORROW}: ")


def since_brief(last: date | None, today: date) -> str:
    """Return the time since the last brief: “since Friday”; without one, the last 24 hours."""
    if last is None:
        return "in the last 24 hours"
    return "since your last brief" if last >= today else f"since {near_date(last, today)}"


def _over_a_week(numbers: Counts) -> str:
    old = numbers.overdue_for_over_a_week
    if not old:
        return ""
    return " for over a week" if old == numbers.overdue else f" ({old} for over a week)"


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
    return f"Next: {quoted(title)}, {on_full_moment(moment, today)}."


def warning_count(count: int) -> str:
    """Return “2 warnings: this brief may be incomplete.”."""
    return f"{plural(count, 'warning')}: this brief may be incomplete."


def appointments(events: Sequence[tuple[datetime | None, str]], more: int) -> str:
    """Return “09:15 “Stand-up”, 10:00 “Budget review”, 3 more”."""
    told = [
        f"{f'{clock_time(starts)} ' if starts else ''}{shorten_titles(quoted(title), _MAX_EVENT_TITLE)}"
        for starts, title in events
    ]
    rest = [f"{more} more" if told else plural(more, "appointment")] if more else []
    return ", ".join((*told, *rest))
