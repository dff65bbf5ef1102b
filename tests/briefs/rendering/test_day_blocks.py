# ruff: noqa: RUF001 - times are joined by en dashes
from dataclasses import replace
from datetime import time

from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.outline import Heading, ListBlock, ListStyle, Part, Prose
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.titles import without_marks

from ..factories import (  # noqa: TID252 - tests are no package
    TODAY,
    agenda,
    compose_brief,
    day,
    days_later,
    event,
    local,
    project,
    task,
)

LUNCH = replace(day(), lunch=(time(12), time(13)))


def document(*things, on=None):
    return compose_brief(agenda(*things), on).document


def rows(*things, on=None) -> list[str]:
    blocks = build_outline(document(*things, on=on))
    found = [
        s for b in blocks if isinstance(b, ListBlock) and b.style is ListStyle.TIMES for s in b.sentences
    ]
    return [f"{s.time} {without_marks(s.text)}{' (muted)' if s.muted else ''}" for s in found]


def tasks_of(choir):
    """Return more tasks than Start here names."""
    things = ("chairs", "lamps", "a drum", "tea", "water", "cups", "ink", "paper")
    return [task(f"Buy {thing}", due=days_later(5), project_id=choir.id) for thing in things]


def heading(*things, on=None) -> str | None:
    blocks = build_outline(document(*things, on=on))
    return next((b.text for b in blocks if isinstance(b, Heading) and b.part is Part.DAY), None)


def prose_of_day(*things, on=None) -> list[str]:
    blocks = build_outline(document(*things, on=on))
    at = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.part is Part.DAY)
    block = next(b for b in blocks[at:] if isinstance(b, Prose))
    return [sentence.text for sentence in block.sentences]


def test_events_free_time_and_lunch_are_in_the_order_of_time():
    assert rows(event("A", local(10), local(11)), event("Late", local(20), local(21)), on=LUNCH) == [
        "09:00–10:00 free (muted)",
        "10:00–11:00 A",
        "11:00–17:30 free, lunch 12:00–13:00 (muted)",
        "20:00–21:00 Late",
    ]


def test_the_heading_has_the_free_time():
    assert heading(event("A", local(10), local(11)), on=LUNCH) == "Your day: 6 h 30 min free"
    assert heading(event("A", local(9), local(17, 30))) == "Your day"
    assert heading(event("A", local(10)), on=replace(day(), is_day_off=True)) == "Your day"


def test_a_day_without_events_has_no_rows():
    assert rows(task(due=TODAY), on=LUNCH) == []
    assert heading(task(due=TODAY), on=LUNCH) == "Your day: 7 h 30 min free"
    assert heading(on=LUNCH) is None


def test_all_day_events_are_one_row():
    assert rows(event("A", TODAY), event("B", TODAY, location="Room 4")) == ["All day A; B, Room 4"]


def test_an_overlap_is_told_on_the_row_of_the_later_event():
    found = rows(
        event("Review", local(9), local(17, 30)),
        event("Supplier", local(14, 30), local(18), tentative=True, location="Room 4"),
    )
    assert found == [
        "09:00–17:30 Review",
        "14:30–18:00 Supplier, Room 4 (tentative), overlaps Review until 17:30",
    ]


def test_several_overlaps_name_the_last_to_end():
    found = rows(*(event(name, local(9), local(end)) for name, end in (("A", 18), ("B", 19), ("C", 20))))
    assert found[1:] == [
        "09:00–19:00 B, overlaps A until 18:00",
        "09:00–20:00 C, overlaps B until 19:00 and 1 other",
    ]


def test_the_present_is_marked_and_what_is_over_is_muted():
    found = rows(
        event("A", local(9), local(10)),
        event("B", local(11), local(12)),
        event("C", local(14), local(15)),
        on=replace(LUNCH, as_of=local(11, 20)),
    )
    assert found == [
        "09:00–10:00 A (muted)",
        "11:00–12:00 B",
        "11:20 now",
        "12:00–14:00 free, lunch 12:00–13:00 (muted)",
        "14:00–15:00 C",
        "15:00–17:30 free (muted)",
    ]


def test_before_and_after_the_events_there_is_no_present():
    for hour in (7, 22):
        found = rows(event("A", local(9), local(10)), on=replace(LUNCH, as_of=local(hour)))
        assert not any("now" in row for row in found)
    tomorrow = replace(day(), as_of=local(9, 30, on=days_later(1)))
    assert not any("now" in row for row in rows(event("A", local(9), local(10)), on=tomorrow))


def test_a_meeting_has_what_is_open_below_it_until_it_is_over():
    choir = project("Choir")
    soon = tasks_of(choir)
    things = (choir, *soon, event("Choir rehearsal", local(9), local(10)))
    below = [row for row in rows(*things) if "Choir: Buy" in row]
    assert len(below) == 1
    assert below[0].startswith(" ")
    assert not any("Choir: Buy" in row for row in rows(*things, on=replace(day(), as_of=local(11))))


def test_a_task_that_is_named_above_is_only_counted_below_a_meeting():
    choir = project("Choir")
    due = [replace(one, due=TODAY) for one in tasks_of(choir)[:4]]
    found = rows(choir, *due, event("Choir rehearsal", local(9), local(10)))
    (below,) = [row for row in found if "Choir: Buy" in row]
    assert below.endswith("; 3 above")


def test_a_later_meeting_of_a_project_tells_only_what_its_title_adds():
    choir = project("Choir")
    tasks = tasks_of(choir)
    found = rows(
        choir,
        *tasks,
        event("Choir rehearsal", local(9), local(10)),
        event("Choir: board", local(11), local(12)),
    )
    assert sum("Choir: Buy" in row for row in found) == 1


def test_the_load_and_what_to_snooze_are_below_the_rows():
    big = [task(name, due=TODAY, estimate_minutes=200) for name in ("A", "B", "C", "D", "E")]
    found = prose_of_day(event("Meeting", local(9), local(17)), *big)
    assert found[0] == "That won’t fit: 16 h 40 min of tasks, 30 min free."
    assert all(text.startswith("Snooze first: ") for text in found[1:])


def test_conflicts_stay_in_the_document():
    found = document(event("A", local(9), local(12)), event("B", local(11), local(12)))
    assert [claim.text for claim in found.workload.statements] == ["“A” and “B” overlap from 11:00 to 12:00."]


def test_the_line_below_a_meeting_is_nested_in_markdown():
    choir = project("Choir")
    tasks = tasks_of(choir)
    text = render(document(choir, *tasks, event("Choir rehearsal")), OutputFormat.MARKDOWN)
    assert "\n- 09:00–10:00 **Choir rehearsal**\n  - Choir: **Buy" in text
