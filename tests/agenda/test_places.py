"""Test that every cited place has the words that it is cited for."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda.importers import find_importer
from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import ParsedSourceFile, build_rows
from daybreak.agenda.sample import sample_files
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook

from .places import find_words
from .workspace import DAY

BERLIN = ZoneInfo("Europe/Berlin")
CONTEXT = ImportContext(
    tz=BERLIN, today=DAY, expand_from=DAY - timedelta(days=60), expand_until=DAY + timedelta(days=60)
)
FOLDER = {
    "todo.txt": "\ufeff\n(A) Order the gravel +Garden due:2026-03-30\n\nx 2026-03-28 Pay +Rent @bank\n",
    "old/work.todo.txt": "Sort\vthe\fbolts +Shed\r\rPaint the door +Shed\rCall\u2028Berta +Shed",
    "plans/site.md": (
        "---\ntitle: Web site\nproject:   Relaunch\n---\n# Heading\r\n\r\nIntro\r\n"
        "## Build (2026-03-01 to 2026-04-15)\r\n> - [ ] Draft **the** copy 📅 2026-04-01\r\n"
        "  - [ ] Nested [task](https://example.org)\r\n- [x] Done ✅ 2026-03-28\r\n"
    ),
    "plans/garden.md": (
        "# House\n- [ ] Sweep\n## Beds\n- [ ] Dig\f the beds\n# Garden\n\nGrow a hedge\naround it.\n\n"
        "## Spring (from 2026-03-01)\nWarm days.\n- [ ] Sow `peas`\nBeds\n----\n- [ ] Weed\n"
    ),
    "plans/Trip to Rome.md": "- [ ] Book a room\n\n```\n- [ ] not this\n```\n- [ ] Pack\n",
    "plans/orchard.md": "# Trees\n### Doing\n- [ ] Prune\n### Pears (until 2026-04-30)\n- [ ] Graft\n",
    "tasks.csv": (
        'Task,Due,Project,Phase,Notes,Parent\n"Write the\nletter",2026-04-01,Letters,,"two\n\nlines",\n'
        'Buy stamps,,,,,"Write the letter"\n\n"Say ""hello""",2026-04-02,Letters,Greetings,,\n'
    ),
    "children.csv": "Task;Due;Project;Parent\nChild;;;Grown-up\nGrown-up;2026-04-02;Family;\n",
    "Errands [12].csv": "TYPE,CONTENT,PRIORITY,INDENT\nsection,Town,,\ntask,Buy ink @shop,4,1\n",
    "board.tsv": "Issue key\tSummary\tStatus\tProject name\nAB-1\tFix the “lamp”\tTo Do\tLamps\n",
    "one-line.json": (
        '[{"uuid":"a1","entry":"20260301","status":"pending","description":"Caf\\u00e9 visit",'
        '"project":"Caf\\u00e9s"},'
        '{"uuid":"a2","status":"pending","description":"Tea\\nor {milk}","project":"Home.kitchen"}]'
    ),
    "long.json": (
        '[\r\n{\r\n "uuid": "b1", "entry": "1", "status": "pending",\r\n "description": "Mow"\r\n}\r\n]'
    ),
    "work.ics": (
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Team\r\nBEGIN:VEVENT\r\nUID:a-very-long-uid-that-a-calendar-pro\r\n"
        " gram-has-folded@example.org\r\nSUMMARY:Review\r\nDTSTART:20260330T090000Z\r\nEND:VEVENT\r\n"
        "BEGIN:VTODO\r\nUID:other.ics:12\r\nSUMMARY:File\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nUID:j1\r\n"
        "SUMMARY:Diary\r\nDTSTART:20260328\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n"
    ),
    "notes/2026-03-28 Call.md": "---\nproject: Garden\n---\n\n# Call with Mia\nShe is fine.\n",
    "notes/plain.txt": "\r\r  \rThoughts of the day\rMore of them\r",
    "notes/titled.md": "---\ndate: 2026-03-27\ntitle: A title\n---\nThe text\n",
}


def parse_folder(files):
    parsed = []
    for path, content in files.items():
        importer = find_importer(PurePosixPath(path), content[:4096])
        at = datetime(2026, 3, 28, 9, tzinfo=UTC)
        parsed.append(ParsedSourceFile(path, at, importer.read(SourceFile(path, content, at), CONTEXT)))
    return build_rows(UUID(int=1), parsed, BERLIN)


def misplaced(files) -> list[tuple[str, str]]:
    """Return the rows whose place does not have their words, calendar entries by their UID."""
    rows = parse_folder(files)
    return [
        (row.get("title") or row["name"], row["source_ref"])
        for _, table in rows.tables()
        for row in table.values()
        if not find_words(
            row.get("title") or row["name"],
            row["source_ref"],
            files,
            row["path"] if row["path"].endswith(".ics") and "title" in row else None,
        )
    ]


def encode(files: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


@pytest.mark.parametrize("path", FOLDER)
def test_places_of_each_file_have_the_words(path):
    files = encode({path: FOLDER[path]})
    assert misplaced(files) == []
    assert any(table for _, table in parse_folder(files).tables())


@pytest.mark.parametrize("names", [sorted(FOLDER), sorted(FOLDER, reverse=True)])
def test_places_of_a_folder_have_the_words(names):
    assert misplaced(encode({name: FOLDER[name] for name in names})) == []


def test_places_of_the_sample_have_the_words():
    assert misplaced(encode(dict(sample_files(DAY)))) == []


async def test_every_fact_of_an_imported_folder_cites_a_place_with_its_words(workspace):
    for path, content in encode(FOLDER).items():
        target = workspace.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    await workspace.import_folder()
    found = await workspace.load_agenda()
    book = FactBook(found, Day(today=DAY, tz=BERLIN, as_of=datetime(2026, 3, 29, 5, tzinfo=UTC)))
    for items, cite in (
        (found.tasks, book.cite_task),
        (found.events, book.cite_event),
        (found.notes, book.cite_note),
        (found.phases, book.cite_phase),
        (found.projects, book.cite_project),
    ):
        assert items
        for item in items:
            cite(item)
    files = encode(FOLDER)
    wrong = [
        fact for fact in book.facts.values() if not find_words(fact.title, fact.source_ref, files, fact.file)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ({"a.md": "---\nproject: Site\n---\n# Call\nFine.\n"}, "# Site\n\nLive in May.\n\n- [ ] Draft\n", 1),
        ({"a.todo.txt": "Call Mia +site\n"}, "Site\n====\nLive in May.\n- [ ] Draft\n", 1),
        ({"a.csv": "Task,Project\nCall Mia,SITE\n"}, "Intro\n\n# Site\nLive in May.\n- [ ] Draft\n", 3),
        ({"a.md": "# Site\n- [ ] Call Mia\n"}, "# Site\n- [ ] Draft\n# Site\nLive in May.\n- [ ] Two\n", 3),
        ({"a.json": '[{"uuid":"1","entry":"1","status":"pending","description":"x","project":"Site"}]'},
         "\n# **Site**\nLive in May.\n- [ ] Draft\n", 2),
    ],
)  # fmt: skip
def test_project_cites_the_file_that_describes_it(first, second, place):
    files = encode({**first, "b.md": second})
    (row,) = parse_folder(files).projects.values()
    assert (row["name"], row["description"], row["path"]) == ("Site", "Live in May.", "b.md")
    assert row["source_ref"] == f"b.md:{place}"
    assert misplaced(files) == []


def test_project_with_two_descriptions_cites_the_first():
    files = encode({"a.md": "# Site\nOne.\n- [ ] A\n", "b.md": "# Site\nTwo.\n- [ ] B\n"})
    (row,) = parse_folder(files).projects.values()
    assert (row["description"], row["source_ref"]) == ("One.", "a.md:1")


@pytest.mark.parametrize(
    ("heading", "dates"),
    [
        ("## Build (2026-03-01 to 2026-04-15)", (date(2026, 3, 1), date(2026, 4, 15))),
        ("## build (from 2026-03-01)", (date(2026, 3, 1), None)),
        ("## BUILD (until 2026-04-15)", (None, date(2026, 4, 15))),
        ("### Build (1 March to 15 April 2026)", (date(2026, 3, 1), date(2026, 4, 15))),
    ],
)
def test_phase_cites_the_file_that_dates_it(heading, dates):
    files = encode({
        "a.csv": "Task,Project,Phase\nDraft,Site,Build\n",
        "b.md": f"# Site\n\n{heading}\n- [ ] Test\n",
    })  # fmt: skip
    (row,) = parse_folder(files).phases.values()
    assert (row["source_ref"], row["path"]) == ("b.md:3", "b.md")
    assert (row["start_on"], row["end_on"]) == dates
    assert misplaced(files) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("odd", ["\f", "\v", "\u2028", "\u2029", "\x85", "\x1c"])
def test_only_line_feeds_and_carriage_returns_are_counted_as_lines(newline, odd):
    lines = [f"One {odd} two", f"{odd}", "Three +House", "", f"Four {odd} five +House"]
    files = encode({"todo.txt": newline.join(lines), "note.txt": newline.join(["", "", f"A {odd} thought"])})
    rows = parse_folder(files)
    found = {row["source_ref"] for table in (rows.tasks, rows.notes) for row in table.values()}
    assert {"todo.txt:1", "todo.txt:3", "todo.txt:5", "note.txt:3"} <= found
    assert misplaced(files) == []


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=2, max_size=8)
TITLES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BLANKS = st.sampled_from(["", "", " ", "\f", "\u2028"])
NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def todo_files(draw) -> str:
    return draw(NEWLINES).join(
        draw(BLANKS) + title + (f" +{draw(WORDS)}" if draw(st.booleans()) else "") + draw(BLANKS)
        for title in draw(st.lists(TITLES | st.just(""), max_size=6))
    )


@st.composite
def markdown_files(draw) -> str:
    front = draw(st.sampled_from(["", "---\ntitle: {}\n---\n", "---\nproject: {}\n---\n"]))
    lines = front.format(draw(WORDS)).split("\n")
    for title in draw(st.lists(TITLES, max_size=8)):
        shape = "# {}|## {}|### {} (2026-03-01 to 2026-04-01)|- [ ] {}|  - [x] {}|> - [ ] {}|{}||{}\n==="
        lines += draw(st.sampled_from(shape.split("|"))).format(title).split("\n")
    return draw(st.sampled_from(["", "\ufeff"])) + draw(NEWLINES).join(lines)


@st.composite
def table_files(draw) -> str:
    cells = TITLES | st.tuples(TITLES, TITLES).map("\n".join) | st.just("")
    rows = draw(st.lists(st.tuples(TITLES, cells, cells, cells), max_size=6))
    newline = draw(NEWLINES)
    header = "Title,Project,Phase,Parent"
    return newline.join([header, *(",".join(f'"{cell}"' for cell in row) for row in rows)])


@st.composite
def task_exports(draw) -> str:
    entries = [
        {"uuid": f"{number}", "entry": "20260301", "status": "pending"}
        | {"description": title, "project": project}
        for number, (title, project) in enumerate(
            draw(st.lists(st.tuples(TITLES, TITLES), min_size=1, max_size=5))
        )
    ]
    return json.dumps(entries, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))


FOLDERS = st.fixed_dictionaries(
    {},
    optional={
        "todo.txt": todo_files(),
        "b/done.txt": todo_files(),
        "a.md": markdown_files(),
        "b/list.md": markdown_files(),
        "t.csv": table_files(),
        "u.csv": table_files(),
        "w.json": task_exports(),
    },
)


@given(FOLDERS)
def test_every_place_of_a_generated_folder_has_the_words(folder):
    assert misplaced(encode(folder)) == []
