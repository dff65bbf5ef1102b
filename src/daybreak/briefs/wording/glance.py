"""The sentences of a brief at a glance, in English."""

from collections.abc import Sequence
from datetime import datetime

from daybreak.briefs.wording.formatting import clock_time, plural
from daybreak.briefs.wording.titles import quoted, shorten_titles

_MAX_TITLE = 25


def warnings(count: int) -> str:
    """Return “2 warnings: this brief may be incomplete.”."""
    return f"{plural(count, 'warning')}: this brief may be incomplete."


def appointments(events: Sequence[tuple[datetime | None, str]], more: int) -> str:
    """Return “09:15 “Stand-up”, 10:00 “Budget review”, 3 more”."""
    told = [
        f"{f'{clock_time(starts)} ' if starts else ''}{shorten_titles(quoted(title), _MAX_TITLE)}"
        for starts, title in events
    ]
    rest = [f"{more} more" if told else plural(more, "appointment")] if more else []
    return ", ".join((*told, *rest))
