"""Test a brief that is read while it is composed: every reported part is shown, in order."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import orjson

from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Blindspot
from daybreak.briefs.progress_reader import Draft
from daybreak.runs import Event

from .factories import TODAY, agenda, brief, project, task

AT = datetime(2026, 3, 31, tzinfo=UTC)
GARDEN, HOUSE = project("Garden"), project("House")
WHOLE = brief(
    agenda(
        GARDEN,
        HOUSE,
        task("Sow", project_id=GARDEN.id, due=TODAY),
        task("Sweep", project_id=HOUSE.id, due=TODAY),
    )
).document


def told(*news: tuple[str, dict]) -> Draft:
    return Draft.of(Event(number, AT, name, data) for number, (name, data) in enumerate(news, start=1))


def facts(total: int = 2) -> tuple[str, dict]:
    document = orjson.loads(codec.encode(replace(WHOLE, sections=(), facts={})))
    return "facts", {"total": total, "document": document}


def section(place: int) -> tuple[str, dict]:
    return "section", {
        "place": place,
        "section": orjson.loads(orjson.dumps(WHOLE.sections[place])),
        "gap": None,
    }


def test_without_events_there_is_no_document():
    assert told().brief() is None
    assert told(("running", {})).brief() is None


def test_the_facts_are_readable_before_any_section():
    draft = told(("running", {}), facts())
    assert draft.brief() == replace(WHOLE, sections=(), facts={})
    assert (draft.pending, draft.number) == (2, 2)


def test_sections_are_in_order_however_they_arrive():
    draft = told(facts(), section(1), section(0))
    assert (draft.brief().sections, draft.pending) == (WHOLE.sections, 0)


def test_a_section_that_could_not_be_written_is_a_warning_in_its_stead():
    gap = Blindspot(source="Garden", text="could not be written.")
    draft = told(facts(), ("section", {"place": 0, "section": None, "gap": asdict(gap)}), section(1))
    assert (draft.brief().warnings, draft.pending) == ((gap, *WHOLE.warnings), 0)


def test_a_section_too_long_for_an_event_is_not_pending():
    draft = told(facts(), ("section", {"place": 0, "section": None, "gap": None}))
    assert (draft.brief().sections, draft.pending) == ((), 1)


def test_another_attempt_starts_over():
    draft = told(facts(), section(0), ("running", {}), facts(), section(1))
    assert draft.brief().sections == WHOLE.sections[1:]
