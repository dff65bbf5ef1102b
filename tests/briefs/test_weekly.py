"""Test the weekly edition, which compares the snapshots of the week with the current facts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from daybreak.agenda import Agenda, TaskStatus
from daybreak.briefs.document.model import Document, Edition, Topic
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.rendering import Form, render
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim, Fact, unsupported

from .factories import agenda, brief, day, event, later, local, project, task
from .strategies import situations

TUESDAY = date(2026, 3, 31)
GARDEN = project("Garden")


def knew(found: Agenda, days_ago: int):
    """Return the snapshot of the brief of that many days ago."""
    return brief(found, day(later(-days_ago))).snapshot


def week(now: Agenda, *known, **parts) -> Document:
    composed = brief(now, edition=Edition.WEEKLY, week=known, **parts)
    assert composed.withheld == ()
    return composed.document


def said(document: Document) -> dict[tuple[str | None, Topic], list[str]]:
    return {
        (of.project, view.topic): [claim.text for claim in view.entries]
        for of in document.week.projects
        for view in of.topics
    }


def claims(document: Document):
    yield from (*document.headline, *document.week.calendar, *document.next_actions)
    for of in document.week.projects:
        yield from (claim for view in of.topics for claim in view.entries)


def done(one, on):
    return replace(one, status=TaskStatus.DONE, completed=on)


def test_each_task_is_listed_by_its_topic():
    sow, weed, mow = (task(title, project_id=GARDEN.id) for title in ("Sow", "Weed", "Mow"))
    call = task("Call Bob", due=later(-2))
    hedge = task("Cut the hedge", project_id=GARDEN.id, due=later(-3))
    old = task("Old debt", due=later(-30))
    monday = knew(agenda(GARDEN, sow, weed, mow, call, hedge, old), 7)
    document = week(
        agenda(
            GARDEN,
            done(sow, later(-1)),
            replace(weed, status=TaskStatus.CANCELLED),
            call,
            old,
            replace(hedge, due=later(2)),
            task("Paint", due=later(5)),
        ),
        monday,
    )
    assert said(document) == {
        ("Garden", Topic.DONE): ["“Sow” was finished on Monday 30 March."],
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
    brief_life, moved = task("Came and went"), task("Report", due=later(-4))
    known = [knew(agenda(), 6), knew(agenda(brief_life, moved), 5), knew(agenda(moved), 1)]
    document = week(agenda(replace(moved, due=None)), *known)
    assert said(document) == {
        (None, Topic.SLIPPED): ["“Report” was due on Friday 27 March, and has no due date now."],
        (None, Topic.GONE): ["“Came and went” is no longer in home."],
    }
    assert "Told from 3 briefs, the first of Wednesday 25 March." in render(document, Form.TEXT)
    memory = next(fact for fact in document.facts.values() if fact.kind == "memory")
    assert (memory.title, memory.due) == ("Report", later(-4))


def test_without_briefs_of_the_week_the_review_is_based_on_dates():
    document = week(agenda(done(task("Sow"), later(-2)), done(task("Ancient"), later(-20)), task("New")))
    assert said(document) == {(None, Topic.DONE): ["“Sow” was finished on Sunday 29 March."]}
    assert document.headline[0].text == "Tasks since Tuesday 24 March: 1 done, 0 slipped."
    for form in (Form.TEXT, Form.MARKDOWN, Form.HTML):
        assert "No brief of the weeks before was kept" in " ".join(render(document, form).split())


def test_tasks_of_a_new_source_are_not_added():
    before = replace(knew(agenda(), 7), sources={})
    assert said(week(agenda(task("Imported")), before)) == {}


def test_a_task_done_in_another_list_is_done():
    before = knew(agenda(task("Sow")), 7)
    document = week(agenda(done(task("Sow"), datetime(2026, 3, 30, 9, tzinfo=UTC))), before)
    assert said(document) == {(None, Topic.DONE): ["“Sow” was finished on Monday 30 March."]}


def test_the_calendar_of_the_coming_week_is_limited():
    events = [event(f"Standup {n}", local(9, 0, later(n // 4))) for n in range(40)]
    document = week(agenda(*events))
    assert (len(document.week.calendar), document.week.calendar_left_out) == (20, 12)
    assert document.week.calendar[-1].text == "“Standup 19”, on Saturday 4 April at 09:00"
    text = render(document, Form.TEXT)
    assert "The calendar of the next 7 days" in text
    assert "and 12 more" in text


def test_a_long_topic_is_counted_and_shortened():
    document = week(agenda(*(done(task(f"Row {n}"), later(-1)) for n in range(14))))
    view = document.week.projects[0].topics[0]
    assert (view.count, len(view.entries)) == (14, 10)
    assert "and 4 more" in render(document, Form.MARKDOWN)


@pytest.mark.parametrize("form", [Form.TEXT, Form.MARKDOWN, Form.HTML])
def test_every_format_shows_the_week(form: Form):
    document = week(agenda(GARDEN, done(task("Sow", project_id=GARDEN.id), later(-1)), event("Fair")))
    words = " ".join(render(document, form).split())
    for part in ("The week since Tuesday 24 March 2026", "Garden", "Done", "“Sow” was finished", "“Fair”"):
        assert part in words


def test_a_project_whose_week_fails_is_a_gap_and_the_others_remain(monkeypatch):
    monkeypatch.setattr(weekly, "slipped", lambda *_: 1 / 0)
    late, fine = task("Late", project_id=GARDEN.id, due=later(-1)), done(task("Sow"), later(-1))
    composed = brief(agenda(GARDEN, late, fine), edition=Edition.WEEKLY)
    assert list(said(composed.document)) == [(None, Topic.DONE)]
    assert [gap.name for gap in composed.gaps] == ["The week of Garden"]


@given(situations())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_sentence_of_a_week_is_supported_by_its_facts(situation):
    on, found = situation
    known = brief(replace(found, tasks=found.tasks[::2]), on).snapshot
    known = replace(known, day=later(-3, on.today))
    composed = brief(found, on, edition=Edition.WEEKLY, week=[known])
    document = composed.document
    assert composed.withheld == ()
    for claim in claims(document):
        assert unsupported(claim, document.facts, PREDICATES, on.today) is None
    assert {fact for claim in claims(document) for fact in claim.facts} == document.facts.keys()


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("slipped", {"status": "open", "due": later(-8)}),
        ("slipped", {"status": "open", "due": TUESDAY}),
        ("slipped", {"status": "done", "due": later(-2)}),
        ("slipped_to", {"status": "open", "due": later(-1)}),
        ("slipped_to", {"kind": "memory", "due": later(1)}),
        ("week_done", {"status": "open", "completed": later(-1)}),
        ("week_done", {"status": "done", "completed": later(-8)}),
        ("ahead", {"status": "open", "due": later(8)}),
        ("ahead", {"status": "done", "due": later(2)}),
        ("event_ahead", {"kind": "event", "start": later(-1)}),
        ("coverage", {"kind": "stat", "value": 0}),
        ("no_briefs", {"kind": "stat", "value": 2}),
    ],
)
def test_an_unsupported_sentence_about_the_week_is_rejected(kind: str, parts):
    facts = {"x": Fact(**{"kind": "task", "title": "X", "source": "home", "place": "x:1"} | parts)}
    assert unsupported(Claim(kind=kind, text="X.", facts=("x",)), facts, PREDICATES, TUESDAY)
