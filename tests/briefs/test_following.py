"""A brief that is read while it is written: whatever has been told of it stands on the page, in its order."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import orjson

from daybreak.briefs import codec
from daybreak.briefs.following import Draft
from daybreak.briefs.model import Blindspot
from daybreak.runs import Event

from .agendas import TODAY, agenda, brief, project, task

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


def test_before_anything_is_told_there_is_nothing_to_read():
    assert told().brief() is None
    assert told(("running", {})).brief() is None


def test_what_follows_from_facts_can_be_read_before_any_section():
    draft = told(("running", {}), facts())
    assert draft.brief() == replace(WHOLE, sections=(), facts={})
    assert (draft.pending, draft.number) == (2, 2)


def test_sections_stand_in_their_order_however_they_come():
    draft = told(facts(), section(1), section(0))
    assert (draft.brief().sections, draft.pending) == (WHOLE.sections, 0)


def test_a_section_that_could_not_be_written_is_a_warning_in_its_stead():
    gap = Blindspot(source="Garden", text="could not be written.")
    draft = told(facts(), ("section", {"place": 0, "section": None, "gap": asdict(gap)}), section(1))
    assert (draft.brief().warnings, draft.pending) == ((gap, *WHOLE.warnings), 0)


def test_what_was_too_long_to_be_told_is_not_waited_for():
    draft = told(facts(), ("section", {"place": 0, "section": None, "gap": None}))
    assert (draft.brief().sections, draft.pending) == ((), 1)


def test_another_attempt_begins_anew():
    draft = told(facts(), section(0), ("running", {}), facts(), section(1))
    assert draft.brief().sections == WHOLE.sections[1:]
