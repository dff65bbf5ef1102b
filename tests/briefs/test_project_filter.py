"""Test that excluded projects are in no part of a brief, and that the brief states the exclusion."""

from dataclasses import replace

import pytest

from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Bucket, Document, Edition, Excluded
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording.entries import with_texts
from daybreak.people import Preferences, ProjectChoice

from .factories import TODAY, agenda, compose_brief, days_later, event, note, phase, project, task

GARDEN, HOUSE, SECRET = (
    project("Garden"),
    project("House"),
    project("Secret plan", description="Hidden words"),
)
WITHOUT_SECRET = Preferences(project_choice=ProjectChoice.EXCEPT, projects=("Secret plan",))
ONLY_GARDEN = Preferences(project_choice=ProjectChoice.ONLY, projects=("Garden",))
SOW = task("Sow", project_id=GARDEN.id, due=TODAY)
HIDDEN = (
    task("Hidden overdue", project_id=SECRET.id, due=days_later(-3)),
    task("Hidden today", project_id=SECRET.id, due=TODAY),
    phase(SECRET, "Hidden phase", start_on=days_later(-5), end_on=days_later(5)),
    note("Hidden note", project_id=SECRET.id),
)
ALL = agenda(GARDEN, HOUSE, SECRET, SOW, task("Loose", due=TODAY), event("Standup"), *HIDDEN)


def compose_filtered(found, preferences: Preferences, **parts) -> Document:
    composed = compose_brief(found, preferences=preferences, **parts)
    assert composed.withheld == ()
    return composed.document


@pytest.mark.parametrize("edition", list(Edition))
def test_an_excluded_project_is_in_no_part_of_any_edition(edition: Edition):
    last = compose_brief(ALL).snapshot
    document = compose_filtered(
        ALL, WITHOUT_SECRET, edition=edition, last_received_snapshot=last, week_snapshots=[last]
    )
    assert "idden" not in codec.encode(document).decode()
    assert "Secret" not in codec.encode(document).decode()
    for form in (OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML):
        assert "1 project left out, as you chose." in " ".join(render(document, form).split())


def test_counts_and_next_actions_exclude_excluded_projects():
    document = compose_filtered(ALL, WITHOUT_SECRET)
    assert (document.counts.due_today, document.counts.overdue, document.counts.projects) == (2, 0, 1)
    assert [action.text for action in document.next_actions] == ["“Loose”", "“Sow”"]
    assert [entry.text for entry in document.timeline] == ["“Standup”"]


def test_tasks_without_a_project_are_excluded_if_only_some_projects_are_included():
    document = compose_filtered(ALL, ONLY_GARDEN)
    assert [section.project for section in document.sections] == ["Garden"]
    assert document.excluded == Excluded(projects=2, tasks=1)
    closing = "2 projects and 1 task without a project left out, as you chose."
    assert closing in " ".join(render(document, OutputFormat.TEXT).split())


def test_without_exclusions_nothing_is_reported_as_excluded():
    assert compose_filtered(ALL, Preferences()).excluded is None
    assert "left out" not in render(compose_filtered(ALL, Preferences()), OutputFormat.TEXT)


def test_a_task_blocked_by_an_excluded_task_is_blocked_without_naming_it():
    hidden = task("Hidden permit", project_id=SECRET.id)
    build = task("Build", project_id=HOUSE.id, due=TODAY, blocked_by=(hidden.id,))
    document = with_texts(compose_filtered(agenda(HOUSE, SECRET, hidden, build), WITHOUT_SECRET))
    (view,) = document.sections[0].buckets
    assert (view.bucket, view.entries[0].text) == (Bucket.BLOCKED, "“Build” is blocked, due today")
    assert "permit" not in codec.encode(document).decode()
    assert document.next_actions == ()


def test_excluding_and_including_a_project_are_not_changes():
    then = compose_brief(ALL)
    left = compose_brief(ALL, preferences=WITHOUT_SECRET, last_received_snapshot=then.snapshot)
    assert left.document.since_last.entries == ()
    back = compose_brief(ALL, last_received_snapshot=left.snapshot)
    assert back.document.since_last.entries == ()


def test_tasks_vanished_from_an_excluded_project_are_not_listed():
    then = compose_brief(ALL).snapshot
    now = replace(ALL, tasks=(SOW,))
    entries = compose_filtered(now, WITHOUT_SECRET, last_received_snapshot=then).since_last.entries
    assert [claim.text for claim in entries] == ["“Loose” is no longer in home."]
