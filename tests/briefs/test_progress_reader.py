"""Test a brief that is read while it is composed: every reported part is shown, in order."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from daybreak.briefs.document import codec
from daybreak.briefs.document.model import CoverageWarning
from daybreak.briefs.progress_reader import LiveBrief
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.people import BriefLength
from daybreak.runs import RunEvent

from .factories import TODAY, agenda, compose_brief, project, task

AT = datetime(2026, 3, 31, tzinfo=UTC)
GARDEN, HOUSE = project("Garden"), project("House")
DOCUMENT = compose_brief(
    agenda(
        GARDEN,
        HOUSE,
        task("Sow", project_id=GARDEN.id, due=TODAY),
        task("Sweep", project_id=HOUSE.id, due=TODAY),
    )
).document


def live_brief_of(*events: tuple[str, dict]) -> LiveBrief:
    return LiveBrief.from_events(
        RunEvent(run_id=UUID(int=1), number=number, at=AT, name=name, data=data)
        for number, (name, data) in enumerate(events, start=1)
    )


def section_facts(index: int) -> dict:
    cited = {fact for view in DOCUMENT.sections[index].buckets for one in view.entries for fact in one.facts}
    return {fact_id: fact for fact_id, fact in DOCUMENT.facts.items() if fact_id in cited}


OPENING_FACTS = {
    fact_id: fact
    for fact_id, fact in DOCUMENT.facts.items()
    if fact_id not in section_facts(0) | section_facts(1)
}


def facts_event(total: int = 2) -> tuple[str, dict]:
    document = orjson.loads(codec.encode(replace(DOCUMENT, sections=(), facts=OPENING_FACTS)))
    return "facts", {"total": total, "document": document}


def section_event(index: int) -> tuple[str, dict]:
    return "section", {
        "index": index,
        "section": orjson.loads(orjson.dumps(DOCUMENT.sections[index])),
        "facts": orjson.loads(orjson.dumps(section_facts(index))),
        "gap": None,
    }


def test_without_events_there_is_no_document():
    assert live_brief_of().to_document() is None
    assert live_brief_of(("running", {})).to_document() is None


def test_the_facts_are_readable_before_any_section():
    live = live_brief_of(("running", {}), facts_event())
    assert live.to_document() == replace(DOCUMENT, sections=(), facts=OPENING_FACTS)
    assert (live.pending_sections, live.last_event_number) == (2, 2)


def test_sections_are_in_order_however_they_arrive():
    live = live_brief_of(facts_event(), section_event(1), section_event(0))
    assert (live.to_document().sections, live.pending_sections) == (DOCUMENT.sections, 0)


@pytest.mark.parametrize("length", BriefLength)
def test_a_brief_of_all_sections_reads_like_the_stored_one(length: BriefLength):
    live = live_brief_of(facts_event(), section_event(0), section_event(1))
    assert build_outline(live.to_document(), length) == build_outline(DOCUMENT, length)


def test_a_section_that_could_not_be_written_is_a_warning_in_its_stead():
    gap = CoverageWarning(source="Garden", text="could not be written.")
    live = live_brief_of(
        facts_event(), ("section", {"index": 0, "section": None, "gap": asdict(gap)}), section_event(1)
    )
    assert (live.to_document().warnings, live.pending_sections) == ((gap, *DOCUMENT.warnings), 0)


def test_a_section_too_long_for_an_event_is_not_pending():
    live = live_brief_of(facts_event(), ("section", {"index": 0, "section": None, "gap": None}))
    assert (live.to_document().sections, live.pending_sections) == ((), 1)


def test_another_attempt_starts_over():
    live = live_brief_of(facts_event(), section_event(0), ("running", {}), facts_event(), section_event(1))
    assert live.to_document().sections == DOCUMENT.sections[1:]
