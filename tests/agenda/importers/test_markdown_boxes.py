from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

OPEN, DONE, CANCELLED = TaskStatus.OPEN, TaskStatus.DONE, TaskStatus.CANCELLED
BLOCKED, ONGOING = TaskStatus.BLOCKED, TaskStatus.IN_PROGRESS


def only_task(parsed):
    (task,) = parsed.tasks
    return task


@pytest.mark.parametrize(
    "sign", [" ", "h", "w", "D", "0", "?", ">", "<", "*", "i", "é", "任", "💡", "I", '"']
)
def test_any_sign_in_a_box_is_an_open_task(read, sign):
    task = only_task(read("plan.md", f"- [{sign}] Draft copy 📅 2026-03-30\n"))
    assert (task.title, task.status, task.due) == ("Draft copy", OPEN, date(2026, 3, 30))


@pytest.mark.parametrize(
    ("sign", "status"),
    [
        ("x", DONE),
        ("X", DONE),
        ("✔️", DONE),
        ("/", ONGOING),
        ("-", CANCELLED),
        ("~", CANCELLED),
        ("b", BLOCKED),
    ],
)
def test_a_known_sign_is_a_status(read, sign, status):
    assert only_task(read("plan.md", f"- [{sign}] Order a banner\n")).status is status


@pytest.mark.parametrize(
    "line",
    [
        "1. [ ] Sow",
        "2) [ ] Sow",
        "+ [ ] Sow",
        "* [ ] Sow",
        "• [ ] Sow",
        "> - [ ] Sow",
        "> > 1. [ ] Sow",
        "> [!todo] Garden\n> - [ ] Sow",
        "- [] Sow",
        "- [  ] Sow",
        "- [ ]Sow",
        "[ ] Sow",
        "- ☐ Sow",
        "☐ Sow",
    ],
)
def test_a_box_in_any_list_is_a_task(read, line):
    assert [(task.title, task.status) for task in read("plan.md", line).tasks] == [("Sow", OPEN)]


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] Sow\n```",
        "~~~\n- [h] Sow\n~~~",
        "<!--\n- [ ] Sow\n-->",
        "- [x](https://example.org) is a link",
        "- [Sow] a word in brackets",
        "- [^1] a footnote",
        "Prose about [ ] boxes",
    ],
)
def test_boxes_in_code_and_links_are_no_tasks(read, text):
    assert read("plan.md", text).tasks == ()


def test_an_important_box_has_a_high_priority_unless_a_sign_states_another(read):
    first, second = read("plan.md", "- [!] Pay\n- [!] Read 🔽\n").tasks
    assert (first.priority, second.priority) == (Priority.HIGH, Priority.LOW)


def test_the_six_priorities_of_obsidian_are_in_order(read):
    signs = ("🔺", "⏫", "🔼", "", "🔽", "⏬")
    tasks = read("plan.md", "\n".join(f"- [ ] Task {n} {sign}" for n, sign in enumerate(signs))).tasks
    levels = [task.priority for task in tasks]
    assert levels == sorted(levels, reverse=True)
    assert levels[2] > levels[3] > levels[4]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("[due:: [[2026-03-30]]]", "due", date(2026, 3, 30)),
        ("(due:: [[2026-03-30]])", "due", date(2026, 3, 30)),
        ("[due:: [[2026-03-30|Monday]]]", "due", date(2026, 3, 30)),
        ("[due:: [[daily/2026-03-30#Tasks|Monday]]]", "due", date(2026, 3, 30)),
        ("[deadline:: 2026-03-30]", "due", date(2026, 3, 30)),
        ("[scheduled:: [[2026-03-30]]]", "start", date(2026, 3, 30)),
        ("(start:: 2026-03-30)", "start", date(2026, 3, 30)),
        ("[priority:: medium]", "priority", Priority.MEDIUM),
        ("[priority:: highest]", "priority", Priority.HIGHEST),
        ("📅 [[2026-03-30]]", "due", date(2026, 3, 30)),
        ("📅 [[journal/2026-03-30|tomorrow]]", "due", date(2026, 3, 30)),
        ("⏳ [[2026-03-30]]", "start", date(2026, 3, 30)),
        ("📅 30 March 2026", "due", date(2026, 3, 30)),
        ("(@2026-03-30)", "due", date(2026, 3, 30)),
        ("(@2026-03-30 10:00)", "due", datetime(2026, 3, 30, 8, tzinfo=UTC)),
        ("@{2026-03-30}", "due", date(2026, 3, 30)),
        ("@[[2026-03-30]]", "due", date(2026, 3, 30)),
        ("@{2026-03-30} @@{10:00}", "due", datetime(2026, 3, 30, 8, tzinfo=UTC)),
        ("@{30.03.2026}", "due", date(2026, 3, 30)),
    ],
)
def test_fields_and_links_are_dates(read, text, field, value):
    parsed = read("plan.md", f"- [ ] Pay rent {text}\n")
    task = only_task(parsed)
    assert (task.title, getattr(task, field), parsed.warnings) == ("Pay rent", value, ())


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Talk about [[2026-03-30]]", "Talk about 2026-03-30"),
        ("Read [[Plan 2026|the plan]]", "Read the plan"),
        ("Mail (@anna) the file", "Mail (@anna) the file"),
        ("Fix array[#i] access", "Fix array[#i] access"),
        ("Decide: (yes:: or no)", "Decide: (yes:: or no)"),
    ],
)
def test_words_of_a_title_are_no_fields(read, written, title):
    parsed = read("plan.md", f"- [ ] {written}\n")
    task = only_task(parsed)
    assert (task.title, task.due, task.start, parsed.warnings) == (title, None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "📅 2026-03-30\u200b",
        "📅\u00a02026-03-30",
        "📅 \u200b2026-03-30",
        "📅 2026-03-30\ufeff #garden",
        "[due:: 2026-03-30\u200b]",
        "\u2060📅\u202f2026-03-30",
    ],
)
def test_invisible_characters_do_not_hide_a_date(read, text):
    parsed = read("plan.md", f"- [ ] Feed the cat {text}\n")
    assert (only_task(parsed).title, only_task(parsed).due) == ("Feed the cat", date(2026, 3, 30))
    assert parsed.warnings == ()


def test_invisible_characters_within_words_stay(read):
    assert only_task(read("plan.md", "- [ ] 👩\u200d🚀 flies\n")).title == "👩\u200d🚀 flies"
