# ruff: noqa: RUF001 - times are joined by en dashes
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from daybreak.briefs.document.model import (
    CoverageWarning,
    FreeInterval,
    SinceLast,
    TimelineEntry,
    Workload,
)
from daybreak.briefs.rendering.outline import (
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    Outline,
    Part,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.claims import Claim
from daybreak.people import BriefLength

from .document_factories import BERLIN, at, document, hostile, quiet, rich, section


def headings(blocks: Outline):
    return [(block.level, block.text) for block in blocks if isinstance(block, Heading)]


def day_of(*entries, gaps=()):
    entries = tuple(TimelineEntry(text="it", starts=s, ends=e, facts=()) for s, e in entries)
    load = Workload(planned_minutes=0, unestimated=0, free_minutes=0, free_intervals=gaps)
    blocks = build_outline(document(timeline=entries, workload=load))
    return [
        s.time for b in blocks if isinstance(b, ListBlock) and b.style is ListStyle.TIMES for s in b.sentences
    ]


def test_a_full_day_is_in_the_order_of_use():
    parts = [block.part for block in build_outline(rich()) if isinstance(block, Heading)]
    assert parts == [Part.FIRST, Part.DAY, Part.SINCE, Part.PROJECT, Part.PROJECT]


def test_the_full_length_has_each_bucket_of_each_project():
    assert headings(build_outline(rich(), BriefLength.FULL))[3:] == [
        (2, "Lisbon talk"),
        (3, "In progress"),
        (3, "Blocked"),
        (3, "Next 7 days"),
        (3, "Done in the last 24 hours"),
        (3, "Notes"),
        (2, "Without a project"),
        (3, "Overdue"),
        (3, "Due today"),
        (3, "No date"),
    ]


def test_warnings_precede_anything_that_needs_a_decision():
    kinds = [type(block) for block in build_outline(rich())]
    assert kinds.index(Warnings) < kinds.index(Heading)


def test_a_warning_without_a_source_is_its_text():
    gaps = (
        CoverageWarning(source="", text="12 more warnings"),
        CoverageWarning(source="home", text="a.txt:1: x"),
    )
    assert build_outline(document(warnings=gaps))[2].lines == ("12 more warnings", "home: a.txt:1: x")


@pytest.mark.parametrize(
    ("length", "count", "lines"),
    [
        (BriefLength.STANDARD, 3, 3),
        (BriefLength.STANDARD, 4, 4),
        (BriefLength.STANDARD, 20, 4),
        (BriefLength.FULL, 20, 20),
        (BriefLength.GLANCE, 20, 0),
    ],
)
def test_warnings_are_cut_by_length_and_counted(length: BriefLength, count: int, lines: int):
    gaps = tuple(CoverageWarning(source="home", text=f"a.txt:{n}: x") for n in range(count))
    (shown,) = [
        block for block in build_outline(document(warnings=gaps), length) if isinstance(block, Warnings)
    ]
    assert len(shown.lines) == lines
    if length is BriefLength.GLANCE:
        assert "20 warnings" in shown.title
    elif lines < count:
        assert shown.lines[-1] == f"{count - 3} more: see Sources, or run daybreak brief --length full."


def test_uncounted_warnings_are_said_to_be_more():
    gaps = [CoverageWarning(source="home", text=f"a.txt:{n}: x") for n in range(20)]
    gaps.append(CoverageWarning(source="", text="12 more warnings"))
    (shown,) = [one for one in build_outline(document(warnings=tuple(gaps))) if isinstance(one, Warnings)]
    assert shown.lines[-1].startswith("over 17 more: see Sources")


def test_a_quiet_day_is_short():
    blocks = build_outline(quiet())
    assert headings(blocks) == [(2, "Other projects")]
    assert len(blocks) == 5


def test_an_empty_document_has_only_date_opening_and_closing():
    first, opening, last = build_outline(document())
    assert first == Title("Sunday 29 March 2026", "")
    assert [statement.text for statement in opening.sentences] == ["Nothing is due today."]
    assert last == Closing("As of 06:30 (Europe/Berlin).")


def test_no_heading_is_without_content():
    for day in (rich(), quiet(), hostile()):
        blocks = build_outline(day)
        for block, below in pairwise(blocks):
            bare = isinstance(block, Heading) and isinstance(below, Heading | Closing)
            assert not bare or below.level > block.level


def test_an_empty_project_has_no_heading_of_its_own():
    assert "Idle" not in headings(build_outline(document(sections=(section("Idle"),))))


def test_bullets_do_not_repeat_their_heading():
    outline = build_outline(rich(), BriefLength.FULL)
    for heading, below in pairwise(outline):
        if isinstance(heading, Heading) and heading.level == 3 and isinstance(below, ListBlock):
            assert all(heading.text.casefold() not in one.text.casefold() for one in below.sentences)


def test_a_first_brief_does_not_mention_an_earlier_one():
    news = (Claim(kind="came_in", text="“A” came in.", facts=()),)
    assert headings(build_outline(document(since_last=SinceLast(date=None, entries=news)))) == []


def test_the_closing_time_is_in_the_readers_zone():
    as_of = at(23, 30, day=date(2026, 3, 28)).astimezone(ZoneInfo("America/New_York"))
    assert "As of 23:30 (Europe/Berlin)" in build_outline(document(as_of=as_of))[-1].text


def test_all_day_events_come_first_and_free_time_is_in_order():
    gap = FreeInterval(starts=at(10), ends=at(11), minutes=60)
    times = day_of((at(9), at(10)), (None, None), (at(11), at(12)), gaps=(gap,))
    assert times == ["All day", "09:00–10:00", "10:00–11:00", "11:00–12:00"]


def test_a_day_without_events_and_tasks_has_no_list():
    assert day_of(gaps=(FreeInterval(starts=at(9), ends=at(17), minutes=480),)) == []


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (at(9), at(9), "09:00"),
        (at(22), at(0, day=date(2026, 3, 30)), "22:00–24:00"),
        (at(0), at(0, day=date(2026, 3, 30)), "00:00–24:00 (23 h)"),
        (at(1, 30), at(3, 30), "01:30–03:30 (1 h)"),
    ],
    ids=["no length", "until midnight", "a day of 23 hours", "across the gap"],
)
def test_a_time_range_is_shown_in_clock_times(starts, ends, shown):
    assert day_of((starts, ends))[0] == shown


def test_the_two_passes_of_a_repeated_hour_are_distinguished():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert day_of((first, first.replace(fold=1))) == ["02:30–02:30 (1 h)"]
