"""Tests of the identity of events that come under another UID, at another time or with another title."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda.sync.event_identity import EventTraits, match_events

SOURCE = UUID(int=7)


def event(
    uid: str, start: str, title: str = "Team", *, location: str = "", hours: float = 1, single: bool = False
) -> EventTraits:
    """Return an occurrence of March; a single event has no recurrence id."""
    starts_at = datetime.strptime(f"2026-03-{start}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    external_id = uid if single else f"{uid}/{start}"
    return EventTraits(
        row_id=uuid5(SOURCE, external_id),
        external_id=external_id,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        location=location,
        uid=uid,
        recurrence_id=None if single else start,
    )


def pairs(stored: list[EventTraits], parsed: list[EventTraits]) -> set[tuple[str, str]]:
    """Return the external ids of the stored and the parsed form of each event that was matched."""
    names = {one.row_id: one.external_id for one in (*stored, *parsed)}
    return {(names[old], names[new]) for new, old in match_events(stored, parsed).items()}


SAME = {
    "new UIDs": (
        [event("a", "02 09:00"), event("a", "09 09:00")],
        [event("b", "02 09:00"), event("b", "09 09:00")],
    ),
    "a single event with a new UID": (
        [event("a", "02 09:00", "Dentist", single=True)],
        [event("b", "02 09:00", "Dentist", single=True)],
    ),
    "new UIDs and another length": ([event("a", "02 09:00")], [event("b", "02 09:00", hours=2)]),
    "new UIDs of two events at one time": (
        [event("a", "02 09:00", "A"), event("b", "02 09:00", "B")],
        [event("c", "02 09:00", "A"), event("d", "02 09:00", "B")],
    ),
    "new UIDs of two places": (
        [event("a", "02 09:00", location="1"), event("b", "02 09:00", location="2")],
        [event("c", "02 09:00", location="1"), event("d", "02 09:00", location="2")],
    ),
    "a series that was moved by an hour": (
        [event("a", "02 09:00"), event("a", "09 09:00"), event("a", "16 09:00")],
        [event("a", "02 10:00"), event("a", "09 10:00"), event("a", "16 10:00")],
    ),
    "a series that was moved to another weekday": (
        [event("a", "02 09:00"), event("a", "09 09:00")],
        [event("a", "04 09:00"), event("a", "11 09:00")],
    ),
    "a daily series that was moved and renamed": (
        [event("a", f"{day:02} 09:00") for day in range(2, 9)],
        [event("a", f"{day:02} 09:30", "Crew") for day in range(2, 9)],
    ),
    "two occurrences of each day": (
        [event("a", "02 09:00"), event("a", "02 15:00")],
        [event("a", "02 10:00"), event("a", "02 16:00")],
    ),
    "a single event that became a series": ([event("a", "02 09:00", single=True)], [event("a", "02 09:00")]),
    "a moved event with a new UID": (
        [event("a", "02 09:00", "Dentist", single=True)],
        [event("b", "02 11:00", "Dentist", single=True)],
    ),
    "a renamed event with a new UID": (
        [event("a", "02 09:00", "Call with Rita", single=True)],
        [event("b", "02 09:00", "Call with Rita M.", single=True)],
    ),
    "another case of the title": ([event("a", "02 09:00", "TEAM")], [event("b", "02 09:00", "Team ")]),
}


@pytest.mark.parametrize("case", SAME)
def test_same_events_are_matched_one_by_one(case):
    stored, parsed = SAME[case]
    expected = {(old.external_id, new.external_id) for old, new in zip(stored, parsed, strict=True)}
    assert pairs(stored, parsed) == pairs(stored[::-1], parsed) == pairs(stored, parsed[::-1]) == expected


OTHER = {
    "another title at the same time": (
        [event("a", "02 09:00", "Dentist")],
        [event("b", "02 09:00", "Yoga class")],
    ),
    "the same title on another day": ([event("a", "02 09:00")], [event("b", "03 09:00")]),
    "a far occurrence of a series of which another was cancelled": (
        [event("a", "02 09:00")],
        [event("a", "30 09:00")],
    ),
    "two that a third one may be": (
        [event("a", "02 09:00", "Call"), event("b", "02 10:00", "Call")],
        [event("c", "02 15:00", "Call")],
    ),
    "nothing stored": ([], [event("a", "02 09:00")]),
}


@pytest.mark.parametrize("case", OTHER)
def test_other_events_are_not_matched(case):
    assert pairs(*OTHER[case]) == set()


def test_only_as_many_events_are_matched_as_there_are():
    stored = [event(uid, "02 09:00") for uid in "abc"]
    assert len(pairs(stored, [event("x", "02 09:00"), event("y", "02 09:00")])) == 2


def test_external_id_counts_before_the_title():
    stored = [event("a", "02 09:00", "A", single=True), event("b", "02 09:00", "B", single=True)]
    parsed = [event("a", "02 09:00", "B", single=True), event("c", "02 09:00", "A", single=True)]
    assert pairs(stored, parsed) == {("a", "a")}


def test_removed_event_returns_only_under_its_external_id():
    removed = [replace(event(uid, "02 09:00"), is_current=False) for uid in "ab"]
    assert pairs(removed, [event("a", "02 09:00"), event("c", "02 09:00")]) == {("a/02 09:00", "a/02 09:00")}


def test_current_event_counts_before_a_removed_one_with_the_external_id():
    removed = replace(event("b", "02 09:00"), is_current=False)
    current = event("a", "02 09:00")
    parsed = event("b", "02 09:00")
    assert match_events([removed, current], [parsed]) == {parsed.row_id: current.row_id}


@given(st.data())
def test_each_stored_event_is_matched_at_most_once_in_any_order(data):
    events = st.lists(
        st.builds(
            event,
            st.sampled_from("abcd"),
            st.sampled_from(["02 09:00", "02 10:00", "03 09:00", "09 09:00"]),
            st.sampled_from(["Team", "Call", "Call!"]),
        ),
        unique_by=lambda one: one.row_id,
        max_size=8,
    )
    stored, parsed = data.draw(events), data.draw(events)
    matches = match_events(stored, parsed)
    assert len(set(matches.values())) == len(matches)
    assert match_events(data.draw(st.permutations(stored)), data.draw(st.permutations(parsed))) == matches
