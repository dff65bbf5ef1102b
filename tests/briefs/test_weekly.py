"""Test the weekly edition, which compares the snapshots of the week with the current facts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from daybreak.agenda import Agenda, TaskStatus
from daybreak.briefs.document.model import Document, Edition, Topic
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact, why_unsupported

from .factories import agenda, compose_brief, day, days_later, event, local, project, task
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
        ("Garden", Topic.SLIPPED): [
            "“Cut the hedge” was due on Saturday 28 March, and is now due on Thursday 2 April."
        ],
        ("Garden", Topic.GONE): ["“Weed” was cancelled.", "“Mow” is no longer in home."],
        ("Garden", Topic.AHEAD): ["“Cut the hedge” is due on Thursday 2 April"],
        (None, Topic.SLIPPED): ["“Call Bob” was due on Sunday 29 March, and is still open."],
        (None, Topic.ADDED): ["“Paint” came in, due on Sunday 5 April."],
        (None, Topic.AHEAD): ["“Paint” is due on Sunday 5 April"],
    }
    assert [claim.text for claim in document.headline] == [
        "Tasks since Tuesday 24 March: 1 done, 2 slipped, 1 came in, 2 went away.",
        "Ahead in the next 7 days: 2 tasks and 0 events; 1 task overdue from before.",
        "Told from the brief of Tuesday 24 March.",
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
        (None, Topic.SLIPPED): ["“Report” was due on Friday 27 March, and has no due date now."],
        (None, Topic.GONE): ["“Came and went” is no longer in home."],
    }
    assert "Told from 3 briefs, the first of Wednesday 25 March." in render(document, OutputFormat.TEXT)
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
    assert document.headline[0].text == "Tasks since Tuesday 24 March: 1 done, 0 slipped."
    for form in (OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML):
        assert "No brief of the weeks before was kept" in " ".join(render(document, form).split())


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
        (days_later(0), ", due on Tuesday 31 March"),
        (days_later(3), ", due on Friday 3 April"),
        (None, ""),
    ],
)
def test_a_new_task_is_told_in_the_tense_of_its_due_date(due, clause):
    document = compose_week(agenda(task("Sow", due=due)), snapshot_of(agenda(), 7))
    assert texts_by_topic(document)[None, Topic.ADDED] == [f"“Sow” came in{clause}."]


def test_a_task_done_in_another_list_is_done():
    before = snapshot_of(agenda(task("Sow")), 7)
    document = compose_week(agenda(complete_task(task("Sow"), datetime(2026, 3, 30, 9, tzinfo=UTC))), before)
    assert texts_by_topic(document) == {(None, Topic.DONE): ["“Sow” was finished yesterday."]}


def test_the_calendar_of_the_coming_week_is_limited():
    events = [event(f"Standup {n}", local(9, 0, days_later(n // 4))) for n in range(40)]
    document = compose_week(agenda(*events))
    assert (len(document.week.calendar), document.week.calendar_omitted) == (20, 12)
    assert document.week.calendar[-1].text == "“Standup 19”, on Saturday 4 April at 09:00"
    text = render(document, OutputFormat.TEXT)
    assert "The calendar of the next 7 days" in text
    assert "and 12 more" in text


def test_a_long_topic_is_counted_and_shortened():
    document = compose_week(agenda(*(complete_task(task(f"Row {n}"), days_later(-1)) for n in range(14))))
    view = document.week.projects[0].topics[0]
    assert (view.count, len(view.entries)) == (14, 10)
    assert "and 4 more" in render(document, OutputFormat.MARKDOWN)


@pytest.mark.parametrize("form", [OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML])
def test_every_format_shows_the_week(form: OutputFormat):
    document = compose_week(
        agenda(GARDEN, complete_task(task("Sow", project_id=GARDEN.id), days_later(-1)), event("Fair"))
    )
    words = " ".join(render(document, form).split())
    for part in ("The week since Tuesday 24 March 2026", "Garden", "Done", "“Sow” was finished", "“Fair”"):
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
    assert {fact for claim in claims(document) for fact in claim.facts} == document.facts.keys()


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
