from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.importers.markdown.section_names import parse_section_name
from daybreak.agenda.model import TaskStatus

BOARD = """\
---

kanban-plugin: board

---

## Ideas

- [ ] New logo

## Doing (2)

- [ ] Send contract @{2026-03-30}
- [ ] Call Mia @{2026-03-30} @@{10:00}
\tabout the photos

## Waiting on client

- [ ] Photos @{2026-04-02}

## Sorted

**Complete**
- [ ] Kick-off

***

## Older

- [ ] Old banner @{2026-01-01}
- [x] Old site

%% kanban:settings
```
{"kanban-plugin":"board"}
```
%%
"""


@pytest.mark.parametrize(
    "heading",
    [
        *("Tasks", "To-do", "To do:", "Inbox", "Next actions", "Log", "Today", "This week", "✅ Tasks"),
        *("Action items for Anna", "Attendees", "Decisions", "Notes", "Agenda", "TODO (3)", "Open points"),
        *("Aufgaben", "Zu erledigen", "Nächste Schritte", "Heute", "Teilnehmer", "Offene Punkte"),
        *("Tâches", "À faire", "Aujourd’hui", "Prochaines actions", "Décisions", "Ordre du jour"),
        *("Tareas", "Pendientes", "Hoy", "Próximos pasos", "Asistentes"),
        *("Attività", "Da fare", "Oggi", "Prossimi passi", "Decisioni"),
        *("Taken", "Te doen", "Vandaag", "Volgende stappen", "Besluiten"),
        *("Tarefas", "A fazer", "Amanhã", "Próximos passos", "Decisões"),
        *("Monday 30 November", "Monday, 30 November 2026", "Monday", "30 November", "November 30th, 2026"),
        *("2026-03-30", "2026-03-30 Mon", "Monday 2026-03-30", "30.3.", "2026/03/30", "[[2026-03-30]]"),
        *("Montag, 30. November", "30. Nov.", "lundi 30 novembre", "Lunes 30 de noviembre"),
        *("lunedì 30 novembre", "maandag 30 november", "30 de novembro de 2026", "Segunda-feira"),
        *("Week 48", "KW 48", "2026-W48", "November 2026", "Semaine 48", "Q4 2026"),
    ],
)
def test_a_heading_that_names_a_list_or_a_day_is_no_project(read, heading):
    parsed = read("daily/2026-03-29.md", f"## {heading}\n- [ ] Call mum 📅 2026-03-30\n")
    assert ([task.project for task in parsed.tasks], parsed.projects) == ([None], ())


@pytest.mark.parametrize(
    "heading",
    [
        "Website",
        "Tasks API",
        "Mars",
        "Done is better",
        "May",
        "Waiting room",
        "2026 budget",
        "Move to Oslo",
        "Decision tree",
    ],
)
def test_any_other_heading_is_a_project(read, heading):
    (task,) = read("daily/2026-03-29.md", f"## {heading}\n- [ ] Begin\n").tasks
    assert task.project == heading


def test_a_title_with_the_words_of_a_state_is_a_project(read):
    (task,) = read("plays.md", "# Waiting for Godot\n- [ ] Book seats\n").tasks
    assert (task.project, task.status) == ("Waiting for Godot", TaskStatus.OPEN)


@pytest.mark.parametrize(
    "stem", ["Inbox", "todo", "Next actions", "2026_03_29", "Aufgaben", "2026-03-29 Sunday"]
)
def test_the_name_of_a_list_or_a_day_is_no_project(read, stem):
    (task,) = read(f"{stem}.md", "- [ ] Sort mail\n").tasks
    assert task.project is None


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        *(
            (name, TaskStatus.DONE)
            for name in ("Done", "Completed", "✅ Done", "Erledigt", "Terminé", "Gedaan")
        ),
        *((name, TaskStatus.CANCELLED) for name in ("Cancelled", "Won’t do", "Archive", "Archiv", "Annulé")),
        *((name, TaskStatus.BLOCKED) for name in ("Waiting", "Waiting for Anna", "Warten auf", "En attente")),
        *(
            (name, TaskStatus.IN_PROGRESS)
            for name in ("Doing", "In progress", "In Arbeit", "En cours", "Bezig")
        ),
        *((name, TaskStatus.OPEN) for name in ("To do", "Backlog", "Next", "Ideas")),
    ],
)
def test_a_heading_states_the_status_of_its_open_tasks(read, heading, status):
    first, second, third = read(
        "x.md", f"# Shop\n## {heading}\n- [ ] Sell\n- [x] Buy\n### Part\n- [ ] Count\n"
    ).tasks
    assert (first.status, second.status, third.status) == (status, TaskStatus.DONE, status)


def test_the_lanes_of_a_board_are_states_and_no_projects(read):
    parsed = read("Relaunch.md", BOARD)
    tasks = {task.title: task for task in parsed.tasks}
    assert [project.name for project in parsed.projects] == ["Relaunch"]
    assert {task.project for task in tasks.values()} == {"Relaunch"}
    assert (tasks["Send contract"].due, tasks["Send contract"].status) == (
        date(2026, 3, 30),
        TaskStatus.IN_PROGRESS,
    )
    assert tasks["Call Mia"].due == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert tasks["Call Mia"].details == "about the photos"
    assert tasks["New logo"].status is TaskStatus.OPEN
    assert tasks["Photos"].status is TaskStatus.BLOCKED
    assert tasks["Kick-off"].status is TaskStatus.DONE
    assert tasks["Old banner"].status is TaskStatus.CANCELLED
    assert tasks["Old site"].status is TaskStatus.DONE
    assert (parsed.warnings, parsed.incomplete, parsed.notes) == ((), None, ())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("me.md", "# Me\n## Someday\n- [ ] Sail ⏫\n"),
        ("me.md", "# Me\n## Someday/Maybe\n### Far\n- [ ] Sail\n"),
        ("me.md", "# Irgendwann / Vielleicht\n- [ ] Sail\n"),
        ("me.md", "# Me\n- [ ] Sail #someday\n"),
        ("me.md", "# Me\n- [ ] Sail @someday\n"),
        ("Someday-Maybe.md", "- [ ] Sail\n"),
        ("me.md", "---\ntitle: Someday\n---\n- [ ] Sail\n"),
        ("todo.txt", "(A) Sail @someday"),
        ("todo.txt", "Sail +Someday"),
        ("todo.txt", "Sail status:someday"),
        ("me.org", "* SOMEDAY Sail"),
        ("me.org", "* Someday\n** TODO Sail"),
        ("me.org", "* TODO Sail :someday:"),
        ("me.org", "* Me\n** Un jour\n*** TODO Sail"),
    ],
)
def test_a_someday_list_tags_its_tasks(read, path, text):
    (task,) = read(path, text).tasks
    assert (task.title, "someday" in task.tags) == ("Sail", True)


@pytest.mark.parametrize("heading", ["Later", "Ideas", "Someday my prince will come", "Today"])
def test_other_lists_are_not_for_someday(read, heading):
    (task,) = read("me.md", f"# Me\n## {heading}\n- [ ] Sail\n").tasks
    assert "someday" not in task.tags


def test_a_long_heading_is_a_name():
    assert parse_section_name("Waiting for " + "x" * 400) is None
