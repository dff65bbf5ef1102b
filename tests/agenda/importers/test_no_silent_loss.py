"""A file that is cut, has one other byte or another encoding loses no entry without a word."""

import codecs
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers import find_importer
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

CONTEXT = ImportContext(
    tz=ZoneInfo("Europe/Berlin"),
    today=date(2026, 3, 29),
    expand_from=date(2026, 3, 1),
    expand_until=date(2026, 6, 1),
)
TITLES = ("Paint the fence", "Büro räumen", "Renew passport", "Call Jörg", "Order a lamp", "Sort photos")
# The entries' order in each file is that of TITLES; the text of an entry ends where the next title begins.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac-roman")
OTHER_BYTES = (*b'\n\r\t "-[]{}:,;=\\x0#*', 0, 0x10, 0x80, 0xC3, 0xFF)

FEW_BYTES = b'\n\t"x\xc3'


def make_todo_txt() -> str:
    return "".join(f"(B) 2026-03-01 {title} +House @home due:2026-04-0{n}\n" for n, title in numbered())


def make_markdown() -> str:
    lines = [f"- [ ] {title} 📅 2026-04-0{number} #home\n" for number, title in numbered()]
    return "".join(["---\ntags: [house]\n---\n# House\n\n", *lines[:3], "\n## Garden\n\n", *lines[3:]])


def make_csv() -> str:
    rows = [f'{number},"{title}",House,2026-04-0{number},Open\n' for number, title in numbered()]
    return "".join(["ID,Task,Project,Due,Status\n", *rows])


def make_tsv() -> str:
    return make_csv().replace('"', "").replace(",", "\t")


def make_taskwarrior() -> str:
    tasks = [
        f'{{"id":{number},"description":"{title}","due":"2026040{number}T080000Z","entry":"20260301T080000Z",'
        f'"project":"House","status":"pending","uuid":"00000000-0000-4000-8000-00000000000{number}"}}'
        for number, title in numbered()
    ]
    return "[\n" + ",\n".join(tasks) + "\n]\n"


def make_org() -> str:
    headlines = [f"** TODO {title}\nDEADLINE: <2026-04-0{number}>\n" for number, title in numbered()]
    return "".join(["#+TITLE: House\n* House\n", *headlines])


def make_kanban_board() -> str:
    cards = [f"- [ ] {title} @{{2026-04-0{number}}}\n" for number, title in numbered()]
    board = ["---\n\nkanban-plugin: board\n\n---\n\n## Ideas\n\n", *cards[:3], "\n## Doing\n\n", *cards[3:]]
    return "".join(board)


def make_logseq_page() -> str:
    blocks = [f"- TODO {title}\n  DEADLINE: <2026-04-0{number} Wed>\n" for number, title in numbered()]
    return "".join(["title:: House\n\n", *blocks])


def make_todoist() -> str:
    rows = [f"task,{title},,1,1,Anna (1),,2026-04-0{n},en,Europe/Berlin\n" for n, title in numbered()]
    header = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n"
    return "".join([header, *rows])


def make_google_tasks() -> str:
    tasks = [
        f'{{"kind":"tasks#task","id":"t{number}","title":"{title}","status":"needsAction",'
        f'"due":"2026-04-0{number}T00:00:00.000Z"}}'
        for number, title in numbered()
    ]
    items = ",\n".join(tasks)
    house = f'{{"kind":"tasks#tasks","title":"House","items":[\n{items}\n]}}'
    return f'{{"kind":"tasks#taskLists","items":[{house}]}}\n'


def make_trello_board() -> str:
    cards = [
        f'{{"id":"c{number}","name":"{title}","closed":false,"idList":"l1","due":"2026-04-0{number}T10:00:00.000Z"}}'
        for number, title in numbered()
    ]
    lists = '[{"id":"l1","name":"To do","closed":false}]'
    shared = f'"id":"b1","name":"House","desc":"","closed":false,"lists":{lists}'
    return f'{{{shared},"cards":[\n{",".join(cards)}\n]}}\n'


def make_todo_calendar() -> str:
    return make_calendar("VTODO", "DUE;TZID=Europe/Berlin:2026040{}T100000")


def make_event_calendar() -> str:
    return make_calendar("VEVENT", "DTSTART;TZID=Europe/Berlin:2026040{}T100000")


def make_calendar(kind: str, when: str) -> str:
    entries = [
        f"BEGIN:{kind}\r\nSUMMARY:{title}\r\nUID:{number}@house.example\r\nDTSTAMP:20260301T080000Z\r\n"
        f"{when.format(number)}\r\nEND:{kind}\r\n"
        for number, title in numbered()
    ]
    return "".join(
        ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//House//EN\r\n", *entries, "END:VCALENDAR\r\n"]
    )


def numbered() -> Iterator[tuple[int, str]]:
    return enumerate(TITLES, 1)


FILES: dict[str, Callable[[], str]] = {
    "todo.txt": make_todo_txt,
    "house.md": make_markdown,
    "tasks.csv": make_csv,
    "tasks.tsv": make_tsv,
    "tasks.json": make_taskwarrior,
    "plan.org": make_org,
    "board.md": make_kanban_board,
    "pages/house.md": make_logseq_page,
    "todoist.csv": make_todoist,
    "Tasks.json": make_google_tasks,
    "board.json": make_trello_board,
    "todos.ics": make_todo_calendar,
    "events.ics": make_event_calendar,
}
CONTENTS = {path: make().encode() for path, make in FILES.items()}


def read(path: str, content: bytes) -> ParsedFile | None:
    importer = find_importer(PurePosixPath(path), content[:4096])
    return importer and importer.read(SourceFile(path, content, datetime(2026, 3, 28, tzinfo=UTC)), CONTEXT)


def list_texts(parsed: ParsedFile) -> list[str]:
    """Return all texts of a file that a reader may see."""
    texts = [text for task in parsed.tasks for text in (task.title, task.details)]
    texts += [event.title for event in parsed.events]
    texts += [text for note in parsed.notes for text in (note.title, note.body)]
    return texts + [project.description for project in parsed.projects]


def count_missing(titles: tuple[str, ...], parsed: ParsedFile | None) -> float:
    """Return how many entries are neither told, nor told with another title, nor named in a warning.

    A file that no importer reads is named by the warning of its source.
    """
    if parsed is None or parsed.incomplete:
        return -math.inf
    texts = list_texts(parsed)
    lost = sum(not any(title in text for text in texts) for title in titles)
    entries = {one.title for one in (*parsed.tasks, *parsed.events)} - set(TITLES)
    return lost - len(entries) - sum(warning.count for warning in parsed.warnings)


def find_whole_entries(content: bytes, end: int) -> tuple[str, ...]:
    """Return the titles of the entries that end before a position: where the next title begins."""
    starts = [content.index(title.encode()) for title in TITLES] + [len(content)]
    return tuple(title for number, title in enumerate(TITLES) if starts[number + 1] <= end)


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_has_all_entries(path: str):
    parsed = read(path, CONTENTS[path])
    assert [one.title for one in (*parsed.tasks, *parsed.events)] == list(TITLES)
    assert parsed.warnings == ()


@pytest.mark.parametrize("path", FILES)
def test_a_cut_at_any_byte_loses_only_what_it_removes(path: str):
    content = CONTENTS[path]
    faults = [
        end
        for end in range(len(content))
        if count_missing(find_whole_entries(content, end), read(path, content[:end])) > 0
    ]
    assert not faults


@pytest.mark.parametrize("path", FILES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_one_other_byte_loses_nothing_in_silence(path: str, data: st.DataObject):
    content = bytearray(CONTENTS[path])
    at = data.draw(st.integers(0, len(content) - 1))
    # A backtick makes code of a line, which contains no tasks.
    other = data.draw(
        st.sampled_from(OTHER_BYTES) | st.integers(0, 255).filter(lambda byte: byte != ord("`"))
    )
    content[at] = other
    assert count_missing(TITLES, read(path, bytes(content))) <= 0


@pytest.mark.integration
@pytest.mark.parametrize("path", FILES)
def test_each_other_byte_loses_nothing_in_silence(path: str):
    content, faults = CONTENTS[path], []
    for at in range(len(content)):
        for other in FEW_BYTES:
            changed = content[:at] + bytes([other]) + content[at + 1 :]
            if count_missing(TITLES, read(path, changed)) > 0:
                faults.append((at, chr(other), content[max(0, at - 10) : at + 10]))
    assert not faults


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("path", FILES)
def test_no_encoding_loses_entries_in_silence(path: str, encoding: str):
    text = CONTENTS[path].decode().replace("📅", "due:")  # which no encoding of one byte has
    assert count_missing(TITLES, read(path, codecs.encode(text, encoding))) <= 0
