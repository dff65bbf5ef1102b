"""The kinds of claims, each with the predicate that must be true of every fact it cites.

The wording is in `sentences`; this table ensures that it is true. A predicate depends on the fact and the
reader's date alone.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from daybreak.briefs.facts.day import STALE_DAYS, UPCOMING_DAYS, WEEK_DAYS
from daybreak.claims import Fact, Predicate

_CLOSED = frozenset({"done", "cancelled", "removed"})
# Facts that earlier versions stored have no holder.
_HOLDERS_OF_MINE = frozenset({None, "mine"})


def _date_of(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _is_open_task(fact: Fact, _today: date) -> bool:
    return fact.kind == "task" and fact.status not in _CLOSED


def _is_mine(fact: Fact) -> bool:
    return fact.holder in _HOLDERS_OF_MINE


def _of_mine(predicate: Predicate) -> Predicate:
    return lambda fact, today: fact.holder in _HOLDERS_OF_MINE and predicate(fact, today)


def _is_waiting_for_person(fact: Fact, today: date) -> bool:
    counts = _is_open_task(fact, today) or _is_positive(fact, today)
    return counts and fact.holder == "other" and bool(fact.assignee)


def _is_waiting_or_held_up(fact: Fact, today: date) -> bool:
    """Return whether a fact is another person's task or their number, or a blocked task of the reader."""
    return _is_waiting_for_person(fact, today) or (_is_mine(fact) and _is_blocked(fact, today))


def _is_unassigned(fact: Fact, today: date) -> bool:
    return (_is_open_task(fact, today) or _is_positive(fact, today)) and fact.holder == "unassigned"


def _is_ahead(moment: date | datetime | None, today: date, days: int = UPCOMING_DAYS) -> bool:
    day = _date_of(moment)
    return day is not None and today < day <= today + timedelta(days=days)


def _is_overdue(fact: Fact, today: date) -> bool:
    due = _date_of(fact.due)
    return _is_open_task(fact, today) and due is not None and due < today


def _is_due_today(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and _date_of(fact.due) == today


def _is_due_from_today(fact: Fact, today: date) -> bool:
    due = _date_of(fact.due)
    return _is_open_task(fact, today) and due is not None and due >= today


def _is_not_due(fact: Fact, today: date) -> bool:
    """Return whether a task can be left alone today: no one can work on it, or it is due later."""
    due = _date_of(fact.due)
    return _is_open_task(fact, today) and (_is_blocked(fact, today) or due is None or due > today)


def _starts_today(fact: Fact, today: date) -> bool:
    start = _date_of(fact.start)
    is_late = start is not None and start < today and fact.due is None
    return _is_open_task(fact, today) and (start == today or is_late)


def _is_in_progress(fact: Fact, _today: date) -> bool:
    return fact.kind == "task" and fact.status == "in_progress"


def _is_blocked(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and (fact.status == "blocked" or fact.waiting)


def _is_upcoming(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and (_is_ahead(fact.due, today) or _is_ahead(fact.start, today))


def _is_stale(fact: Fact, today: date) -> bool:
    touched = _date_of(fact.touched)
    return (
        _is_in_progress(fact, today) and touched is not None and touched <= today - timedelta(days=STALE_DAYS)
    )


def _is_recently_completed(fact: Fact, today: date) -> bool:
    # 24 hours before a brief at midnight reach two dates back if yesterday lasted only 23 hours.
    completed = _date_of(fact.completed or fact.completion_seen)
    return _is_done(fact, today) and completed is not None and today - timedelta(days=2) <= completed <= today


def _is_undated(fact: Fact, today: date) -> bool:
    start = _date_of(fact.start)
    return _is_open_task(fact, today) and fact.due is None and (start is None or start < today)


def _is_done(fact: Fact, _today: date) -> bool:
    return fact.kind == "task" and fact.status == "done"


def _is_actionable(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and not _is_blocked(fact, today)


def _is_planned(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) or fact.kind == "event"


def _comes_later(fact: Fact, today: date) -> bool:
    days = [day for day in (_date_of(fact.due), _date_of(fact.start)) if day is not None]
    return _is_planned(fact, today) and any(day > today for day in days)


def _touches_today(fact: Fact, today: date) -> bool:
    start, end = _date_of(fact.start), _date_of(fact.end)
    return fact.kind == "event" and start is not None and end is not None and start <= today <= end


def _is_gone(fact: Fact, _today: date) -> bool:
    return fact.status in {"cancelled", "removed"}


def _is_stat(fact: Fact, _today: date) -> bool:
    return fact.kind == "stat" and fact.value is not None


def _is_zero(fact: Fact, today: date) -> bool:
    return _is_stat(fact, today) and fact.value == 0


def _is_of_kind(kind: str) -> Predicate:
    return lambda fact, _today: fact.kind == kind


def _is_running_phase(fact: Fact, today: date) -> bool:
    start, end = _date_of(fact.start) or today, _date_of(fact.end) or today
    return fact.kind == "phase" and start <= today <= end


def _is_holiday_today(fact: Fact, today: date) -> bool:
    return fact.kind == "holiday" and fact.start == today


def _is_in_week_before(moment: date | datetime | None, today: date) -> bool:
    day = _date_of(moment)
    return day is not None and today - timedelta(days=WEEK_DAYS) <= day < today


def _is_in_week_ahead(moment: date | datetime | None, today: date) -> bool:
    day = _date_of(moment)
    return day is not None and today <= day <= today + timedelta(days=WEEK_DAYS)


def _is_done_in_week(fact: Fact, today: date) -> bool:
    completed = _date_of(fact.completed)
    return _is_done(fact, today) and (
        completed is None or completed == today or _is_in_week_before(completed, today)
    )


def _has_slipped(fact: Fact, today: date) -> bool:
    return _is_positive(fact, today) or (_is_open_task(fact, today) and _is_in_week_before(fact.due, today))


def _has_slipped_to(fact: Fact, today: date) -> bool:
    if fact.kind == "memory":
        return _is_in_week_before(fact.due, today)
    if fact.kind == "stat":
        return _is_positive(fact, today)
    due = _date_of(fact.due)
    return _is_open_task(fact, today) and (due is None or due >= today)


def _is_task_ahead(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and (
        _is_in_week_ahead(fact.due, today) or _is_in_week_ahead(fact.start, today)
    )


def _is_event_ahead(fact: Fact, today: date) -> bool:
    return fact.kind == "event" and _is_in_week_ahead(fact.start, today)


def _is_positive(fact: Fact, today: date) -> bool:
    return _is_stat(fact, today) and (fact.value or 0) > 0


def _is_done_or_planned(fact: Fact, today: date) -> bool:
    return _is_done(fact, today) or _is_planned(fact, today)


def _is_done_or_free(fact: Fact, today: date) -> bool:
    return _is_done(fact, today) or _is_actionable(fact, today)


def _is_planned_or_memory(fact: Fact, today: date) -> bool:
    return fact.kind == "memory" or _is_planned(fact, today)


def _belongs_to_meeting(fact: Fact, today: date) -> bool:
    """Return whether a fact is a meeting of today, the edge to its project, an open task or a note."""
    if fact.kind == "event":
        return _touches_today(fact, today)
    return fact.kind == "note" or (fact.kind == "edge" and bool(fact.of)) or _is_open_task(fact, today)


def _is_reason_to_begin(fact: Fact, today: date) -> bool:
    """Return whether a fact is a task to begin, or a reason for it.

    A reason is an event of today or tomorrow, a running phase, or a task that waits for another.
    """
    if fact.kind == "event":
        return _touches_today(fact, today) or _is_ahead(fact.start, today, days=1)
    if fact.kind == "phase":
        return _is_running_phase(fact, today)
    is_waiting = fact.waiting and _is_open_task(fact, today)
    return is_waiting or (_is_mine(fact) and _is_actionable(fact, today))


def _is_due_ahead(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) and _is_ahead(fact.due, today)


def _is_open_or_done(fact: Fact, today: date) -> bool:
    return _is_open_task(fact, today) or _is_done(fact, today)


def _is_tomorrow(fact: Fact, today: date) -> bool:
    tomorrow, start, end = today + timedelta(days=1), _date_of(fact.start), _date_of(fact.end)
    if fact.kind in {"event", "holiday"}:
        return start is not None and end is not None and start <= tomorrow <= end
    return _is_positive(fact, today) or (_is_open_task(fact, today) and _date_of(fact.due) == tomorrow)


PREDICATES: Mapping[str, Predicate] = {
    # One for each bucket
    "overdue": _of_mine(_is_overdue),
    "due_today": _of_mine(_is_due_today),
    "starting_today": _of_mine(_starts_today),
    "in_progress": _of_mine(_is_in_progress),
    "blocked": _of_mine(_is_blocked),
    "upcoming": _of_mine(_is_upcoming),
    "stale": _of_mine(_is_stale),
    "recently_completed": _of_mine(_is_recently_completed),
    "undated": _of_mine(_is_undated),
    "later": _of_mine(_comes_later),
    # Since the last brief
    "done": _is_done,
    "recurred": _is_done_or_planned,
    "handed_over": _is_open_task,
    "can_start": _is_done_or_free,
    "came_in": _is_planned,
    "comes_next": _is_planned,
    "moved": _is_planned_or_memory,
    "moved_again": _is_planned_or_memory,
    "renamed": _is_planned_or_memory,
    "file_moved": _is_of_kind("task"),
    "place_changed": _is_of_kind("event"),
    "became_overdue": _is_overdue,
    "vanished": _is_gone,
    # The day
    "event": _touches_today,
    "conflict": _touches_today,
    "meeting_context": _belongs_to_meeting,
    "next_action": _is_reason_to_begin,
    "still_wanted": _of_mine(_is_open_task),
    "move": _of_mine(_is_open_task),
    "tomorrow": _is_tomorrow,
    "next_up": _comes_later,
    "holiday": _is_holiday_today,
    # Projects
    "description": _is_of_kind("project"),
    "phase": _is_running_phase,
    "next_in_phase": _of_mine(_is_actionable),
    "note": _is_of_kind("note"),
    "due": _of_mine(_is_due_from_today),
    "blocks": _is_open_task,
    "due_soon": _of_mine(_is_due_ahead),
    "rest": _of_mine(_is_open_or_done),
    "nothing_due": _of_mine(_is_not_due),
    "waiting_for": _is_waiting_or_held_up,
    "unassigned": _is_unassigned,
    # The week
    "week_done": _of_mine(_is_done_in_week),
    "slipped": _of_mine(_has_slipped),
    "slipped_to": _has_slipped_to,
    "ahead": _of_mine(_is_task_ahead),
    "event_ahead": _is_event_ahead,
    "coverage": _is_positive,
    "no_briefs": _is_zero,
    # Numbers
    "counts": _is_stat,
    "load": _is_stat,
    "load_unknown": _is_stat,
    "overload": _is_stat,
    "quiet": _is_zero,
    "not_all_seen": _is_zero,
    "invitation": _is_zero,
}
