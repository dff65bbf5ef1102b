from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.briefs.document.model import TimelineEntry
from daybreak.briefs.pages.day_chart import HOUR_HEIGHT, build_day_chart

from ..factories import TODAY, agenda, compose_brief, day, event, local  # noqa: TID252 - tests are no package

SUMMER_TIME_DATE = date(2026, 3, 29)


def chart_of(*events, on: date = TODAY):
    return build_day_chart(compose_brief(agenda(*events), on=day(today=on)).document)


def test_a_day_without_timed_events_has_no_chart():
    assert chart_of() is None
    assert chart_of(event(start=TODAY, end=TODAY + timedelta(days=1))) is None


def test_an_event_is_drawn_at_its_time():
    shown = chart_of(event("Standup", local(10), local(11, 30)))
    (block,) = shown.events
    tick = next(tick for tick in shown.hour_lines if tick.label == "10:00")
    assert (block.y, block.height, block.x, block.width) == (tick.y, HOUR_HEIGHT * 3 // 2, 0, 100)
    assert (block.text, block.time) == ("Standup", "10:00\N{EN DASH}11:30")


def test_only_overlapping_events_share_the_width():
    shown = chart_of(
        event("A", local(9), local(11)),
        event("B", local(10), local(12)),
        event("C", local(11), local(12)),
        event("D", local(14), local(15)),
    )
    assert [(one.text, one.x, one.width) for one in shown.events] == [
        ("A", 0, 50),
        ("B", 50, 50),
        ("C", 0, 50),
        ("D", 0, 100),
    ]


def test_a_skipped_hour_is_not_drawn():
    starts = local(0, 30, on=SUMMER_TIME_DATE)
    shown = chart_of(event("Night shift", starts, local(5, on=SUMMER_TIME_DATE)), on=SUMMER_TIME_DATE)
    labels = [tick.label for tick in shown.hour_lines]
    assert labels[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert shown.events[0].height == HOUR_HEIGHT * 7 // 2


def test_the_current_time_is_drawn_only_on_its_day():
    shown = chart_of(event("Late", local(20), local(21)))
    assert shown.now is None
    on_time = replace(compose_brief(agenda(event())).document, as_of=local(10, 30))
    assert build_day_chart(on_time).now == HOUR_HEIGHT * 3 // 2


moments = st.integers(0, 24 * 60 - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(moments, st.integers(0, 600)), min_size=1, max_size=12), st.booleans())
def test_blocks_never_overlap_or_exceed_the_chart(spans, has_a_jump):
    on = SUMMER_TIME_DATE if has_a_jump else TODAY
    tz = ZoneInfo("Europe/Berlin")
    begin = datetime.combine(on, datetime.min.time(), tz)
    entries = []
    for minute, length in spans:
        starts = local(minute // 60, minute % 60, on=on)
        ends = min(starts + timedelta(minutes=length), begin + timedelta(days=1))
        entries.append(
            TimelineEntry(
                text="“X”", starts=starts.astimezone(tz), ends=max(starts, ends).astimezone(tz), facts=()
            )
        )
    shown = build_day_chart(
        replace(compose_brief(agenda(), on=day(today=on)).document, timeline=tuple(entries))
    )
    assert len(shown.events) == len(entries)
    for one in shown.events:
        assert 0 <= one.y <= one.y + one.height <= shown.height
        assert 0 <= one.x <= one.x + one.width <= 100.1
    for index, one in enumerate(shown.events):
        for other in shown.events[index + 1 :]:
            is_apart_in_time = one.y + one.height <= other.y + 1 or other.y + other.height <= one.y + 1
            is_apart = one.x + one.width <= other.x + 0.1 or other.x + other.width <= one.x + 0.1
            assert is_apart_in_time or is_apart
    assert all(second.y - first.y == HOUR_HEIGHT for first, second in pairwise(shown.hour_lines))
