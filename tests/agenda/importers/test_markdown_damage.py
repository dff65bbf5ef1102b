"""Lines that are nearly tasks: damaged boxes are named, references and answers are no tasks."""

from datetime import date

import pytest


@pytest.mark.parametrize(
    "line",
    [
        "] Sow",
        "-[ ] Sow",
        "#- [ ] Sow",
        "- ( ] Sow",
        "- [ ) Sow",
        "- x] Sow",
        "x [ ] Sow",
        "- - [ ] Sow",
        "- [ ](Sow",
        "# [ ] Sow",
        "- [ \nSow",
        "- [ ]\nSow",
    ],
)
def test_a_damaged_box_is_named_in_a_warning(read, line):
    parsed = read("plan.md", f"- [ ] Dig\n\n{line}\n")
    assert [task.title for task in parsed.tasks] == ["Dig"]
    (warning,) = parsed.warnings
    assert "box in this line" in warning.message
    assert warning.line == 3


@pytest.mark.parametrize(
    "line",
    [
        "- [x](https://example.org) is a link",
        "- [[Garden]] is a note",
        "[1]: https://example.org",
        "- [^1] a footnote",
        "- [Sow] a word in brackets",
        "| [ ] | no |",
        "> [!todo] Garden",
        "- [a-z] letters",
        "Prose about [ ] boxes",
        "- [ ]\n\nProse",
    ],
)
def test_other_brackets_make_no_warning(read, line):
    parsed = read("plan.md", f"- [ ] Dig\n\n{line}\n")
    assert ([task.title for task in parsed.tasks], parsed.warnings) == (["Dig"], ())


@pytest.mark.parametrize(
    "text",
    [
        "- [1] Smith, 2020\n- [2] Jones, 2021\n",
        "1. [a] Yes\n2. [c] No\n",
        "- [0] zero\n- [a] matches a\n",
        "* [7] of nine\n",
    ],
)
def test_references_and_answers_are_no_tasks(read, text):
    parsed = read("sources.md", f"# Sources\n\n{text}")
    assert parsed.tasks == ()
    assert len(parsed.notes) == 1


def test_a_reference_beside_tasks_is_none(read):
    parsed = read("plan.md", "- [ ] Read\n- [1] Smith, 2020\n- [h] Ask\n- [2] Pay 📅 2026-04-01\n")
    assert [task.title for task in parsed.tasks] == ["Read", "Ask", "Pay"]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("tomorrow", date(2026, 3, 29)),
        ("Apr 4 #garden", date(2026, 4, 4)),
        ("next friday @anna", date(2026, 4, 3)),
        ("in 3 days ⏫", date(2026, 3, 31)),
        ("30.4. ⏫", date(2026, 4, 30)),
    ],
)
def test_a_written_date_after_a_sign_is_read(read, written, due):
    (task,) = read("plan.md", f"- [ ] Sow 📅 {written}\n").tasks
    assert (task.title, task.due) == ("Sow", due)


@pytest.mark.parametrize(
    "title", ["Read 📅 may be late", "May: a life 📆", "Fix ✅ sat dish", "Call ⏳ Dom please"]
)
def test_words_after_a_sign_stay_in_the_title(read, title):
    (task,) = read("plan.md", f"- [ ] {title}\n").tasks
    assert (task.title, task.due, task.start) == (title, None, None)


@pytest.mark.parametrize(
    "stem", ["Weekly 2026-W48", "2026-11", "2026-11-November", "2026-Q4", "2026-11-28 Sat"]
)
def test_a_periodic_note_is_no_project(read, stem):
    assert read(f"{stem}.md", "- [ ] Sow\n").projects == ()


@pytest.mark.parametrize(
    "line", ["tags: project", "tags: [projects/shop]", "type: project", "category: area", "kind: Projekt"]
)
def test_a_note_of_a_project_with_a_deadline_is_no_task(read, line):
    parsed = read("Website.md", f"---\nstatus: active\ndue: 2026-04-04\n{line}\n---\n- [ ] Draft\n")
    assert [(task.title, task.project, task.details) for task in parsed.tasks] == [("Draft", "Website", "")]
