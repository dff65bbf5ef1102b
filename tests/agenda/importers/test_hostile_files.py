from dataclasses import astuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.parsing.warning_list import MAX_WARNINGS

PATHS = (
    "todo.txt",
    "plan.md",
    "plan.org",
    "tasks.jsonl",
    "table.csv",
    "table.tsv",
    "note.txt",
    "board.json",
    "Tasks.json",
)
HEAD = b'{"description":"a","entry":"20260301T080000Z","status":"pending","uuid":"1"}\n'
HEADS = {
    "tasks.jsonl": HEAD,
    "board.json": b'{"name":"B","desc":"","closed":false,"lists":[],"cards":[\n',
    "Tasks.json": b'{"kind":"tasks#taskLists",\n',
}
SAMPLES = {
    "todo.txt": (
        "(A) 2026-03-20 Offer +P @mail due:2026-03-29 t:2026-03-01T09:00 est:30m p:1\n"
        "x 2026-03-28 Done id:1\n"
    ),
    "plan.md": (
        "---\ntitle: T\n---\n# P\ntext\n## Q (2026-03-01 \u2013 2026-04-15)\n"
        "- [ ] a ⏫ 🔁 weekly 📅 2026-03-29 #t @u (2h)\n"
        "  - [x] b [due:: 2026-03-29 10:00] **c** [d](e)\n```\n- [ ] f\n```\n> - [/] g <!-- h -->\n"
    ),
    "plan.org": (
        "#+TODO: TODO | DONE\n* P :t:\n** TODO [#A] a [[b][c]]\nDEADLINE: <2026-03-29 Sun 10:00 +1w>\n"
        ":PROPERTIES:\n:Effort: 1:00\n:END:\n- [X] d\n"
    ),
    "tasks.jsonl": (
        '{"description":"a","entry":"20260301T080000Z","status":"pending","due":"20260328T230000Z","uuid":"1","tags":["x"],"depends":"2,3"}\n'
    )
    * 2,
    "table.csv": (
        'Task,ID,Due,Done,Estimate,Blocked by,Parent\n"a\nb",1,29/03/2026,no,2h,2,c\nc,2,,yes,,"1;x",\n'
    ),
    "table.tsv": (
        "TYPE\tCONTENT\tPRIORITY\tINDENT\tDATE\tTIMEZONE\ntask\ta @b\t1\t1\t2026-03-29 10:00\tEurope/Berlin\n"
    ),
    "board.json": (
        '{"id":"b","name":"B","desc":"","closed":false,"shortUrl":"","cards":[{"id":"c","name":"a","idList":"l",\n'
        '"closed":false,"due":"2026-03-29T09:00:00.000Z","idMembers":["m"],"labels":[{"name":"x"}]}],\n'
        '"lists":[{"id":"l","name":"Doing","pos":1}],"members":[{"id":"m","username":"n"}],\n'
        '"checklists":[{"idCard":"c","checkItems":[{"name":"i","state":"complete"}]}]}\n'
    ),
    "Tasks.json": (
        '{"kind":"tasks#taskLists","items":[{"kind":"tasks#tasks","title":"L","items":[{"kind":"tasks#task",\n'
        '"id":"t","title":"a","due":"2026-03-29T00:00:00Z","status":"completed","parent":"u"}]}]}\n'
    ),
    "note.txt": "---\ndate: 2026-03-29\n---\nTitle\nbody\n",
}
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def check(parsed):
    ids = [task.external_id for task in parsed.tasks]
    assert len(ids) == len(set(ids))
    assert len(parsed.warnings) <= MAX_WARNINGS + 1
    assert all(
        0 < len(task.title) <= 500 and task.title.isprintable()
        for task in parsed.tasks
        if task.title.isascii()
    )
    repr([astuple(task) for task in parsed.tasks]).encode()
    for text in (*(n.body for n in parsed.notes), *(p.name for p in parsed.projects), *ids):
        assert "\0" not in text
        text.encode()


@pytest.mark.parametrize("path", PATHS)
@quick
@given(content=st.binary(max_size=400))
def test_random_bytes_are_never_an_error(read, path, content):
    check(read(path, HEADS.get(path, b"") + content))


@pytest.mark.parametrize("path", PATHS)
@quick
@given(data=st.data())
def test_a_damaged_file_is_never_an_error(read, path, data):
    content = bytearray((SAMPLES[path] * 3).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        damage = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b"[", b"{", b"9999", b"-", b"\xe2\x80\xae"])
        )
        content[at : at + data.draw(st.integers(0, 5))] = damage
    check(read(path, HEADS.get(path, b"") + bytes(content)))


@pytest.mark.parametrize("path", PATHS)
def test_binary_data_is_one_warning_without_entries(read, path):
    parsed = read(path, HEADS.get(path, b"") + b"\x7fELF\x02\x01\0\0\0" * 100)
    assert (parsed.tasks, parsed.notes, parsed.projects) == ((), (), ())
    (warning,) = parsed.warnings
    assert warning.line is None
    assert "binary" in warning.message


@pytest.mark.parametrize(
    ("path", "line"), [("todo.txt", "Größe"), ("plan.md", "- [ ] Größe"), ("t.csv", "task\nGröße")]
)
def test_a_legacy_encoding_is_one_warning_and_the_tasks_are_imported(read, path, line):
    parsed = read(path, f"{line}\n".encode("cp1252"))
    assert [task.title for task in parsed.tasks] == ["Größe"]
    assert len(parsed.warnings) == 1


def test_overrides_of_the_reading_direction_and_controls_are_stripped(read):
    (task,) = read("todo.txt", "Pay \u202eliam\u202c\x1b[31m the\u2066 bill\x07").tasks
    assert task.title == "Pay liam[31m the bill"


def test_a_long_title_is_truncated_to_500_characters(read):
    (task,) = read("todo.txt", "word " * 1000).tasks
    assert len(task.title) <= 500
    assert task.title.endswith("…")


def test_many_errors_are_counted_instead_of_listed(read):
    parsed = read("todo.txt", "".join(f"Call est:{number}x\n" for number in range(100)))
    assert len(parsed.tasks) == 100
    assert len(parsed.warnings) == MAX_WARNINGS + 1
    assert parsed.warnings[-1].message.startswith("80 more")
    assert sum(warning.count for warning in parsed.warnings) == 100


def test_equal_errors_are_one_warning_that_counts_their_lines(read):
    (warning,) = read("todo.txt", "Call due:2026-02-30\n" * 100).warnings
    assert (warning.line, warning.count) == (1, 100)
    assert warning.message.endswith("The same is true of lines 2, 3, 4 and 96 more.")


@pytest.mark.parametrize(
    "content",
    [
        '{"description":"status","entry":"uuid"' + "[" * 100_000,
        HEAD.decode() + '\n{"a":' * 20_000,
        HEAD.decode() + "1" * 100_000,
    ],
)
def test_deeply_nested_json_is_a_warning_without_delay(read, content):
    assert read("tasks.json", content).warnings
