"""Test the sentences about the calendar since the last brief. Yesterday is Monday 30 March 2026."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from daybreak.agenda import Source, SourceKind
from daybreak.briefs.facts.snapshot import EVENT_DAYS

from .change_factories import compose_after, list_changes, snapshot_of, texts
from .factories import HOME, TODAY, agenda, day, days_later, event, local, new_id

WORK = Source(id=new_id(), kind=SourceKind.FOLDER, name="work", locator="/srv/work")
WEDNESDAY = days_later(1)


def occurrences(title: str, at: time, weekdays: set[int], **changes) -> list:
    """Return the occurrences of a series on these weekdays, as far as a brief looks."""
    found = []
    for number in range(-2, 31):
        on = days_later(number)
        if on.weekday() in weekdays:
            start = local(at.hour, at.minute, on)
            parts = {"recurrence_id": start.isoformat(), "source_ref": f"{title}@example.org"}
            found.append(event(title, start, **parts | changes))
    return found


def renew_ids(*events, **changes) -> list:
    """Return the events as a calendar shows them that has new UIDs at each fetch."""
    return [replace(one, id=new_id(), source_ref=f"{new_id()}", **changes) for one in events]


WEEK = [
    *occurrences("Daily", time(16), set(range(7))),
    *occurrences("Weekly", time(9), {2}),
    event("Dentist", local(11, on=WEDNESDAY)),
    event("Holiday", days_later(4)),
    event("Floating", datetime.combine(WEDNESDAY, time(8))),
]


@pytest.mark.parametrize(
    "renew",
    [
        pytest.param(lambda events: renew_ids(*events), id="new-uids"),
        pytest.param(lambda events: [*reversed(events)], id="another-order"),
        pytest.param(lambda events: renew_ids(*events, source_id=WORK.id), id="another-calendar"),
        pytest.param(lambda events: [*events, *renew_ids(*events, source_id=WORK.id)], id="copies"),
        pytest.param(lambda events: renew_ids(*events, path="export-2.ics"), id="another-file"),
    ],
)
def test_the_same_events_are_no_news(renew):
    sources = (HOME, WORK)
    now = agenda(*renew(WEEK), sources=sources)
    assert list_changes(agenda(*WEEK, sources=sources), now) == []


@pytest.mark.parametrize("renews_uids", [True, False])
@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        pytest.param(
            (time(16), {2}),
            (time(17), {2}),
            "“Team” moved from 16:00 to 17:00, from tomorrow on.",
            id="an-hour-later",
        ),
        pytest.param(
            (time(16), {2, 4}),
            (time(9, 30), {2, 4}),
            "“Team” moved from 16:00 to 09:30, from tomorrow on.",
            id="two-weekdays-earlier",
        ),
        pytest.param(
            (time(9), set(range(7))),
            (time(9, 15), set(range(7))),
            "“Team” moved from 09:00 to 09:15, from today on.",
            id="daily",
        ),
        pytest.param(
            (time(16), {2}),
            (time(16), {4}),
            "“Team” moved from Wednesdays at 16:00 to Fridays at 16:00, from Friday on.",
            id="another-weekday",
        ),
        pytest.param(
            (time(16), {2, 4}),
            (time(10), {3, 0}),
            "“Team” moved from Wednesdays and Fridays at 16:00 to Mondays and Thursdays at 10:00, "
            "from Thursday on.",
            id="other-weekdays-and-time",
        ),
    ],
)
def test_a_moved_series_is_one_sentence(before, after, text, renews_uids):
    then, now = occurrences("Team", *before), occurrences("Team", *after)
    now = renew_ids(*now) if renews_uids else now
    assert list_changes(agenda(*then), agenda(*now)) == [text]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({2}, {4}, "“Team” moved from Wednesdays at 16:00 to Fridays at 16:00, from Friday on."),
        (
            {3},
            {2},
            "“Team” moved from Thursdays at 16:00 to Wednesdays at 16:00, from tomorrow on.",
        ),
        (
            {1},
            {3},
            "“Team” moved from Tuesdays at 16:00 to Thursdays at 16:00, from Thursday on.",
        ),
        (
            {1, 3},
            {2, 4},
            (
                "“Team” moved from Tuesdays and Thursdays at 16:00 to Wednesdays and Fridays at 16:00, "
                "from tomorrow on."
            ),
        ),
    ],
)
def test_a_series_whose_occurrences_keep_their_ids_is_one_sentence(before, after, text):
    then = occurrences("Team", time(16), before)
    moved = occurrences("Team", time(16), after)
    now = [replace(new, id=old.id) for old, new in zip(then, moved, strict=False)]
    assert list_changes(agenda(*then), agenda(*now)) == [text]


def test_a_series_with_another_title_and_day_is_told_as_renamed():
    then = occurrences("Team", time(16), {2})
    moved = occurrences("Retrospective", time(16), {4})
    now = [replace(new, id=old.id) for old, new in zip(then, moved, strict=False)]
    told = list_changes(agenda(*then), agenda(*now))
    assert told
    assert all("“Team” is now called “Retrospective”" in text for text in told)


def test_the_last_occurrence_of_a_series_moves_alone():
    last = event("Team", local(16, on=WEDNESDAY), recurrence_id="20260401T160000")
    moved = replace(last, start=local(16, on=days_later(2)), end=local(17, on=days_later(2)))
    assert list_changes(agenda(last), agenda(moved)) == [
        "“Team” moved from tomorrow at 16:00 to Thursday at 16:00."
    ]


def test_a_series_that_moves_later_on_is_told_from_that_day_on():
    then = occurrences("Team", time(16), {2})
    moved = [one for one in occurrences("Team", time(17), {2}) if one.start > local(0, on=days_later(5))]
    kept = [one for one in then if one.start < local(0, on=days_later(5))]
    assert list_changes(agenda(*then), agenda(*kept, *moved)) == [
        "“Team” moved from 16:00 to 17:00, from Wednesday 8 April on."
    ]


@pytest.mark.parametrize("keeps_id", [True, False])
@pytest.mark.parametrize(
    ("start", "text"),
    [
        (local(15, on=WEDNESDAY), "“Team” moved from 16:00 to 15:00 tomorrow."),
        (
            local(16, on=days_later(2)),
            "“Team” moved from tomorrow at 16:00 to Thursday at 16:00.",
        ),
        (
            local(8, on=days_later(3)),
            "“Team” moved from tomorrow at 16:00 to Friday at 08:00.",
        ),
        (WEDNESDAY, "“Team” moved from tomorrow at 16:00 to tomorrow."),
    ],
)
def test_one_moved_occurrence_is_told_with_its_day(start, text, keeps_id):
    then = occurrences("Team", time(16), {2})
    first = next(one for one in then if one.start == local(16, on=WEDNESDAY))
    end = start + (timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1))
    moved = replace(first, start=start, end=end, id=first.id if keeps_id else new_id())
    now = [moved if one is first else one for one in then]
    assert list_changes(agenda(*then), agenda(*now)) == [text]


def test_an_occurrence_that_is_put_back_did_not_move_the_series():
    usual = occurrences("Team", time(16), {2})
    first = next(one for one in usual if one.start > local(0))
    other = replace(first, start=local(10, on=WEDNESDAY), end=local(11, on=WEDNESDAY))
    then = [other if one is first else one for one in usual]
    assert list_changes(agenda(*then), agenda(*usual)) == ["“Team” moved from 10:00 to 16:00 tomorrow."]


@pytest.mark.parametrize("renews_uids", [True, False])
@pytest.mark.parametrize(
    ("title", "renamed"),
    [
        ("Town hall", "Town hall (moved online)"),
        ("Interview: candidate 14", "Interview: candidate 17"),
        ("Sync", "Sync with the board"),
        ("Review of the budget", "Review of the plan"),
    ],
)
def test_a_renamed_event_is_told_once(title, renamed, renews_uids):
    then = occurrences(title, time(9), {2, 4})
    now = [replace(one, title=renamed) for one in then]
    now = renew_ids(*now) if renews_uids else now
    assert list_changes(agenda(*then), agenda(*now)) == [f"“{title}” is now called “{renamed}”."]


def test_another_event_at_the_same_time_is_not_a_renamed_one():
    then, now = event("Dentist", local(9, on=WEDNESDAY)), event("Budget", local(9, on=WEDNESDAY))
    assert list_changes(agenda(then), agenda(now)) == [
        "“Budget” was added for tomorrow at 09:00.",
        "“Dentist” (tomorrow at 09:00) is no longer on the calendar.",
    ]


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        ("", "Room 4", "“Demo” (tomorrow at 09:00) has a new place: Room 4."),
        ("Room 4", "Online", "“Demo” (tomorrow at 09:00) has a new place: Online."),
        ("Room 4", "", None),
        ("Room 4", "room  4", None),
    ],
)
def test_a_new_place_is_told(before, now, text):
    one = event("Demo", local(9, on=WEDNESDAY), location=before)
    told = list_changes(agenda(one), agenda(replace(one, location=now)))
    assert told == ([text] if text else [])


def test_a_new_place_of_one_occurrence_is_told_with_its_day():
    then = occurrences("Demo", time(9), {2, 4})
    now = [replace(one, location="Hall") if one.start == local(9, on=WEDNESDAY) else one for one in then]
    assert list_changes(agenda(*then), agenda(*now)) == ["“Demo” (tomorrow at 09:00) has a new place: Hall."]


def test_a_series_that_is_gone_or_new_is_one_sentence():
    series = occurrences("Daily", time(16), set(range(7)))
    when = "today at 16:00 and 8 more times until Wednesday 8 April"
    assert list_changes(agenda(*series), agenda()) == [f"“Daily” ({when}) is no longer on the calendar."]
    assert list_changes(agenda(), agenda(*series)) == [f"“Daily” was added for {when}."]


@pytest.mark.parametrize("days", [1, 2, 5, 9, 10, 30])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_that_one_brief_did_not_look_at_are_not_compared(days, zone):
    last = snapshot_of(agenda(*WEEK), day(days_later(-days)))
    new = compose_after(replace(last, events={}), agenda(*WEEK), day(zone=zone)).since_last.entries
    gone = compose_after(last, agenda(), day(zone=zone)).since_last.entries
    days_new = {_date_of(fact, WEEK) for claim in new for fact in claim.facts}
    days_gone = {_date_of(fact, WEEK) for claim in gone for fact in claim.facts}
    assert days_new == days_gone
    assert bool(days_new) == (days < EVENT_DAYS)
    assert all(on <= days_later(EVENT_DAYS - days) for on in days_new | days_gone)


def _date_of(fact_id: str, events: list) -> date:
    start = next(one.start for one in events if fact_id == f"event:{one.id}")
    return start.date() if isinstance(start, datetime) else start


def test_the_sentences_of_the_calendar_stand_in_the_order_of_time():
    then = [
        event("Zoo", local(9, on=days_later(2))),
        event("Concert", local(20, on=days_later(1))),
        event("Walk", local(9, on=days_later(3))),
    ]
    now = [
        event("Museum", local(9, on=TODAY)),
        replace(then[2], start=local(10, on=days_later(3))),
        event("Alps", days_later(5)),
    ]
    for order in (now, now[::-1], now[1:] + now[:1]):
        told = list_changes(agenda(*then), agenda(*order))
        assert [next(word for word in ORDER if word in text) for text in told] == list(ORDER)


ORDER = ("Museum", "Concert", "Zoo", "Walk", "Alps")


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        pytest.param({}, ", overlapping “Critique”", id="overlapping"),
        pytest.param({"busy": False}, "", id="free"),
        pytest.param({"declined": True}, "", id="declined"),
        pytest.param({"start": local(15, on=WEDNESDAY), "end": local(16, on=WEDNESDAY)}, "", id="after"),
    ],
)
def test_a_change_that_makes_a_conflict_is_told_so(other, overlap):
    critique = replace(event("Critique", local(14, on=WEDNESDAY)), **other)
    call = event("Call", local(16, on=WEDNESDAY))
    moved = replace(call, start=local(14, on=WEDNESDAY), end=local(15, on=WEDNESDAY))
    assert list_changes(agenda(critique, call), agenda(critique, moved)) == [
        f"“Call” moved from 16:00 to 14:00 tomorrow{overlap}."
    ]
    assert list_changes(agenda(critique), agenda(critique, moved)) == [
        f"“Call” was added for tomorrow at 14:00{overlap}."
    ]


def test_two_events_with_one_title_do_not_overlap():
    first, second = (event("Call", local(14, on=WEDNESDAY)) for _ in range(2))
    told = list_changes(agenda(), agenda(first, replace(second, end=local(16, on=WEDNESDAY))))
    assert told
    assert not [text for text in told if "overlapping" in text]


def test_a_moved_event_cites_its_time_before():
    then = event("Team", local(16, on=WEDNESDAY))
    now = replace(then, start=local(9, on=WEDNESDAY), end=local(10, on=WEDNESDAY))
    document = compose_after(snapshot_of(agenda(then)), agenda(now))
    (claim,) = document.since_last.entries
    memory = document.facts[claim.facts[1]]
    assert (memory.kind, memory.start) == ("memory", then.start)


def test_a_floating_time_that_gets_a_zone_did_not_move():
    floating = event("Standup", datetime.combine(WEDNESDAY, time(9)))
    zoned = replace(floating, start=local(9, on=WEDNESDAY), end=local(10, on=WEDNESDAY))
    assert list_changes(agenda(floating), agenda(zoned)) == []
    assert texts(compose_after(snapshot_of(agenda(zoned)), agenda(floating))) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param({}, {"declined": True}, id="declined-since"),
        pytest.param({"declined": True}, {}, id="accepted-since"),
        pytest.param({"declined": True}, {"declined": True, "location": "Hall"}, id="declined-before"),
        pytest.param(None, {"declined": True}, id="new-and-declined"),
    ],
)
def test_declined_events_are_no_news(before, now):
    one = event("Town hall", local(9, on=WEDNESDAY))
    then = agenda() if before is None else agenda(replace(one, **before))
    assert list_changes(then, agenda(replace(one, **now))) == []


@pytest.mark.parametrize(
    "now",
    [
        pytest.param([], id="removed"),
        pytest.param([event("Town hall", local(9, on=days_later(20)), declined=True)], id="postponed"),
        pytest.param([event("Town hall", local(15, on=WEDNESDAY), declined=True)], id="moved"),
        pytest.param([event("Lunch", local(12, on=WEDNESDAY), declined=True)], id="replaced"),
    ],
)
def test_the_end_of_a_declined_event_is_no_news(now):
    before = agenda(event("Town hall", local(9, on=WEDNESDAY), declined=True))
    assert list_changes(before, agenda(*now)) == []
