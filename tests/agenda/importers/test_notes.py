from datetime import UTC, datetime

import pytest


def test_a_text_file_is_a_note_dated_by_its_last_change(read):
    (note,) = read("ideas/shop.txt", "\nA shop for spare parts\n\nAsk Bob.\n").notes
    assert (note.title, note.body) == ("A shop for spare parts", "Ask Bob.")
    assert (note.noted_at, note.source_ref) == (datetime(2026, 3, 28, 9, tzinfo=UTC), "ideas/shop.txt:2")


def test_a_date_in_the_files_name_is_the_start_of_that_day(read):
    (note,) = read("2026-03-29 Call.md", "# Call with Anna\n\nShe agrees.\n").notes
    assert (note.title, note.body) == ("Call with Anna", "She agrees.")
    assert note.noted_at == datetime(2026, 3, 28, 23, tzinfo=UTC)


def test_front_matter_sets_title_date_and_project(read):
    metadata = "---\ntitle: Kick-off\nproject: Bakery\ndate: 2026-03-27 10:00\ntags:\n  - call\n---\n"
    parsed = read("2026-01-01.md", f"{metadata}First line.\nSecond line.\n")
    (note,) = parsed.notes
    assert (note.title, note.project) == ("Kick-off", "Bakery")
    assert note.body == "First line.\nSecond line."
    assert note.noted_at == datetime(2026, 3, 27, 9, tzinfo=UTC)
    assert [project.name for project in parsed.projects] == ["Bakery"]


def test_a_long_note_is_truncated(read):
    (note,) = read("novel.txt", "Title\n" + "word " * 100_000).notes
    assert len(note.body) <= 20_000
    assert note.body.endswith("…")


@pytest.mark.parametrize("content", ["", " \n\t\n", "---\ntitle: x\n---\n"])
def test_an_empty_file_is_no_note(read, content):
    parsed = read("empty.txt", content)
    assert (parsed.notes, parsed.warnings) == ((), ())


@pytest.mark.parametrize(
    "written", ["28. März 2026", "Saturday, March 28th 2026", "28/3/2026", "28 mars 2026"]
)
def test_a_written_date_in_the_front_matter_is_read(read, written):
    (note,) = read("call.md", f"---\ndate: {written}\n---\nCall\n").notes
    assert note.noted_at == datetime(2026, 3, 27, 23, tzinfo=UTC)
