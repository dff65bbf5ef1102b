# ruff: noqa: RUF001 - times are joined by en dashes
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from daybreak.briefs.document.model import (
    Bucket,
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
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.claims import Claim
from daybreak.people import BriefLength

from .document_factories import BERLIN, at, bucket, counts, document, hostile, quiet, rich, section


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
    assert headings(build_outline(rich())) == [
        (2, "Do first"),
        (2, "Today"),
        (2, "Since your last brief, Friday 27 March 2026"),
        (2, "Lisbon talk"),
        (3, "In progress"),
        (3, "Blocked"),
        (3, "In the next 7 days"),
        (3, "Done in the last 24 hours"),
        (3, "Notes"),
        (2, "Without a project"),
        (3, "Overdue"),
        (3, "Due today"),
        (3, "Without a date"),
        (2, "Further ahead"),
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
    assert headings(blocks) == [(2, "Further ahead")]
    assert len(blocks) == 5


def test_an_empty_document_has_only_date_counts_and_closing():
    first, opening, last = build_outline(document())
    assert first == Title("Sunday 29 March 2026", "A brief for Mira Okafor")
    assert opening.sentences[0].text.startswith("0 projects: 0 due today, 0 overdue,")
    assert last == Closing("As of Sunday 29 March 2026 at 06:30, Europe/Berlin time.")


def test_counts_in_the_headline_are_not_repeated():
    claim = Claim(kind="counts", text="2 projects: 1 due today.", facts=())
    _, opening, _ = build_outline(document(headline=(claim,), counts=counts(projects=2)))
    assert [statement.text for statement in opening.sentences] == ["2 projects: 1 due today."]


def test_no_heading_is_without_content():
    for day in (rich(), quiet(), hostile()):
        blocks = build_outline(day)
        for block, below in pairwise(blocks):
            bare = isinstance(block, Heading) and isinstance(below, Heading | Closing)
            assert not bare or below.level > block.level


def test_an_empty_project_has_no_heading():
    assert headings(build_outline(document(sections=(section("Idle", bucket(Bucket.OVERDUE)),)))) == []


def test_tasks_further_ahead_are_only_counted():
    claim = Claim(kind="later", text="“Far away” is due on 1 July", facts=())
    blocks = build_outline(document(sections=(section("House", bucket(Bucket.LATER, claim, omitted=2)),)))
    items = [
        statement.text for block in blocks if isinstance(block, ListBlock) for statement in block.sentences
    ]
    assert items == ["House: 3 tasks"]


def test_omitted_entries_of_a_bucket_are_counted():
    claim = Claim(kind="overdue", text="“A” was due yesterday", facts=())
    blocks = build_outline(document(sections=(section("House", bucket(Bucket.OVERDUE, claim, omitted=2)),)))
    assert Remark("and 2 more") in blocks


def test_only_a_reused_section_has_a_remark():
    same = replace(section("Same", notes=(Claim(kind="note", text="x", facts=()),)), reused=True)
    blocks = build_outline(document(sections=(same, replace(same, project="New", reused=False))))
    remarks = {block.text: block.remark for block in blocks if isinstance(block, Heading)}
    assert remarks == {"Same": "unchanged since the last compose", "New": "", "Notes": ""}


def test_a_first_brief_does_not_mention_an_earlier_one():
    news = (Claim(kind="came_in", text="“A” came in.", facts=()),)
    assert headings(build_outline(document(since_last=SinceLast(date=None, entries=news)))) == [
        (2, "What is new")
    ]


def test_a_reader_without_a_name_is_shown_by_email():
    nameless = replace(document().user, name=" ")
    assert build_outline(document(user=nameless))[0].subtitle == "A brief for mira@example.org"


def test_the_closing_time_is_in_the_readers_zone():
    as_of = at(23, 30, day=date(2026, 3, 28)).astimezone(ZoneInfo("America/New_York"))
    assert "Saturday 28 March 2026 at 23:30, Europe/Berlin" in build_outline(document(as_of=as_of))[-1].text


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
    assert day_of((starts, ends)) == [shown]


def test_the_two_passes_of_a_repeated_hour_are_distinguished():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert day_of((first, first.replace(fold=1))) == ["02:30–02:30 (1 h)"]
