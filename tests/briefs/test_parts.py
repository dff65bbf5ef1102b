"""Test that a failed part leaves the rest of the brief, which names what is missing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.console import Console

from daybreak.briefs.composing import base, section_writers, standard
from daybreak.briefs.composing.base import ComposedBrief
from daybreak.briefs.composing.sections import write_section
from daybreak.briefs.document import codec
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.terminal import render_terminal
from daybreak.errors import Unavailable

from .factories import TODAY, agenda, compose_brief, days_later, event, project, task
from .test_compose import statements

GARDEN, HOUSE = project("Garden"), project("House")
UNPLACEABLE_DATE = date.min  # in Berlin that day begins before the minimum of datetime
SECRET = "hunter2"


def unplaceable_task(**parts):
    """Return a task whose project cannot be sorted into buckets."""
    return task("Found in a ruin", due=UNPLACEABLE_DATE, **parts)


def task_due_today(title: str, **parts):
    return task(title, due=TODAY, **parts)


def warnings_by_source(composed: ComposedBrief) -> dict[str, str]:
    return {gap.source: gap.text for gap in composed.document.warnings}


def make_fail(monkeypatch, module, name: str, error: Exception) -> None:
    def spoil(*_, **__):
        raise error

    monkeypatch.setattr(module, name, spoil)


def test_a_project_that_fails_is_a_gap_and_the_others_remain():
    composed = compose_brief(
        agenda(
            GARDEN, HOUSE, task_due_today("Sow", project_id=GARDEN.id), unplaceable_task(project_id=HOUSE.id)
        )
    )
    document = composed.document
    assert [section.project for section in document.sections] == ["Garden"]
    assert [gap.name for gap in composed.gaps] == ["House"]
    assert warnings_by_source(composed) == {
        "House": "its 1 task is not in this brief or its numbers: "
        "an error in Daybreak (OverflowError); its log has the details."
    }
    assert (document.counts.projects, document.counts.due_today, document.counts.overdue) == (1, 1, 0)
    assert [action.text for action in document.next_actions] == ["“Sow”"]


def test_timeline_and_next_actions_remain_when_every_project_fails(monkeypatch):
    make_fail(monkeypatch, section_writers, "write_section", ZeroDivisionError(SECRET))
    composed = compose_brief(
        agenda(
            GARDEN,
            HOUSE,
            event("Standup"),
            task_due_today("Sow", project_id=GARDEN.id),
            unplaceable_task(project_id=HOUSE.id),
        )
    )
    assert composed.document.sections == ()
    assert warnings_by_source(composed).keys() == {"Garden", "House"}
    assert [entry.text for entry in composed.document.timeline] == ["“Standup”"]
    assert [action.text for action in composed.document.next_actions] == ["“Sow”"]


def test_a_failed_section_does_not_change_the_counts(monkeypatch):
    things = agenda(GARDEN, task_due_today("Sow", project_id=GARDEN.id), task_due_today("Call"))
    whole = compose_brief(things).document
    make_fail(monkeypatch, section_writers, "write_section", ZeroDivisionError(SECRET))
    composed = compose_brief(things)
    assert composed.document.counts == whole.counts
    assert "counted, but not shown" in warnings_by_source(composed)["Garden"]
    assert warnings_by_source(composed).keys() == {"Garden", "Tasks without a project"}


def test_facts_cited_by_a_failed_section_are_not_in_the_brief(monkeypatch):
    def fail_late(book, project_facts):
        write_section(book, project_facts)
        raise ZeroDivisionError

    monkeypatch.setattr(section_writers, "write_section", fail_late)
    document = compose_brief(
        agenda(GARDEN, *(task_due_today(f"Row {n}", project_id=GARDEN.id) for n in range(5)))
    ).document
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()


PARTS = {
    "timeline_events": (standard, standard.CALENDAR_PART),
    "build_workload": (standard, standard.WORKLOAD_PART),
    "pick_start_here": (standard, standard.NEXT_ACTIONS_PART),
    "take_snapshot": (base, base.SNAPSHOT_PART),
    "changes_since": (standard, standard.SINCE_LAST_PART),
    "build_timeline": (standard, standard.TIMELINE_PART),
    "find_coverage_warnings": (base, base.SOURCES_PART),
    "write_headline": (standard, standard.HEADLINE_PART),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_failed_part_is_named_and_the_others_remain(monkeypatch, name):
    things = agenda(GARDEN, event("Standup"), task_due_today("Sow", project_id=GARDEN.id))
    last = compose_brief(agenda(GARDEN)).snapshot
    whole = compose_brief(things, last_received_snapshot=last).document
    module, part = PARTS[name]
    make_fail(monkeypatch, module, name, ZeroDivisionError(SECRET))
    composed = compose_brief(things, last_received_snapshot=last)
    document = composed.document
    assert (document.sections, document.counts) == (whole.sections, whole.counts)
    assert [gap.source for gap in document.warnings] == [part]
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()
    assert SECRET not in codec.encode(document).decode()


@pytest.mark.parametrize("name", PARTS)
def test_a_day_with_a_gap_is_never_quiet(monkeypatch, name):
    assert compose_brief(agenda()).document.quiet
    make_fail(monkeypatch, PARTS[name][0], name, ZeroDivisionError())
    document = compose_brief(agenda()).document
    assert not document.quiet
    assert "quiet" not in {claim.kind for claim in document.headline}


def test_a_failed_calendar_has_no_timeline_and_no_workload(monkeypatch):
    things = agenda(event("Standup"), task_due_today("Sow", estimate_minutes=30))
    assert compose_brief(things).document.workload.free_minutes > 0
    make_fail(monkeypatch, standard, "timeline_events", ZeroDivisionError())
    document = compose_brief(things).document
    assert (document.timeline, document.workload.statements, document.workload.free_intervals) == ((), (), ())


def test_an_event_beyond_the_last_date_costs_only_the_timeline():
    endless = event("Retirement", end=datetime.max.replace(tzinfo=UTC))
    composed = compose_brief(agenda(endless, GARDEN, task_due_today("Sow", project_id=GARDEN.id)))
    assert warnings_by_source(composed).keys() == {standard.TIMELINE_PART}
    assert len(composed.document.sections) == 1


def test_a_task_of_a_failed_project_has_no_changes():
    it = task("Found in a ruin", project_id=HOUSE.id)
    before = compose_brief(agenda(HOUSE, it)).snapshot
    composed = compose_brief(agenda(HOUSE, replace(it, due=UNPLACEABLE_DATE)), last_received_snapshot=before)
    assert composed.document.since_last.entries == ()
    new = compose_brief(
        agenda(HOUSE, unplaceable_task(project_id=HOUSE.id)),
        last_received_snapshot=compose_brief(agenda(HOUSE)).snapshot,
    )
    assert new.document.since_last.entries == ()
    repaired = compose_brief(
        agenda(HOUSE, replace(it, due=days_later(1))), last_received_snapshot=composed.snapshot
    ).document
    assert [claim.kind for claim in repaired.since_last.entries] == ["moved"]


def test_a_task_blocked_by_one_of_a_failed_project_stays_blocked():
    blocker = unplaceable_task(project_id=HOUSE.id)
    composed = compose_brief(
        agenda(HOUSE, GARDEN, blocker, task_due_today("Sow", project_id=GARDEN.id, blocked_by=(blocker.id,)))
    )
    assert composed.document.next_actions == ()
    assert composed.document.counts.blocked == 1


def test_a_brief_after_an_empty_snapshot_has_no_changes(monkeypatch):
    with monkeypatch.context() as patch:
        make_fail(patch, base, "take_snapshot", ZeroDivisionError())
        blind = compose_brief(agenda(GARDEN, task_due_today("Sow"))).snapshot
    next_day = compose_brief(agenda(GARDEN, task_due_today("Call")), last_received_snapshot=blind)
    assert next_day.document.since_last.entries == ()
    assert next_day.gaps == ()


def test_messages_of_daybreak_errors_are_shown(monkeypatch):
    make_fail(monkeypatch, section_writers, "write_section", Unavailable("The model does not answer."))
    text = warnings_by_source(compose_brief(agenda(task_due_today("Sow"))))["Tasks without a project"]
    assert text.endswith("counted, but not shown: The model does not answer.")


@pytest.mark.parametrize("form", [form for form in OutputFormat if form is not OutputFormat.JSON])
def test_every_form_shows_the_gap(form):
    document = compose_brief(agenda(HOUSE, unplaceable_task(project_id=HOUSE.id))).document
    shown = " ".join(render(document, form).split())
    assert "House: its 1 task is not in this brief or its numbers" in shown


def test_the_terminal_shows_the_gap():
    console = Console(width=200)
    with console.capture() as captured:
        console.print(
            render_terminal(compose_brief(agenda(HOUSE, unplaceable_task(project_id=HOUSE.id))).document)
        )
    assert "House: its 1 task is not in this brief" in captured.get()


def test_a_date_close_to_the_maximum_is_not_a_gap():
    far = compose_brief(agenda(task("One day", due=date.max - timedelta(days=2)))).document
    assert far.warnings == ()
