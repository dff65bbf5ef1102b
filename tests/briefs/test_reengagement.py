"""Test the note to a reader who is away: short, in the tone of its tier, and supported by facts."""

from dataclasses import replace

import pytest

from daybreak.agenda import TaskStatus
from daybreak.briefs.document.model import AbsenceTier, Document, Edition
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording import reengagement
from daybreak.claims import why_unsupported

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, task

TASKS = [task(f"Task {n}", due=days_later(-n)) for n in range(5)]


def compose_note(tier: AbsenceTier, found=None, **parts) -> Document:
    found = found or agenda(*TASKS, event("Standup"))
    composed = compose_brief(found, edition=Edition.REENGAGEMENT, tier=tier, **parts)
    assert composed.withheld == ()
    return composed.document


@pytest.mark.parametrize(("tier", "actions"), [("gentle", 3), ("motivating", 1), ("warm", 0), ("offer", 0)])
def test_each_tier_has_its_own_opening_and_a_way_to_stop(tier: str, actions: int):
    document = compose_note(AbsenceTier(tier))
    assert len(document.next_actions) == actions
    assert (document.timeline, document.sections, document.since_last.entries) == ((), (), ())
    for form in (OutputFormat.TEXT, OutputFormat.MARKDOWN, OutputFormat.HTML):
        shown = " ".join(render(document, form).split())
        assert reengagement.OPENINGS[AbsenceTier(tier)] in shown
        assert "Pause your briefs at any time" in shown
    assert len(render(document, OutputFormat.TEXT).splitlines()) < 30


@pytest.mark.parametrize("tier", list(AbsenceTier))
def test_every_sentence_about_tasks_follows_from_its_facts(tier: AbsenceTier):
    document = compose_note(
        tier, last_received_snapshot=compose_brief(agenda(*TASKS), day(days_later(-12))).snapshot
    )
    claims = (*document.headline, *document.next_actions)
    assert all(why_unsupported(claim, document.facts, PREDICATES, TODAY) is None for claim in claims)
    assert {fact for claim in claims for fact in claim.facts} == document.facts.keys()


def test_the_gentle_tier_counts_waiting_tasks():
    assert [claim.text for claim in compose_note(AbsenceTier.GENTLE).headline] == ["1 due today, 4 overdue."]
    assert [claim.text for claim in compose_note(AbsenceTier.GENTLE, agenda(task("Some day"))).headline] == [
        "Nothing is due this week."
    ]


@pytest.mark.parametrize(
    "when", [{"completed": days_later(-3)}, {"completion_seen_at": local(7, on=days_later(-3))}]
)
def test_the_motivating_tier_counts_finished_tasks(when):
    last = compose_brief(agenda(*TASKS), day(days_later(-12))).snapshot
    done = replace(TASKS[0], status=TaskStatus.DONE, **when)
    document = compose_note(AbsenceTier.MOTIVATING, agenda(done, *TASKS[1:]), last_received_snapshot=last)
    assert [claim.text for claim in document.headline] == ["1 task done since Thursday 19 March."]
    assert compose_note(AbsenceTier.MOTIVATING).headline == ()


def test_a_failed_part_leaves_the_others(monkeypatch):
    monkeypatch.setattr(reengagement, "waiting", lambda *_: 1 / 0)
    document = compose_note(AbsenceTier.GENTLE)
    assert [gap.source for gap in document.warnings] == ["The opening"]
    assert len(document.next_actions) == 3
