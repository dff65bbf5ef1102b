"""Test what holds for the changes between any two days: nothing is told as gone that is there, or twice."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak.agenda import Agenda, Holder, TaskStatus
from daybreak.briefs.facts.snapshot import EVENT_DAYS
from daybreak.claims import Claim

from .change_factories import compose_after, snapshot_of, texts
from .factories import TODAY, agenda, day, days_later, event, local, new_id, task

MONDAY = days_later(-1)
relaxed = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TITLES = ("Call", "Call Bob", "Pay the rent", "Write", "call", "Interview 4")
_HOLDERS = ((None, Holder.MINE), ("Anna", Holder.OTHER), (None, Holder.UNASSIGNED), ("me", Holder.MINE))


@st.composite
def tasks(draw):
    assignee, holder = draw(st.sampled_from(_HOLDERS))
    return task(
        draw(st.sampled_from(_TITLES)),
        due=draw(st.none() | st.integers(-4, 6).map(days_later)),
        start=draw(st.none() | st.integers(-4, 6).map(days_later)),
        recurrence=draw(st.sampled_from((None, None, "every day"))),
        assignee=assignee,
        holder=holder,
        status=draw(st.sampled_from((TaskStatus.OPEN, TaskStatus.OPEN, TaskStatus.BLOCKED))),
    )


@st.composite
def events(draw):
    on, hour = days_later(draw(st.integers(-3, 14))), draw(st.sampled_from((None, 9, 16)))
    start: date = on if hour is None else local(hour, on=on)
    return event(draw(st.sampled_from(_TITLES)), start)


@st.composite
def edits(draw, things):
    """Return the things of the next day: shuffled; some renewed, renamed, moved, finished or dropped."""
    now = []
    for one in draw(st.permutations(things)):
        match draw(st.sampled_from("....nrmdx")):
            case "n":
                now.append(replace(one, id=new_id()))
            case "r":
                now.append(replace(one, title=draw(st.sampled_from(_TITLES))))
            case "m":
                now.append(_move(one, draw(st.integers(-3, 3))))
            case "d" if hasattr(one, "due"):
                now.append(replace(one, status=TaskStatus.DONE, completed=MONDAY))
            case "x":
                continue
            case _:
                now.append(one)
    return now


def _move(one, days: int):
    shift = timedelta(days=days)
    if hasattr(one, "due"):
        return replace(one, due=one.due + shift if one.due else days_later(days))
    return replace(one, start=one.start + shift, end=one.end + shift)


@st.composite
def two_days(draw):
    known = [*draw(st.lists(tasks(), max_size=8)), *draw(st.lists(events(), max_size=10))]
    new = [*draw(st.lists(tasks(), max_size=2)), *draw(st.lists(events(), max_size=2))]
    return agenda(*known), agenda(*draw(edits(known)), *new)


def _contents(found: Agenda) -> set:
    listed = {(one.title.casefold(), one.start, one.due) for one in found.tasks}
    return listed | {(one.title.casefold(), one.start) for one in found.events}


def _removed(claims, found: Agenda) -> set:
    ids = {fact.rpartition(":")[2] for claim in claims if claim.kind == "vanished" for fact in claim.facts}
    listed = {(one.title.casefold(), one.start, one.due) for one in found.tasks if str(one.id) in ids}
    return listed | {(one.title.casefold(), one.start) for one in found.events if str(one.id) in ids}


def _subjects(claim: Claim) -> tuple[str, ...]:
    """Return what has changed: several occurrences of an event, and otherwise the first fact.

    Further facts are blockers, the next occurrence, the state before, and overlapped events.
    """
    if ", overlapping “" in claim.text or not claim.facts[0].startswith("event:"):
        return claim.facts[:1]
    return tuple(fact for fact in claim.facts if not fact.startswith("memory:"))


def _announced(claims, found: Agenda) -> set:
    ids = {fact.partition(":")[2] for claim in claims if claim.kind == "came_in" for fact in _subjects(claim)}
    listed = {(one.title.casefold(), one.start, one.due) for one in found.tasks if str(one.id) in ids}
    return listed | {(one.title.casefold(), one.start) for one in found.events if str(one.id) in ids}


@given(two_days())
@relaxed
def test_nothing_is_told_as_gone_that_is_there_or_as_new_that_was_or_twice(situation):
    before, now = situation
    entries = compose_after(snapshot_of(before), now).since_last.entries
    assert _removed(entries, before).isdisjoint(_contents(now))
    assert _announced(entries, now).isdisjoint(_contents(before))
    subjects = [fact for claim in entries if claim.kind != "file_moved" for fact in _subjects(claim)]
    assert [fact for fact, times in Counter(subjects).items() if times > 1] == []


@given(two_days(), st.randoms(use_true_random=False))
@relaxed
def test_shuffled_things_with_new_ids_are_no_news(situation, shuffle):
    before, _ = situation
    renewed = [replace(one, id=new_id()) for one in (*before.tasks, *before.events)]
    now = agenda(*shuffle.sample(renewed, len(renewed)))
    told = texts(compose_after(snapshot_of(before), now))
    assert [text for text in told if "became overdue" not in text] == []


@given(two_days(), st.sampled_from(("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")))
@relaxed
def test_the_compared_days_are_those_that_both_briefs_read(situation, zone):
    before, now = situation
    on = day(zone=zone)
    entries = compose_after(snapshot_of(before), now, on).since_last.entries
    told = [claim for claim in entries if claim.kind in {"came_in", "vanished"}]
    starts = {str(one.id): one.start for one in (*before.events, *now.events)}
    for fact in (fact for claim in told for fact in _subjects(claim) if fact.startswith("event:")):
        start = on.localize(starts[fact.rpartition(":")[2]])
        first = start.date() if isinstance(start, datetime) else start
        assert TODAY <= first < days_later(EVENT_DAYS - 1)
