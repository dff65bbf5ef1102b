from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daybreak.agenda import Holder
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.day.meetings import find_meeting_edges

from ..factories import (  # noqa: TID252 - tests are no package
    TODAY,
    agenda,
    compose_brief,
    days_later,
    event,
    note,
    project,
    task,
)


def titles(tasks) -> set[str]:
    return {one.title for one in tasks}


def edge(title: str, *things):
    return next(find_meeting_edges([event(title)], AgendaWords(agenda(*things))), None)


def tasks_of(title: str, *names: str) -> set[str]:
    found = edge(title, *map(task, names))
    return titles(found.tasks) if found else set()


def context(*things):
    return compose_brief(agenda(*things)).document.timeline[0].context


@pytest.mark.parametrize("title", ["Lindqvist weekly", "Weekly with Lindqvist", "Client Lindqvist: offer"])
def test_a_meeting_has_the_project_whose_name_or_alias_is_in_its_title(title: str):
    client = project("Client Lindqvist", other_names=("Lindqvist",))
    (found,) = find_meeting_edges([event(title)], AgendaWords(agenda(client, project("Thesis"))))
    assert found.project == client
    assert "Lindqvist" in found.reason


def test_a_telling_word_of_a_project_name_is_enough():
    budget = project("Budget 2027")
    assert edge("Budget review", budget).project == budget
    assert edge("Budget 2026 review", budget) is None


def test_a_word_of_two_projects_tells_nothing():
    assert edge("Budget review", project("Budget 2027"), project("Budget 2026")) is None


def test_a_word_that_lies_mostly_elsewhere_is_no_name_of_a_project():
    website, party = project("Website relaunch"), project("Summer party")
    elsewhere = [task(f"Relaunch {what}", project_id=party.id) for what in ("games", "music")]
    assert edge("Relaunch", website, party, elsewhere[0], task("Relaunch", project_id=website.id)) is not None
    assert edge("Relaunch", website, party, *elsewhere) is None


def test_common_words_make_no_edge():
    names = ("Home", "Team", "My board", "Office move", "Project meeting notes", "Plan", "Admin")
    events = ("Team meeting", "Board meeting", "Office party", "Planning", "Call home", "Project review")
    tasks = ("Prepare the meeting", "Review the project plan", "Call the office", "Book a room for the party")
    found = [edge(title, *map(project, names), *map(task, tasks)) for title in events]
    assert found == [None] * len(events)


def test_a_number_behind_a_word_must_be_the_same():
    names = "Send candidate 14’s portfolio", "Call candidate 3", "Read CV of candidate 15"
    assert tasks_of("Interview: candidate 14", *names) == {names[0]}
    assert tasks_of("Interview: candidate 17", *names) == set()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Customer call: Harlow Bikes", "Prepare questions for Harlow Bikes"),
        ("Betreuungsgespräch Hölzl", "Gliederung an Hölzl schicken"),
        ("INC-4502 bridge", "Confirm the fix of INC-4502"),
        ("Biology 10A", "Enter grades for 10A and 10B"),
        ("Go or no-go 4.2", "Decide on the rollback plan in 4.2"),
        ("Postmortem", "Write the postmortem"),
        ("Change window: bastion patching", "Patch OpenSSL on the bastion hosts"),
    ],
)
def test_a_task_that_shares_telling_words_belongs_to_the_meeting(title: str, name: str):
    assert tasks_of(title, name, "Water the plants") == {name}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Floor hockey", "Review the floor plan"),
        ("Interview: staff engineer", "Replace the photo on the engineering page"),
        ("Easter lunch", "Prepare the Easter nights"),
        ("Choir concert", "Read the concert review"),
        ("Review Q4", "Close the books of Q4"),
        ("Meeting on Monday", "Call Tom on Monday"),
        ("workshopreihe garten", "workshop im garten"),
        ("Flight XA 417 Zürich to Vienna", "Print handouts at the Zürich office"),
    ],
)
def test_a_shared_word_that_tells_little_makes_no_edge(title: str, name: str):
    assert tasks_of(title, name) == set()


def test_the_rarer_of_two_names_decides():
    names = "Register Wren for daycare", "Refill Wren’s medicine", "Write questions for Dr. Fenn"
    assert tasks_of("Wren: check-up with Dr. Fenn", *names) == {names[2]}


def test_a_one_to_one_has_the_tasks_of_the_person_and_those_about_them():
    bola = [task(f"Theirs {number}", holder=Holder.OTHER, assignee="Bola Adeyemi") for number in range(2)]
    about = task("Write Bola’s review")
    found = edge("1:1 Bola", *bola, about, task("Other", holder=Holder.OTHER, assignee="Tom Reyes"))
    assert (found.person, titles(found.tasks)) == ("Bola Adeyemi", {"Theirs 0", "Theirs 1", about.title})


def test_two_people_of_one_first_name_or_in_one_title_make_no_edge():
    first, second, other = (
        task(holder=Holder.OTHER, assignee=name) for name in ("Bola Adeyemi", "Bola Smith", "Tomás Reyes")
    )
    assert edge("1:1 Bola", first, second) is None
    assert edge("Bola: sync with Tomás on the launch", first, other) is None
    assert edge("Bola: sync on the launch", first, other) is not None


def test_an_all_day_event_has_no_edge():
    assert list(find_meeting_edges([event("Choir", TODAY)], AgendaWords(agenda(project("Choir"))))) == []


def test_a_meeting_names_the_most_pressing_task_and_counts_the_others():
    choir = project("Choir")
    tasks = [
        task(title, due=due, project_id=choir.id)
        for title, due in (
            ("Old", days_later(-9)),
            ("New", days_later(-2)),
            ("Soon", days_later(3)),
            ("Far", days_later(30)),
            ("None", None),
        )
    ]
    found = context(choir, *tasks, event("Choir rehearsal"))
    assert found.text == "Choir: “New”, 2 days overdue; “Old”, 9 days overdue; 1 due soon"
    assert found.reason == "Choir"


def test_a_count_says_more_only_of_the_state_of_a_named_task():
    choir = project("Choir")
    due = (days_later(-2), days_later(-9), days_later(-12), days_later(3))
    tasks = [task(f"Task {number}", due=one, project_id=choir.id) for number, one in enumerate(due)]
    found = context(choir, *tasks, event("Choir rehearsal"))
    assert found.text.endswith("9 days overdue; 1 more overdue, 1 due soon")


def test_a_meeting_has_the_last_note_of_its_project():
    choir = project("Choir")
    notes = [
        note(title, project_id=choir.id, noted_at=datetime(2026, 3, day, 12, tzinfo=UTC))
        for title, day in (("First", 27), ("Last", 28))
    ]
    found = context(choir, *notes, event("Choir rehearsal"))
    assert found.text == "Choir: last note “Last” (Saturday)"


def test_a_project_without_anything_open_has_no_line():
    assert context(project("Choir"), event("Choir rehearsal")) is None


def test_the_edge_is_a_fact_with_its_reason():
    choir = project("Choir")
    document = compose_brief(
        agenda(choir, task(due=TODAY, project_id=choir.id), event("Choir rehearsal"))
    ).document
    (fact,) = (fact for fact in document.facts.values() if fact.kind == "edge")
    assert (fact.title, fact.source_ref) == ("Choir", "“Choir” in the title “Choir rehearsal”")
    assert set(document.timeline[0].context.facts) <= set(document.facts)


def test_someday_and_finished_tasks_belong_to_no_meeting():
    wish = replace(task("Answer Hölzl"), is_someday=True)
    assert edge("Call with Hölzl", wish) is None
    assert edge("Call with Hölzl", task("Answer Hölzl")) is not None


def test_the_line_of_a_meeting_omits_what_does_not_fit():
    choir = project("Choir")
    tasks = [task(name * 40, due=days_later(2), project_id=choir.id) for name in "AB"]
    found = context(choir, *tasks, event("Choir rehearsal"))
    assert found.text == f"Choir: “{'A' * 40}”, due Thursday; 1 more due soon"
    long = [replace(one, title=one.title + one.title[0] * 30) for one in tasks]
    assert context(choir, *long, event("Choir rehearsal")).text == f"Choir: “{'A' * 70}”, due Thursday"
