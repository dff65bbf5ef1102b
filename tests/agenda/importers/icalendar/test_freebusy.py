"""Tests of free/busy lists."""

from datetime import UTC, datetime

import pytest


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


@pytest.fixture(scope="module")
def busy(read, calendar, entry):
    """Return a function that reads a VFREEBUSY of these lines: its events and its warnings."""

    def read_busy(*lines: str, head: str = ""):
        found = read(calendar(head, entry(*lines, kind="VFREEBUSY")))
        events = [
            (event.start, event.end, event.title, event.busy, event.tentative) for event in found.events
        ]
        return events, [warning.message for warning in found.warnings]

    return read_busy


@pytest.mark.parametrize("head", ["", "METHOD:PUBLISH\r\n", "METHOD:REPLY\r\n"])
@pytest.mark.parametrize(
    ("line", "tentative"),
    [
        ("FREEBUSY:20260310T090000Z/20260310T100000Z", False),
        ("FREEBUSY;FBTYPE=BUSY:20260310T090000Z/PT1H", False),
        ("freebusy;fbtype=busy-unavailable:20260310T090000Z/PT60M", False),
        ("FREEBUSY;FBTYPE=X-OUT:20260310T090000Z/20260310T100000Z", False),
        ("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T090000Z/20260310T100000Z", True),
        ("FREEBUSY;TZID=Europe/Berlin:20260310T100000/20260310T110000", False),
    ],
)
def test_a_busy_period_is_an_event_without_a_title(busy, head, line, tentative):
    events, warnings = busy(line, head=head)
    assert events == [(at(9), at(10), "busy", True, tentative)]
    assert ["no titles" in message for message in warnings] == [True]


def test_all_periods_of_a_list_are_read(busy):
    events, _ = busy(
        "FREEBUSY:20260310T090000Z/PT1H,20260310T120000Z/PT30M", "FREEBUSY:20260310T150000Z/20260310T160000Z"
    )
    assert [(start, end) for start, end, *_ in events] == [
        (at(9), at(10)),
        (at(12), at(12, 30)),
        (at(15), at(16)),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("FREEBUSY;FBTYPE=FREE:20260310T090000Z/PT1H",),
        ("DTSTART:20260301T000000Z", "DTEND:20260401T000000Z"),
        ("FREEBUSY:",),
    ],
)
def test_free_time_is_no_event(busy, lines):
    assert busy(*lines) == ([], [])


@pytest.mark.parametrize(
    "period", ["20260310T090000Z", "soon/PT1H", "20260310T090000Z/20260310T080000Z", "20260310T090000Z/P"]
)
def test_an_unreadable_period_costs_only_itself(busy, period):
    events, warnings = busy(f"FREEBUSY:{period},20260310T120000Z/PT30M")
    assert [start for start, *_ in events] == [at(12)]
    assert any("cannot be read" in message for message in warnings)


def test_a_period_that_is_given_twice_is_one_event_and_the_certain_one_counts(busy):
    events, _ = busy(
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T090000Z/PT1H", "FREEBUSY:20260310T090000Z/20260310T100000Z"
    )
    assert [tentative for *_, tentative in events] == [False]
