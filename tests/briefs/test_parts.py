"""Test that a failed part leaves the rest of the brief, which names what is missing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.console import Console

from daybreak.briefs.composing import base, section_writers, standard
from daybreak.briefs.composing.base import Composed
from daybreak.briefs.composing.sections import write_section
from daybreak.briefs.document import codec
from daybreak.briefs.rendering import Form, render
from daybreak.briefs.rendering.terminal import terminal_view
from daybreak.errors import Unavailable

from .factories import TODAY, agenda, brief, event, later, project, task
from .test_compose import statements

GARDEN, HOUSE = project("Garden"), project("House")
NOBODY_CAN_PLACE = date.min  # in Berlin that day begins before the minimum of datetime
SECRET = "hunter2"


def odd(**parts):
    """Return a task whose project cannot be sorted into buckets."""
    return task("Found in a ruin", due=NOBODY_CAN_PLACE, **parts)


def due(title: str, **parts):
    return task(title, due=TODAY, **parts)


def gaps(composed: Composed) -> dict[str, str]:
    return {gap.source: gap.text for gap in composed.document.warnings}


def spoiled(monkeypatch, module, name: str, error: Exception) -> None:
    def spoil(*_, **__):
        raise error

    monkeypatch.setattr(module, name, spoil)


def test_a_project_that_fails_is_a_gap_and_the_others_remain():
    composed = brief(agenda(GARDEN, HOUSE, due("Sow", project_id=GARDEN.id), odd(project_id=HOUSE.id)))
    document = composed.document
    assert [section.project for section in document.sections] == ["Garden"]
    assert [gap.name for gap in composed.gaps] == ["House"]
    assert gaps(composed) == {
        "House": "could not be sorted out; its 1 task is in no part of this brief, nor in its numbers: "
        "there is a defect in Daybreak (OverflowError), which its log describes."
    }
    assert (document.counts.projects, document.counts.due_today, document.counts.overdue) == (1, 1, 0)
    assert [action.text for action in document.next_actions] == ["“Sow”"]


def test_timeline_and_next_actions_remain_when_every_project_fails(monkeypatch):
    spoiled(monkeypatch, section_writers, "write_section", ZeroDivisionError(SECRET))
    composed = brief(
        agenda(GARDEN, HOUSE, event("Standup"), due("Sow", project_id=GARDEN.id), odd(project_id=HOUSE.id))
    )
    assert composed.document.sections == ()
    assert gaps(composed).keys() == {"Garden", "House"}
    assert [entry.text for entry in composed.document.timeline] == ["“Standup”"]
    assert [action.text for action in composed.document.next_actions] == ["“Sow”"]


def test_a_failed_section_does_not_change_the_counts(monkeypatch):
    things = agenda(GARDEN, due("Sow", project_id=GARDEN.id), due("Call"))
    whole = brief(things).document
    spoiled(monkeypatch, section_writers, "write_section", ZeroDivisionError(SECRET))
    composed = brief(things)
    assert composed.document.counts == whole.counts
    assert "though the numbers count its tasks" in gaps(composed)["Garden"]
    assert gaps(composed).keys() == {"Garden", "Tasks without a project"}


def test_facts_cited_by_a_failed_section_are_not_in_the_brief(monkeypatch):
    def fail_late(page, material):
        write_section(page, material)
        raise ZeroDivisionError

    monkeypatch.setattr(section_writers, "write_section", fail_late)
    document = brief(agenda(GARDEN, *(due(f"Row {n}", project_id=GARDEN.id) for n in range(5)))).document
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()


PARTS = {
    "slots": (standard, standard.CALENDAR),
    "workload": (standard, standard.WORKLOAD),
    "next_actions": (standard, standard.NEXT_ACTIONS),
    "snapshot": (base, base.MEMORY),
    "since_last": (standard, standard.SINCE_LAST),
    "timeline": (standard, standard.TIMELINE),
    "blindspots": (base, base.SOURCES),
    "headline": (standard, standard.HEADLINE),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_failed_part_is_named_and_the_others_remain(monkeypatch, name):
    things = agenda(GARDEN, event("Standup"), due("Sow", project_id=GARDEN.id))
    last = brief(agenda(GARDEN)).snapshot
    whole = brief(things, last_received=last).document
    module, part = PARTS[name]
    spoiled(monkeypatch, module, name, ZeroDivisionError(SECRET))
    composed = brief(things, last_received=last)
    document = composed.document
    assert (document.sections, document.counts) == (whole.sections, whole.counts)
    assert [gap.source for gap in document.warnings] == [part]
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()
    assert SECRET not in codec.encode(document).decode()


@pytest.mark.parametrize("name", PARTS)
def test_a_day_with_a_gap_is_never_quiet(monkeypatch, name):
    assert brief(agenda()).document.quiet
    spoiled(monkeypatch, PARTS[name][0], name, ZeroDivisionError())
    document = brief(agenda()).document
    assert not document.quiet
    assert "quiet" not in {claim.kind for claim in document.headline}


def test_a_failed_calendar_has_no_timeline_and_no_workload(monkeypatch):
    things = agenda(event("Standup"), due("Sow", estimate_minutes=30))
    assert brief(things).document.workload.free_minutes > 0
    spoiled(monkeypatch, standard, "slots", ZeroDivisionError())
    document = brief(things).document
    assert (document.timeline, document.workload.statements, document.workload.gaps) == ((), (), ())


def test_an_event_beyond_the_last_date_costs_only_the_timeline():
    endless = event("Retirement", end=datetime.max.replace(tzinfo=UTC))
    composed = brief(agenda(endless, GARDEN, due("Sow", project_id=GARDEN.id)))
    assert gaps(composed).keys() == {standard.TIMELINE}
    assert len(composed.document.sections) == 1


def test_a_task_of_a_failed_project_has_no_changes():
    it = task("Found in a ruin", project_id=HOUSE.id)
    before = brief(agenda(HOUSE, it)).snapshot
    composed = brief(agenda(HOUSE, replace(it, due=NOBODY_CAN_PLACE)), last_received=before)
    assert composed.document.since_last.entries == ()
    new = brief(agenda(HOUSE, odd(project_id=HOUSE.id)), last_received=brief(agenda(HOUSE)).snapshot)
    assert new.document.since_last.entries == ()
    mended = brief(agenda(HOUSE, replace(it, due=later(1))), last_received=composed.snapshot).document
    assert [claim.kind for claim in mended.since_last.entries] == ["moved"]


def test_a_task_blocked_by_one_of_a_failed_project_stays_blocked():
    blocker = odd(project_id=HOUSE.id)
    composed = brief(
        agenda(HOUSE, GARDEN, blocker, due("Sow", project_id=GARDEN.id, blocked_by=(blocker.id,)))
    )
    assert composed.document.next_actions == ()
    assert composed.document.counts.blocked == 1


def test_a_brief_after_an_empty_snapshot_has_no_changes(monkeypatch):
    with monkeypatch.context() as patch:
        spoiled(patch, base, "snapshot", ZeroDivisionError())
        blind = brief(agenda(GARDEN, due("Sow"))).snapshot
    next_day = brief(agenda(GARDEN, due("Call")), last_received=blind)
    assert next_day.document.since_last.entries == ()
    assert next_day.gaps == ()


def test_messages_of_daybreak_errors_are_shown(monkeypatch):
    spoiled(monkeypatch, section_writers, "write_section", Unavailable("The model does not answer."))
    text = gaps(brief(agenda(due("Sow"))))["Tasks without a project"]
    assert text.endswith("the numbers count its tasks: The model does not answer.")


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.JSON])
def test_every_form_shows_the_gap(form):
    document = brief(agenda(HOUSE, odd(project_id=HOUSE.id))).document
    shown = " ".join(render(document, form).split())
    assert "House: could not be sorted out; its 1 task is in no part of this brief" in shown


def test_the_terminal_shows_the_gap():
    console = Console(width=200)
    with console.capture() as captured:
        console.print(terminal_view(brief(agenda(HOUSE, odd(project_id=HOUSE.id))).document))
    assert "House: could not be sorted out" in captured.get()


def test_a_date_close_to_the_maximum_is_not_a_gap():
    far = brief(agenda(task("One day", due=date.max - timedelta(days=2)))).document
    assert far.warnings == ()
