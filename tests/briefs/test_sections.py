from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from daybreak.agenda import Priority, SourceWarning, TaskStatus
from daybreak.briefs.document.model import Bucket
from daybreak.briefs.wording.entries import with_texts

from .factories import (
    HOME,
    TODAY,
    agenda,
    compose_brief,
    day,
    days_later,
    event,
    local,
    note,
    phase,
    project,
    section_hashes,
    task,
)

GARDEN = project("Garden", description="Grow things.")


def section(*things, **parts):
    return with_texts(compose_brief(agenda(*things), **parts).document).sections[0]


def texts(claims) -> list[str]:
    return [claim.text for claim in claims]


def sentence(**parts) -> str:
    first = task("Order seeds")
    blocked_by = (first.id,) if parts.pop("waits", False) else ()
    it = task("Sow", project_id=GARDEN.id, blocked_by=blocked_by, **parts)
    return section(GARDEN, it, first).buckets[0].entries[0].text


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"due": days_later(-1)}, "“Sow” was due yesterday, 1 day overdue"),
        ({"due": days_later(-9)}, "“Sow” was due on Sunday 22 March, 9 days overdue"),
        ({"due": local(9, 30)}, "“Sow” is due today at 09:30"),
        ({"due": TODAY, "estimate_minutes": 90}, "“Sow” is due today (1 h 30 min)"),
        ({"start": TODAY}, "“Sow” starts today"),
        ({"start": local(14), "due": days_later(1)}, "“Sow” starts today at 14:00, due tomorrow"),
        (
            {"status": TaskStatus.IN_PROGRESS, "due": days_later(3)},
            "“Sow” is in progress, due on Friday 3 April",
        ),
        (
            {"status": TaskStatus.IN_PROGRESS, "touched_at": local(9, on=days_later(-8))},
            "“Sow” is in progress, but untouched since Monday 23 March",
        ),
        ({"status": TaskStatus.BLOCKED, "due": days_later(-1)}, "“Sow” is blocked; it was due yesterday"),
        ({"waits": True, "due": days_later(1)}, "“Sow” is blocked by “Order seeds”, due tomorrow"),
        (
            {"due": days_later(7), "priority": Priority.HIGH},
            "“Sow” is due on Tuesday 7 April (high priority)",
        ),
        ({"start": days_later(2)}, "“Sow” starts on Thursday 2 April"),
        (
            {"start": days_later(2), "due": days_later(4)},
            "“Sow” starts on Thursday 2 April, due on Saturday 4 April",
        ),
        (
            {"status": TaskStatus.DONE, "completed": local(17, on=days_later(-1)), "estimate_minutes": 5},
            "“Sow” was finished yesterday at 17:00",
        ),
        ({}, "“Sow” has no due date"),
    ],
)
def test_a_task_reads_well_in_each_bucket(parts: dict, expected: str):
    assert sentence(**parts) == expected


def test_a_section_has_description_phase_next_task_and_notes():
    build = phase(GARDEN, "Build", start_on=days_later(-10), end_on=days_later(10))
    done = phase(GARDEN, "Plan", start_on=days_later(-30), end_on=days_later(-11))
    found = section(
        GARDEN,
        done,
        build,
        task("Blocked", project_id=GARDEN.id, phase_id=build.id, due=TODAY, status=TaskStatus.BLOCKED),
        task("Raise bed", project_id=GARDEN.id, phase_id=build.id, due=days_later(2)),
        task("Elsewhere", project_id=GARDEN.id, due=TODAY),
        note("Seeds", project_id=GARDEN.id, body="Tomatoes\nand beans"),
    )
    assert texts(found.statements) == [
        "Grow things.",
        "Phase: “Build”, until 10 April.",
        "Up next: “Raise bed”, due on Thursday.",
    ]
    assert texts(found.notes) == ["“Seeds” (yesterday): Tomatoes and beans"]


def test_the_next_task_of_a_phase_is_the_one_due_first():
    build = phase(GARDEN, "Build", start_on=days_later(-10), end_on=days_later(10))
    here = {"project_id": GARDEN.id, "phase_id": build.id}
    found = section(
        GARDEN,
        build,
        task("Weed", start=days_later(-20), status=TaskStatus.IN_PROGRESS, **here),
        task("Fence", start=days_later(-2), due=days_later(1), status=TaskStatus.IN_PROGRESS, **here),
        task("Sow", due=days_later(5), **here),
    )
    assert texts(found.statements)[-1].startswith("Up next: “Fence”")


@pytest.mark.parametrize(
    ("parts", "clause"),
    [
        ({"due": days_later(-4)}, ", which was due on Friday"),
        ({"due": days_later(-1)}, ", which was due yesterday"),
        ({"due": date(2025, 12, 31)}, ", which was due on Wednesday 31 December 2025"),
        (
            {"due": local(18, on=days_later(-2))},
            ", which was due on Sunday at 18:00",
        ),
        ({"due": local(6, 30)}, ", which was due today at 06:30"),
        ({"due": local(7)}, ", due today at 07:00"),
        ({"due": TODAY}, ", due today"),
        ({"due": days_later(1)}, ", due tomorrow"),
        ({"start": days_later(-4)}, ", which was to start on Friday"),
        ({"start": local(6)}, ", which was to start today at 06:00"),
        ({"start": TODAY}, ", which starts today"),
        ({"start": days_later(1)}, ", which starts tomorrow"),
        ({"start": days_later(-4), "due": days_later(-1)}, ", which was due yesterday"),
        ({"start": days_later(-4), "status": TaskStatus.IN_PROGRESS}, ""),
        (
            {"status": TaskStatus.IN_PROGRESS, "due": days_later(-1)},
            ", which was due yesterday",
        ),
        ({}, ""),
    ],
)
def test_the_next_task_of_a_phase_is_told_in_the_tense_of_its_date(parts, clause):
    build = phase(GARDEN, "Build", start_on=days_later(-10), end_on=days_later(10))
    found = section(GARDEN, build, task("Sow", project_id=GARDEN.id, phase_id=build.id, **parts))
    assert texts(found.statements)[-1] == f"Up next: “Sow”{clause}."


@pytest.mark.parametrize("blocked", ["status", "blocker", "snoozed blocker"])
def test_a_blocked_task_is_never_next_in_a_phase(blocked):
    build = phase(GARDEN, "Build", start_on=days_later(-10), end_on=days_later(10))
    first = task("Dig")
    status = TaskStatus.BLOCKED if blocked == "status" else TaskStatus.OPEN
    waits = () if blocked == "status" else (first.id,)
    sow = task("Sow", project_id=GARDEN.id, phase_id=build.id, due=TODAY, status=status, blocked_by=waits)
    found = section(GARDEN, build, sow, *([] if blocked == "status" else [first]))
    assert not any(one.text.startswith("Up next") for one in found.statements)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"due": local(6, 59)}, "“Sow” was due today at 06:59"),
        ({"due": local(7, 1)}, "“Sow” is due today at 07:01"),
        ({"start": local(6, 59)}, "“Sow” was to start today at 06:59"),
        ({"start": local(7, 1), "due": days_later(1)}, "“Sow” starts today at 07:01, due tomorrow"),
        ({"status": TaskStatus.BLOCKED, "due": local(6, 59)}, "“Sow” is blocked; it was due today at 06:59"),
        ({"status": TaskStatus.BLOCKED, "due": local(8)}, "“Sow” is blocked, due today at 08:00"),
    ],
)
def test_a_time_of_today_that_has_passed_is_told_in_the_past(parts, expected):
    assert sentence(**parts) == expected


def test_the_five_newest_notes_of_seven_days_are_shown():
    as_of = day().as_of
    ages = [
        timedelta(days=7, seconds=1),
        timedelta(days=7),
        *(timedelta(hours=n) for n in range(5)),
        timedelta(-1),
    ]
    found = section(GARDEN, *(note(f"{age}", noted_at=as_of - age, project_id=GARDEN.id) for age in ages))
    assert [claim.text.split("”")[0] for claim in found.notes] == [f"“{timedelta(hours=n)}" for n in range(5)]
    alone = [note("Old", noted_at=as_of - ages[0]), note("Young", noted_at=as_of - ages[1])]
    assert [claim.text[:6] for claim in section(*alone).notes] == ["“Young"]


def test_every_task_of_a_long_list_is_an_entry():
    found = section(*(task(f"{n:02}", due=days_later(-1)) for n in range(30)))
    assert (found.buckets[0].count, len(found.buckets[0].entries)) == (30, 30)


def test_later_tasks_are_entries_too():
    found = section(task("Sow", due=days_later(30)), task("Reap", due=days_later(31)))
    (view,) = found.buckets
    assert (view.bucket, texts(view.entries)) == (
        Bucket.LATER,
        ["“Sow” is due on Thursday 30 April", "“Reap” is due on Friday 1 May"],
    )


def test_the_entries_of_a_composed_section_are_worded_when_it_is_rendered():
    document = compose_brief(agenda(task("Sow", due=TODAY))).document
    assert texts(document.sections[0].buckets[0].entries) == [""]


def test_urgent_sections_come_first_and_tasks_without_a_project_last():
    calm, burning = project("Alpha"), project("Zulu")
    things = [task(project_id=calm.id), task(project_id=burning.id, due=TODAY), task(due=days_later(3))]
    found = compose_brief(agenda(calm, burning, *things)).document.sections
    assert [section.project for section in found] == ["Zulu", "Alpha", None]


def test_a_task_of_an_unknown_project_is_shown_without_one():
    document = compose_brief(agenda(task("Orphan", project_id=UUID(int=7), due=TODAY))).document
    assert [section.project for section in document.sections] == [None]
    assert document.counts.due_today == 1


def test_an_empty_project_has_no_section():
    document = compose_brief(agenda(GARDEN)).document
    assert (document.sections, document.counts.projects) == ((), 0)


@pytest.mark.parametrize("renamed", ["source", "project", "zone"])
def test_a_section_is_renewed_when_its_facts_change(renamed: str):
    it = task(project_id=GARDEN.id, due=days_later(3))
    last = compose_brief(agenda(GARDEN, it)).document
    found, on = agenda(GARDEN, it), day()
    if renamed == "source":
        found = agenda(GARDEN, it, sources=[replace(HOME, name="work")])
    elif renamed == "project":
        found = agenda(replace(GARDEN, name="Yard"), it)
    else:
        on = day(zone="Asia/Tokyo")
    again = compose_brief(found, on, previous_section_hashes=section_hashes(last)).document
    assert not again.sections[0].reused


def headline(*things, **parts) -> list[str]:
    return texts(compose_brief(agenda(*things), **parts).document.headline)


def test_the_opening_has_the_counts():
    today, late, old = (
        task(project_id=GARDEN.id, due=TODAY),
        task(due=days_later(-1)),
        task(due=days_later(-8)),
    )
    assert headline(GARDEN, today, late)[0] == "1 due today, 1 overdue."
    assert headline(late, old)[0] == "2 overdue (1 for over a week)."


@pytest.mark.parametrize(
    ("country", "today", "name"),
    [
        ("DE", "2026-04-03", "Good Friday"),
        ("US", "2026-07-03", "Independence Day (observed)"),
        ("DE", "2026-07-03", None),
        ("XX", "2026-12-25", None),
        (None, "2026-12-25", None),
    ],
)
def test_a_public_holiday_is_named(country: str | None, today: str, name: str | None):
    texts = headline(country=country, on=day(TODAY.fromisoformat(today)))
    expected = [f"Today is {name}, a public holiday ({country})."] if name else []
    assert [text for text in texts if "holiday" in text] == expected


def test_a_quiet_day_names_what_comes_next():
    assert headline(event("Fair", local(10, on=days_later(2))), task("Sow", due=days_later(3))) == [
        "A quiet day: nothing is due, overdue or on the calendar.",
        "Next: “Fair”, on Thursday 2 April at 10:00.",
    ]


def test_an_empty_agenda_is_a_quiet_day_with_nothing_ahead():
    assert headline() == ["A quiet day: nothing is due, overdue or on the calendar."]


@pytest.mark.parametrize(
    "thing",
    [
        task(due=TODAY),
        task(due=TODAY, status=TaskStatus.BLOCKED),
        task(due=days_later(-1)),
        task(status=TaskStatus.IN_PROGRESS),
        event(start=TODAY),
    ],
    ids=["due", "blocked but due", "overdue", "begun", "event"],
)
def test_a_day_with_anything_in_it_is_not_quiet(thing):
    document = compose_brief(agenda(thing)).document
    assert not document.quiet
    assert len(document.headline) == 1


def test_a_day_with_an_unread_file_is_not_quiet():
    warning = SourceWarning(source_id=HOME.id, path="plan.ics", line=3, message="not a date")
    document = compose_brief(agenda(warnings=[warning])).document
    assert not document.quiet
    assert [(gap.source, gap.text) for gap in document.warnings] == [("home", "plan.ics:3: not a date")]
    assert [claim.kind for claim in document.headline] == ["not_all_seen"]


def test_warnings_beyond_twenty_are_counted():
    warnings = [SourceWarning(source_id=HOME.id, path="a", line=n, message="no") for n in range(25)]
    found = compose_brief(agenda(warnings=warnings)).document.warnings
    assert len(found) == 21
    assert found[-1].text.startswith("5 more warnings: see Sources")


def test_a_title_is_always_quoted():
    found = section(
        task("  two\n lines  ", due=TODAY), task("", due=days_later(1)), task("x" * 200, due=days_later(2))
    )
    texts = [entry.text for view in found.buckets for entry in view.entries]
    assert texts[0] == "“two lines” is due today"
    assert texts[1] == "“untitled” is due tomorrow"
    assert texts[2] == f"“{'x' * 119}…” is due on Thursday 2 April"


def test_a_location_with_line_breaks_is_shown_on_one_line():
    found = compose_brief(
        agenda(event("A", location="Room\n 4", tentative=True, busy=False))
    ).document.timeline
    assert found[0].text == "“A”, Room 4 (tentative, marked as free)"


def test_without_any_source_the_day_is_not_quiet():
    document = compose_brief(agenda(sources=[])).document
    assert [claim.kind for claim in document.headline] == ["invitation"]
    assert "daybreak sources add URL" in document.headline[0].text
    assert document.warnings == ()
    assert not document.quiet


def test_a_recently_read_source_is_not_outdated_in_a_brief_of_next_week():
    on = day(days_later(7))
    found = agenda(task(due=days_later(7)))
    assert compose_brief(found, on, composed_at=local(8)).document.warnings == ()
    assert compose_brief(found, on, composed_at=local(8, on=days_later(7))).document.warnings
