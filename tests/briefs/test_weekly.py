"""Test the weekly edition, which compares the snapshots of the week with the current facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak.agenda import Agenda, TaskStatus
from daybreak.briefs.document.model import Document, Edition, Topic
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact, why_unsupported
from daybreak.people import BriefLength

from .factories import agenda, compose_brief, day, days_later, event, local, project, task
from .rendering.strategies import weekly_documents
from .strategies import days_with_agendas

TUESDAY = date(2026, 3, 31)
GARDEN = project("Garden")


def snapshot_of(found: Agenda, days_ago: int):
    """Return the snapshot of the brief of that many days ago."""
    return compose_brief(found, day(days_later(-days_ago))).snapshot


def compose_week(now: Agenda, *known, **parts) -> Document:
    composed = compose_brief(now, edition=Edition.WEEKLY, week_snapshots=known, **parts)
    assert composed.withheld == ()
    return composed.document


def texts_by_topic(document: Document) -> dict[tuple[str | None, Topic], list[str]]:
    return {
        (of.project, view.topic): [claim.text for claim in view.entries]
        for of in document.week.projects
        for view in of.topics
    }


def claims(document: Document):
    yield from (*document.headline, *document.week.calendar, *document.next_actions)
    for of in document.week.projects:
        yield from (claim for view in of.topics for claim in view.entries)


def complete_task(one, on):
    return replace(one, status=TaskStatus.DONE, completed=on)


def test_each_task_is_listed_by_its_topic():
    sow, weed, mow = (task(title, project_id=GARDEN.id) for title in ("Sow", "Weed", "Mow"))
    call = task("Call Bob", due=days_later(-2))
    hedge = task("Cut the hedge", project_id=GARDEN.id, due=days_later(-3))
    old = task("Old debt", due=days_later(-30))
    monday = snapshot_of(agenda(GARDEN, sow, weed, mow, call, hedge, old), 7)
    document = compose_week(
        agenda(
            GARDEN,
            complete_task(sow, days_later(-1)),
            replace(weed, status=TaskStatus.CANCELLED),
            call,
            old,
            replace(hedge, due=days_later(2)),
            task("Paint", due=days_later(5)),
        ),
        monday,
    )
    assert texts_by_topic(document) == {
        ("Garden", Topic.DONE): ["“Sow” was finished yesterday."],
        ("Garden", Topic.SLIPPED): ["“Cut the hedge” moved from Saturday 28 March to Thursday 2 April."],
        ("Garden", Topic.GONE): ["“Weed” was cancelled.", "Removed from home: “Mow”."],
        ("Garden", Topic.AHEAD): ["“Cut the hedge” is due on Thursday 2 April"],
        (None, Topic.SLIPPED): ["“Call Bob” was due on Sunday and is still open."],
        (None, Topic.ADDED): ["New: “Paint”, due on Sunday."],
        (None, Topic.AHEAD): ["“Paint” is due on Sunday 5 April"],
    }
    assert [claim.text for claim in document.headline] == [
        "1 done, 2 slipped, 1 new, 2 gone since Tuesday 24 March.",
        "Next 7 days: 2 tasks. 1 overdue for over a week.",
    ]


def test_snapshots_within_the_week_are_used():
    brief_life, moved = task("Came and went"), task("Report", due=days_later(-4))
    known = [
        snapshot_of(agenda(), 6),
        snapshot_of(agenda(brief_life, moved), 5),
        snapshot_of(agenda(moved), 1),
    ]
    document = compose_week(agenda(replace(moved, due=None)), *known)
    assert texts_by_topic(document) == {
        (None, Topic.SLIPPED): ["“Report” was due on Friday and has no due date now."],
        (None, Topic.GONE): ["Removed from home: “Came and went”."],
    }
    text = " ".join(render(document, OutputFormat.TEXT).split())
    assert "New and gone are counted from Wednesday 25 March, the first brief of the week." in text
    memory = next(fact for fact in document.facts.values() if fact.kind == "memory")
    assert (memory.title, memory.due) == ("Report", days_later(-4))


def test_without_briefs_of_the_week_the_review_is_based_on_dates():
    document = compose_week(
        agenda(
            complete_task(task("Sow"), days_later(-2)),
            complete_task(task("Ancient"), days_later(-20)),
            task("New"),
        )
    )
    assert texts_by_topic(document) == {(None, Topic.DONE): ["“Sow” was finished on Sunday."]}
    assert document.headline[0].text == "1 done since Tuesday 24 March."
    for form in (OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML):
        assert "There is no earlier brief to compare with" in " ".join(render(document, form).split())


def test_tasks_of_a_new_source_are_not_added():
    before = replace(snapshot_of(agenda(), 7), sources={})
    assert texts_by_topic(compose_week(agenda(task("Imported")), before)) == {}


@pytest.mark.parametrize(("days", "listed"), [(-1, True), (-6, True), (-9, False)])
def test_a_task_found_done_in_the_week_is_told_without_a_date(days, listed):
    done = replace(task("Sow"), status=TaskStatus.DONE, completion_seen_at=local(7, on=days_later(days)))
    told = texts_by_topic(compose_week(agenda(done)))
    assert told == ({(None, Topic.DONE): ["“Sow” was finished."]} if listed else {})


@pytest.mark.parametrize(
    ("due", "clause"),
    [
        (days_later(-30), ", which was due on Sunday 1 March"),
        (local(9, on=days_later(-8)), ", which was due on Monday 23 March at 09:00"),
        (days_later(0), ", due today"),
        (days_later(3), ", due on Friday"),
        (None, ""),
    ],
)
def test_a_new_task_is_told_in_the_tense_of_its_due_date(due, clause):
    document = compose_week(agenda(task("Sow", due=due)), snapshot_of(agenda(), 7))
    assert texts_by_topic(document)[None, Topic.ADDED] == [f"New: “Sow”{clause}."]


def test_a_task_done_in_another_list_is_done():
    before = snapshot_of(agenda(task("Sow")), 7)
    document = compose_week(agenda(complete_task(task("Sow"), datetime(2026, 3, 30, 9, tzinfo=UTC))), before)
    assert texts_by_topic(document) == {(None, Topic.DONE): ["“Sow” was finished yesterday."]}


def week_text(document: Document, length: BriefLength = BriefLength.STANDARD) -> str:
    return " ".join(render(document, OutputFormat.TEXT, length).split())


def test_the_document_has_the_whole_week_and_standard_length_counts():
    events = [event(f"Call {n}", local(9 + n % 4, 0, days_later(n // 4))) for n in range(24)]
    rows = [complete_task(task(f"Row {n}"), days_later(-1)) for n in range(14)]
    document = compose_week(agenda(*events, *rows))
    assert len(document.week.calendar) == 24
    assert document.week.calendar[-1].text == "“Call 23”, on Sunday at 12:00"
    (view,) = document.week.projects[0].topics
    assert (view.count, len(view.entries)) == (14, 14)
    text = week_text(document)
    assert "Without a project (14): Row 0, Row 1, Row 10, 11 more" in text
    assert "Today: Call 0 09:00, Call 1 10:00, Call 2 11:00, 1 more" in text
    full = week_text(document, BriefLength.FULL)
    assert all(f"Row {n} was" in full for n in range(14))
    assert "Call 23, on Sunday at 12:00" in full


@pytest.mark.parametrize(
    ("today", "name", "number"),
    [
        (date(2026, 11, 27), "Week of 23 to 29 November 2026", "Week 48"),
        (date(2026, 11, 29), "Week of 23 to 29 November 2026", "Week 48"),
        (date(2026, 11, 30), "Week of 23 to 29 November 2026", "Week 48"),
        (date(2026, 12, 2), "Week of 23 to 29 November 2026", "Week 48"),
        (date(2026, 12, 7), "Week of 30 November to 6 December 2026", "Week 49"),
        (date(2027, 1, 1), "Week of 28 December 2026 to 3 January 2027", "Week 53"),
    ],
)
def test_a_review_is_named_by_its_week(today: date, name: str, number: str):
    assert (weekly.week_name(today), weekly.week_number(today)) == (name, number)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_most_of_the_reviewed_days_are_in_the_named_week(today: date):
    reviewed = {(today - timedelta(days=n)).isocalendar().week for n in range(1, 8)}
    week = int(weekly.week_number(today).split()[1])
    assert week in reviewed
    days = [(today - timedelta(days=n)).isocalendar().week for n in range(1, 8)]
    assert days.count(week) == max(map(days.count, days))


def test_a_week_without_anything_has_no_zeros():
    document = compose_week(agenda(), snapshot_of(agenda(), 7))
    assert [claim.text for claim in document.headline] == [
        "Nothing done, slipped or new since Tuesday 24 March.",
        "Next 7 days: nothing planned.",
    ]


def test_projects_without_news_are_one_line():
    choir, thesis = project("Choir"), project("Thesis")
    things = (choir, thesis, task(project_id=choir.id), task(project_id=thesis.id))
    text = week_text(compose_week(agenda(*things), snapshot_of(agenda(*things), 7)))
    assert "No news: Choir, Thesis" in text


def test_a_due_date_that_was_put_off_again_says_so():
    call = task("Call the school")
    known, last = [], None
    for days_ago, due in ((6, -5), (5, -4), (4, -2)):
        found = agenda(replace(call, due=days_later(due)))
        last = compose_brief(found, day(days_later(-days_ago)), last_received_snapshot=last).snapshot
        known.append(last)
    late = compose_week(agenda(replace(call, due=days_later(-2))), *known)
    assert "".join(texts_by_topic(late)[None, Topic.SLIPPED]) == (
        "“Call the school” was due on Sunday and is still open; "
        "first due Thursday 26 March, put off twice since."
    )
    assert "Call the school (2 days overdue, put off twice)" in week_text(late)
    moved = compose_week(agenda(replace(call, due=days_later(3))), *known)
    assert "".join(texts_by_topic(moved)[None, Topic.SLIPPED]) == (
        "“Call the school” moved from Thursday 26 March to Friday 3 April, for the third time; "
        "first due Thursday 26 March."
    )
    assert "Call the school (now Friday, put off 3 times)" in week_text(moved)


def test_slipped_tasks_are_shown_newest_first_and_the_older_ones_counted():
    tasks = [task(f"Task {n}", due=days_later(-n)) for n in range(1, 7)]
    text = week_text(compose_week(agenda(*tasks)))
    assert "Without a project (6): Task 1 (1 day overdue), Task 2 (2 days overdue), Task 3" in text
    assert "3 older" in text


def test_the_week_ahead_is_told_by_day():
    daily = [event("Stand-up", local(9, on=days_later(n))) for n in range(5)]
    things = [
        event("Board meeting", local(10, on=days_later(2))),
        event("Fair", days_later(4), days_later(5)),
        task("Slides", due=days_later(2), estimate_minutes=240),
        task("Answer", due=days_later(2)),
        task("Dig", start=days_later(3), due=days_later(20)),
    ]
    text = week_text(compose_week(agenda(*daily, *things)))
    assert "Thursday: Board meeting 10:00; 2 due: Slides (4 h), Answer" in text
    assert "Friday: to start: Dig" in text
    assert "Saturday: Fair" in text
    assert "Stand-up" not in text


def test_a_task_is_named_once_at_each_length():
    moved = task("Moved", due=days_later(2))
    before = snapshot_of(agenda(replace(moved, due=days_later(-2))), 7)
    document = compose_week(agenda(moved), before)
    for length in BriefLength:
        assert week_text(document, length).count("Moved") == 1
    assert "Thursday: due: 1 above" in week_text(document)


def test_a_busy_week_is_short_at_each_length():
    projects = [project(f"Project {n}") for n in range(20)]
    done = [
        complete_task(task(f"Row {n}", project_id=projects[n % 20].id), days_later(-1)) for n in range(60)
    ]
    late = [task(f"Late {n}", project_id=projects[n % 20].id, due=days_later(-n % 6 - 1)) for n in range(60)]
    due = [task(f"Due {n}", project_id=projects[n % 20].id, due=days_later(n % 8)) for n in range(60)]
    events = [event(f"Call {n}", local(9 + n % 5, on=days_later(n % 8))) for n in range(40)]
    document = compose_week(agenda(*projects, *done, *late, *due, *events))
    for length, most in ((BriefLength.GLANCE, 15), (BriefLength.STANDARD, 60)):
        assert len(render(document, OutputFormat.TEXT, length).splitlines()) <= most


@pytest.mark.parametrize("form", [OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML])
def test_every_format_shows_the_week(form: OutputFormat):
    document = compose_week(
        agenda(GARDEN, complete_task(task("Sow", project_id=GARDEN.id), days_later(-1)), event("Fair"))
    )
    words = " ".join(render(document, form).split())
    for part in ("Week of 23 to 29 March 2026", "Week 13", "Garden", "Done", "Sow", "Fair"):
        assert part in words


def test_a_project_whose_week_fails_is_a_gap_and_the_others_remain(monkeypatch):
    monkeypatch.setattr(weekly, "slipped", lambda *_: 1 / 0)
    late, fine = (
        task("Late", project_id=GARDEN.id, due=days_later(-1)),
        complete_task(task("Sow"), days_later(-1)),
    )
    composed = compose_brief(agenda(GARDEN, late, fine), edition=Edition.WEEKLY)
    assert list(texts_by_topic(composed.document)) == [(None, Topic.DONE)]
    assert [gap.name for gap in composed.gaps] == ["The week of Garden"]


@given(days_with_agendas())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_sentence_of_a_week_is_supported_by_its_facts(situation):
    on, found = situation
    known = compose_brief(replace(found, tasks=found.tasks[::2]), on).snapshot
    known = replace(known, day=days_later(-3, on.today))
    composed = compose_brief(found, on, edition=Edition.WEEKLY, week_snapshots=[known])
    document = composed.document
    assert composed.withheld == ()
    for claim in claims(document):
        assert why_unsupported(claim, document.facts, PREDICATES, on.today) is None
    cited = {fact for claim in claims(document) for fact in claim.facts}
    assert cited <= document.facts.keys()
    blockers = {one for fact in cited for one in document.facts[fact].blockers}
    assert document.facts.keys() <= cited | blockers


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("slipped", {"status": "open", "due": days_later(-8)}),
        ("slipped", {"status": "open", "due": TUESDAY}),
        ("slipped", {"status": "done", "due": days_later(-2)}),
        ("slipped_to", {"status": "open", "due": days_later(-1)}),
        ("slipped_to", {"kind": "memory", "due": days_later(1)}),
        ("week_done", {"status": "open", "completed": days_later(-1)}),
        ("week_done", {"status": "done", "completed": days_later(-8)}),
        ("ahead", {"status": "open", "due": days_later(8)}),
        ("ahead", {"status": "done", "due": days_later(2)}),
        ("event_ahead", {"kind": "event", "start": days_later(-1)}),
        ("coverage", {"kind": "stat", "value": 0}),
        ("no_briefs", {"kind": "stat", "value": 2}),
    ],
)
def test_an_unsupported_sentence_about_the_week_is_rejected(kind: str, parts):
    facts = {"x": Fact(**{"kind": "task", "title": "X", "source": "home", "source_ref": "x:1"} | parts)}
    assert why_unsupported(Claim(kind=kind, text="X.", facts=("x",)), facts, PREDICATES, TUESDAY)


@given(weekly_documents, st.sampled_from(BriefLength))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_stored_week_is_shown_at_any_length(document: Document, length: BriefLength):
    lines = render(document, OutputFormat.TEXT, length).splitlines()
    assert lines[0].startswith("Week of")
