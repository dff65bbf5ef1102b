"""METHOD, STATUS, TRANSP and PARTSTAT: whether an entry takes place, takes time, and for whom."""

import pytest

START = "DTSTART;TZID=Europe/Berlin:20260330T090000"


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER", "reply"])
@pytest.mark.parametrize("kind", ["VEVENT", "VTODO", "VJOURNAL"])
def test_an_answer_to_an_invitation_contains_no_entry(read, calendar, entry, method, kind):
    found = read(calendar(f"METHOD:{method}\r\n", entry(START, "SUMMARY:Accepted: Interview", kind=kind)))
    assert (found.events, found.tasks, found.notes) == ((), (), ())
    assert found.warnings == ()


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH", "ADD", "", "X-OTHER"])
def test_every_other_method_has_its_events(read, calendar, entry, method):
    found = read(calendar(f"METHOD:{method}\r\n", entry(START)))
    parts = [found, *found.messages]
    assert sum(len(part.events) for part in parts) == 1


@pytest.mark.parametrize(
    ("lines", "tentative", "busy"),
    [
        (("STATUS:TENTATIVE",), True, True),
        (("STATUS:tentative",), True, True),
        (("STATUS:CONFIRMED",), False, True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",), True, True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), False, False),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), False, True),
        (("TRANSP:TRANSPARENT",), False, False),
        (("TRANSP:transparent",), False, False),
        (("TRANSP:TRANSPARENT-NOCONFLICT",), False, False),
        (("TRANSP:OPAQUE",), False, True),
        ((), False, True),
    ],
)
def test_status_and_transparency_of_an_event_count(events, lines, tentative, busy):
    (event,) = events(START, *lines)
    assert (event.tentative, event.busy) == (tentative, busy)


@pytest.mark.parametrize("status", ["CANCELLED", "cancelled", "CANCELED"])
def test_a_cancelled_event_is_none_and_a_cancelled_task_is_cancelled(read, calendar, entry, status):
    found = read(calendar(entry(START, f"STATUS:{status}"), entry(f"STATUS:{status}", kind="VTODO")))
    assert (found.events, found.warnings) == ((), ())
    assert [task.status.value for task in found.tasks] == ["cancelled"]


@pytest.mark.parametrize(
    ("answer", "declined", "tentative"),
    [
        ("PARTSTAT=DECLINED", True, False),
        ("partstat=declined", True, False),
        ("PARTSTAT=TENTATIVE", False, True),
        ("PARTSTAT=NEEDS-ACTION", False, True),
        ("PARTSTAT=ACCEPTED", False, False),
        ("PARTSTAT=DELEGATED", False, False),
        ("ROLE=CHAIR", False, False),
    ],
)
@pytest.mark.parametrize("address", ["mailto:ada@example.org", "MAILTO:Ada@Example.org"])
def test_the_answers_of_participants_count_by_their_addresses(events, answer, declined, tentative, address):
    (event,) = events(
        START, f"ATTENDEE;{answer}:{address}", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org"
    )
    assert event.declined_by == (("ada@example.org",) if declined else ())
    assert event.tentative_by == (("ada@example.org",) if tentative else ())


def test_the_answer_to_one_occurrence_counts_for_it_alone(read, calendar, entry):
    master = entry(START, "RRULE:FREQ=DAILY;COUNT=3", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.org")
    override = entry(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260331T090000",
        "DTSTART;TZID=Europe/Berlin:20260331T090000",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org",
    )
    declined = {event.start.day: event.declined_by for event in read(calendar(master, override)).events}
    assert declined == {30: (), 31: ("ada@example.org",), 1: ()}
