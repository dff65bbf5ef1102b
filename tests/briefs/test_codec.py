import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from daybreak.briefs.document.codec import decode, encode
from daybreak.briefs.document.json_schema import build_schema
from daybreak.claims import Fact

from .rendering.document_factories import document, hostile, quiet, rich
from .rendering.strategies import documents

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "brief.schema.json"


@given(documents)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_a_document_survives_its_json(original):
    assert decode(encode(original)) == original
    assert encode(decode(encode(original))) == encode(original)


@given(documents)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_every_document_fits_the_schema(original):
    jsonschema.validate(json.loads(encode(original)), build_schema())


@pytest.mark.parametrize("original", [rich(), quiet(), hostile()], ids=["rich", "quiet", "hostile"])
def test_text_and_bytes_are_both_decoded(original):
    assert decode(encode(original).decode()) == original


def test_a_date_stays_a_date_and_midnight_stays_a_moment():
    midnight = datetime(2026, 3, 29, tzinfo=UTC)
    fact = Fact(kind="task", title="a", source="b", source_ref="c:1", start=date(2026, 3, 29), due=midnight)
    read = decode(encode(document(facts={"task:1": fact}))).facts["task:1"]
    assert type(read.start) is date
    assert read.due == midnight
    assert isinstance(read.due, datetime)


def test_both_passes_of_a_repeated_hour_have_their_offset():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    for moment, hours in ((first, 2), (first.replace(fold=1), 1)):
        read = decode(encode(document(as_of=moment))).as_of
        assert read.isoformat() == moment.isoformat()
        assert read.utcoffset() == timedelta(hours=hours)


def test_an_invalid_document_is_rejected():
    with pytest.raises(ValidationError):
        decode(b'{"user": "mira"}')


def test_the_json_has_the_documented_top_level_names():
    promised = {"user", "date", "timezone", "counts", "next_actions", "since_last", "timeline", "sections"}
    assert promised | {"facts", "warnings"} <= json.loads(encode(rich())).keys()


def test_the_committed_schema_matches_the_model():
    assert json.loads(SCHEMA_FILE.read_text("utf-8")) == build_schema(), (
        "write it again: python -m daybreak.briefs.document.json_schema > docs/brief.schema.json"
    )


def test_the_schema_describes_and_requires_attributes():
    definitions = build_schema()["$defs"]
    free_intervals = definitions["Workload"]["properties"]["free_intervals"]
    assert free_intervals["description"] == (
        "free intervals in the working hours that are long enough to be useful."
    )
    assert set(definitions["Fact"]["required"]) == set(Fact.__dataclass_fields__)
    assert "Attributes:" not in SCHEMA_FILE.read_text("utf-8")
