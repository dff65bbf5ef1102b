import pytest

from daybreak.briefs.rendering.source_refs import SourceRefs
from daybreak.claims import Fact

from .document_factories import task


def fact(kind, source, place):
    return Fact(kind=kind, title="title", source=source, source_ref=place)


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        (task("a", "todo.txt:4"), ("todo.txt:4",)),
        (task("a", "8d1c@example.org", source="work.ics"), ("work.ics",)),
        (fact("event", "work.ics", "urn:uuid:8"), ("work.ics",)),
        (fact("stat", "Daybreak", "counted:1"), ()),
        (fact("holiday", "holidays", "DE"), ("holidays",)),
    ],
    ids=["a line of a file", "a task of a calendar", "an event", "a number", "a holiday"],
)
def test_a_fact_is_shown_with_its_source_reference(cited, shown):
    assert SourceRefs({"it": cited}).shorten(["it"]) == shown


def test_a_reference_of_several_facts_is_shown_once():
    places = SourceRefs({"a": task("a", "todo.txt:4"), "b": task("b", "todo.txt:4")})
    assert places.shorten(["a", "b"]) == ("todo.txt:4",)


def test_two_files_of_one_name_are_distinguished_by_source():
    places = SourceRefs({"a": task("a", "todo.txt:4"), "b": task("b", "todo.txt:9", source="office")})
    assert places.shorten(["a", "b"]) == ("home: todo.txt:4", "office: todo.txt:9")


def test_many_references_are_shortened_to_three_and_a_count():
    places = SourceRefs({str(n): task("a", f"todo.txt:{n}") for n in range(10)})
    assert places.shorten(map(str, range(4))) == ("todo.txt:0", "todo.txt:1", "todo.txt:2", "todo.txt:3")
    assert places.shorten(map(str, range(10)))[3:] == ("and 7 more",)


def test_the_full_reference_of_a_calendar_entry_has_its_uid():
    places = SourceRefs({"a": fact("event", "work.ics", "8d1c@work"), "b": task("b", "todo.txt:9")})
    assert places.format_full(["a", "b", "unknown"]) == "work.ics: 8d1c@work; home: todo.txt:9"


def test_numbers_have_no_source():
    assert SourceRefs(
        {"a": fact("stat", "Daybreak", "sum"), "b": task("b", "todo.txt:1")}
    ).source_names() == ("home",)
