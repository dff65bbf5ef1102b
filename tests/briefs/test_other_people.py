"""The tasks of other people in a brief: in no number of the reader, told by person."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda import Holder, Priority, TaskStatus
from daybreak.briefs.document.model import AbsenceTier, Document, Edition
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.other_people import MAX_PEOPLE
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.facts.snapshot import take_snapshot
from daybreak.briefs.rendering.outline import Warnings
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.entries import with_texts
from daybreak.claims import Claim, Fact, why_unsupported

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, project, task
from .strategies import days_with_agendas

HOLDERS = st.sampled_from(
    [(None, Holder.MINE), ("anna@example.org", Holder.MINE), (None, Holder.UNASSIGNED)]
    + [(name, Holder.OTHER) for name in ("Bob", "bob ", "Eve Stone", "Mo <mo@example.org>", "x" * 200)]
)


def others(title: str = "Fix the crane", person: str = "Bob", **changes):
    return task(title, assignee=person, holder=Holder.OTHER, **changes)


def unassigned(title: str = "Book the hall", **changes):
    return task(title, holder=Holder.UNASSIGNED, **changes)


def touched(days_ago: int) -> datetime:
    return datetime.combine(days_later(-days_ago), time(12), UTC)


def waiting(document: Document) -> list[str]:
    return [claim.text for section in document.sections for claim in section.waiting]


def mentions(document: Document) -> str:
    """Return everything that the brief says about the reader's own tasks."""
    claims = [*document.headline, *document.next_actions, *document.workload.statements]
    for section in document.sections:
        claims += [*section.statements, *(claim for view in section.buckets for claim in view.entries)]
    return " ".join(claim.text for claim in claims)


@pytest.mark.parametrize(
    "change",
    [
        {"due": days_later(-5), "priority": Priority.HIGHEST},
        {"due": TODAY, "estimate_minutes": 600},
        {"due": days_later(1), "priority": Priority.HIGHEST},
        {"start": TODAY},
        {"status": TaskStatus.IN_PROGRESS, "priority": Priority.HIGHEST},
        {"status": TaskStatus.IN_PROGRESS, "touched_at": touched(20)},
        {"status": TaskStatus.BLOCKED, "due": TODAY},
        {"status": TaskStatus.DONE, "completed": local(6)},
        {},
    ],
)
@pytest.mark.parametrize("make", [others, unassigned])
def test_a_task_of_another_person_is_in_no_number_of_the_reader(make, change):
    hers = [task("Send minutes", due=TODAY), task("Plan", due=days_later(-1)), task("Some day")]
    alone = compose_brief(agenda(*hers)).document
    both = compose_brief(agenda(*hers, make("Order the van", **change))).document
    assert (both.counts, both.headline, both.workload) == (alone.counts, alone.headline, alone.workload)
    assert [action.text for action in both.next_actions] == [action.text for action in alone.next_actions]
    assert both.next_actions_omitted == alone.next_actions_omitted
    assert "Order the van" not in mentions(both)
    assert len(waiting(both)) == (change.get("status") is not TaskStatus.DONE)


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        ([others()], "Waiting for Bob: “Fix the crane”."),
        ([others(due=days_later(-1))], "Waiting for Bob: “Fix the crane”, 1 day overdue."),
        ([others() for _ in range(3)], "Waiting for Bob: 3."),
        (
            [others(due=TODAY), others("Paint", due=days_later(-9))],
            "Waiting for Bob: “Paint”, 9 days overdue; 1 more.",
        ),
        (
            [others(due=days_later(-12)), others(due=days_later(-1)), others()],
            "Waiting for Bob: 3, 2 overdue.",
        ),
        ([others(due=days_later(-2)), others(due=days_later(-3))], "Waiting for Bob: 2, all overdue."),
        ([others(person="@bob", due=TODAY)], "Waiting for bob: “Fix the crane”."),
        ([others(person="Mo <mo@example.org>")], "Waiting for Mo: “Fix the crane”."),
        ([unassigned(), unassigned(due=days_later(-2))], "Unassigned: 2, 1 overdue."),
        ([unassigned()], "Unassigned: 1."),
    ],
)
def test_a_person_is_told_in_one_sentence(tasks, sentence):
    (told,) = compose_brief(agenda(*tasks)).document.sections[0].waiting
    assert told.text == sentence


def test_the_sentence_stands_in_the_section_of_the_project_and_in_the_outline():
    hiring, home = project("Hiring"), project("Home")
    things = (hiring, home, task(project_id=home.id), others(project_id=hiring.id, due=days_later(-2)))
    document = compose_brief(agenda(*things)).document
    assert {section.project: len(section.waiting) for section in document.sections} == {
        "Hiring": 1,
        "Home": 0,
    }
    assert "Waiting for Bob: “Fix the crane”, 2 days overdue" in str(build_outline(document))


def test_the_cited_facts_are_the_number_and_all_tasks_the_longest_overdue_first():
    tasks = (others("B", due=days_later(-2)), others("A", due=days_later(-9)), others("C"))
    document = compose_brief(agenda(*tasks)).document
    (claim,) = document.sections[0].waiting
    number, *cited = (document.facts[fact_id] for fact_id in claim.facts)
    assert (number.kind, number.value, number.assignee, number.holder) == ("stat", 3, "Bob", "other")
    assert [fact.title for fact in cited] == ["A", "B", "C"]
    assert {(fact.assignee, fact.holder) for fact in cited} == {("Bob", "other")}


def test_a_person_is_named_once_in_the_project_with_most_of_their_overdue_tasks():
    hiring, home, office = (project(name) for name in ("Hiring", "Home", "Office"))
    tasks = [
        others(project_id=home.id),
        others(project_id=home.id, person="BOB"),
        others(project_id=hiring.id, due=days_later(-2)),
        others(project_id=office.id, person="Eve"),
        unassigned(project_id=home.id),
        unassigned(project_id=office.id),
    ]
    document = compose_brief(agenda(hiring, home, office, *tasks)).document
    assert {section.project: [claim.text for claim in section.waiting] for section in document.sections} == {
        "Hiring": ["Waiting for Bob: “Fix the crane”, 2 days overdue; 2 more."],
        "Home": ["Unassigned: 1."],
        "Office": ["Waiting for Eve: “Fix the crane”.", "Unassigned: 1."],
    }


@pytest.mark.parametrize(
    ("blocked", "sentence"),
    [
        (
            ["Load the van"],
            "Waiting for Tom: “Order the van”, 3 days overdue; holds up “Load the van”; 1 more.",
        ),
        (
            ["Load the van", "Drive", "Park"],
            "Waiting for Tom: “Order the van”, 3 days overdue; holds up “Load the van” and 2 others; 1 more.",
        ),
    ],
)
def test_a_person_who_holds_up_the_reader_comes_first(blocked, sentence):
    van = others("Order the van", person="Tom", due=days_later(-3))
    mine = [task(title, blocked_by=(van.id,), due=days_later(n)) for n, title in enumerate(blocked)]
    late = [others(due=days_later(-20)), others(due=days_later(-30)), others("Wash", person="Tom")]
    document = compose_brief(agenda(van, *mine, *late)).document
    (told, other) = document.sections[0].waiting
    assert (told.text, other.text) == (sentence, "Waiting for Bob: 2, all overdue.")
    titles = [document.facts[fact_id].title for fact_id in told.facts[1:]]
    assert titles == ["Order the van", "Wash", *blocked]


def test_a_task_that_holds_up_the_reader_is_named_before_those_that_are_overdue():
    van = others("Order the van", person="Tom")
    things = (van, others("Wash", person="Tom", due=days_later(-1)), task("Load it", blocked_by=(van.id,)))
    (told,) = compose_brief(agenda(*things)).document.sections[0].waiting
    assert told.text == "Waiting for Tom: “Order the van”; holds up “Load it”; 1 more, overdue."


def test_at_most_five_people_are_told_and_then_the_number_of_the_others():
    names = [f"Person {n}" for n in range(MAX_PEOPLE + 3)]
    tasks = [others(person=name) for name in names for _ in range(2)]
    told = waiting(compose_brief(agenda(*tasks, unassigned())).document)
    assert told == [
        *(f"Waiting for {name}: 2." for name in names[:MAX_PEOPLE]),
        "And 3 more people: 6.",
        "Unassigned: 1.",
    ]


def test_people_with_overdue_tasks_come_first():
    tasks = [others(person="Ann"), others(person="Ann"), others(person="Zoe", due=days_later(-1))]
    told = waiting(compose_brief(agenda(*tasks)).document)
    assert [sentence.partition(":")[0] for sentence in told] == ["Waiting for Zoe", "Waiting for Ann"]


def test_a_blocked_task_names_the_person_of_its_blocker():
    blocker = others("Order the van", person="Tom Fox")
    blocked = task("Load the van", blocked_by=(blocker.id,), due=TODAY)
    document = compose_brief(agenda(blocker, blocked)).document
    assert document.counts.blocked == 1
    assert "“Load the van” is blocked by “Order the van” (Tom Fox), due today" in mentions(
        with_texts(document)
    )


def test_a_task_for_which_another_person_waits_ranks_higher():
    hers = task("Sign the contract", due=days_later(3))
    waits = others("Order the van", blocked_by=(hers.id,))
    (action,) = compose_brief(agenda(hers, waits)).document.next_actions
    assert action.reason == "due on Friday; blocks “Order the van”"


def test_a_day_on_which_only_others_have_tasks_is_quiet():
    document = compose_brief(agenda(others(due=TODAY), others(due=days_later(-1)))).document
    assert document.quiet
    assert document.next_actions == ()


def test_a_day_is_not_quiet_while_an_assignee_may_be_the_reader():
    found = replace(agenda(others(person="Anna B.", due=TODAY)), unanswered_assignees=("Anna B.",))
    document = compose_brief(found).document
    (warning,) = document.warnings
    assert warning.source == "Anna B."
    assert warning.text.startswith("is this you?")
    assert "Settings, Who you are" in warning.text
    assert "daybreak users identities" in warning.text
    (shown,) = [block for block in build_outline(document) if isinstance(block, Warnings)]
    assert [len(line) <= 100 for line in shown.lines] == [True]
    assert not document.quiet


def test_the_weekly_review_is_about_the_tasks_of_the_reader():
    tasks = [
        make(title, **change)
        for make, name in ((task, "mine"), (others, "theirs"))
        for title, change in (
            (f"done {name}", {"status": TaskStatus.DONE, "completed": days_later(-2)}),
            (f"slipped {name}", {"due": days_later(-3)}),
            (f"ahead {name}", {"due": days_later(3)}),
            (f"cancelled {name}", {"status": TaskStatus.CANCELLED}),
            (f"late {name}", {"due": days_later(-30)}),
        )
    ]
    opened = [replace(one, status=TaskStatus.OPEN) for one in tasks]
    before = take_snapshot(day(days_later(-6)), agenda(*opened), covers_all_sources=True)
    document = compose_brief(agenda(*tasks), edition=Edition.WEEKLY, week_snapshots=[before]).document
    assert document.week is not None
    told = [claim.text for one in document.week.projects for topic in one.topics for claim in topic.entries]
    assert [sentence for sentence in told if "theirs" in sentence] == []
    assert len(told) == 4
    assert "1 overdue for over a week" in " ".join(claim.text for claim in document.headline)


def test_the_note_to_an_absent_reader_counts_only_what_the_reader_did():
    done = {"status": TaskStatus.DONE, "completed": TODAY}
    found = agenda(task("Mine", **done), others(**done), unassigned(**done))
    last = take_snapshot(day(days_later(-11)), agenda(), covers_all_sources=True)
    document = compose_brief(
        found, edition=Edition.REENGAGEMENT, tier=AbsenceTier.MOTIVATING, last_received_snapshot=last
    ).document
    assert [document.facts[claim.facts[0]].value for claim in document.headline] == [1]


@pytest.mark.parametrize(
    "kind", ["overdue", "due_today", "in_progress", "blocked", "next_action", "week_done"]
)
@pytest.mark.parametrize("holder", ["other", "unassigned"])
def test_no_claim_about_the_reader_follows_from_a_task_of_another(kind, holder):
    due = days_later(-1) if kind == "overdue" else TODAY
    status = {"in_progress": "in_progress", "blocked": "blocked", "week_done": "done"}.get(kind, "open")
    fact = Fact(kind="task", title="a", source="b", source_ref="c", due=due, status=status, completed=None)
    theirs = replace(fact, assignee="Bob", holder=holder)
    claim = Claim(kind=kind, text="Said", facts=("x",))
    assert why_unsupported(claim, {"x": fact}, PREDICATES, TODAY) is None
    assert why_unsupported(claim, {"x": theirs}, PREDICATES, TODAY) is not None


@pytest.mark.parametrize(
    "change",
    [{"holder": "mine"}, {"holder": "unassigned"}, {"assignee": None}, {"status": "done"}, {"kind": "event"}],
)
def test_waiting_for_a_person_follows_only_from_an_open_task_of_that_person(change):
    fact = Fact(
        kind="task", title="a", source="b", source_ref="c", status="open", assignee="Bob", holder="other"
    )
    assert PREDICATES["waiting_for"](fact, TODAY)
    assert not PREDICATES["waiting_for"](replace(fact, **change), TODAY)


def test_a_declined_event_is_not_part_of_the_day():
    declined = event("Sales pitch", local(9, 30), declined=True)
    document = compose_brief(agenda(event("Stand-up", local(9)), declined)).document
    assert [entry.text for entry in document.timeline] == ["“Stand-up”"]
    assert document.workload == compose_brief(agenda(event("Stand-up", local(9)))).document.workload
    alone = compose_brief(agenda(declined)).document
    assert (alone.quiet, alone.timeline, alone.workload.free_minutes) == (True, (), 510)
    ahead = replace(declined, start=local(9, on=days_later(2)), end=local(10, on=days_later(2)))
    assert "Sales pitch" not in str(compose_brief(agenda(ahead)).document.headline)
    weekly = compose_brief(agenda(ahead), edition=Edition.WEEKLY).document
    assert weekly.week is not None
    assert weekly.week.calendar == ()


def test_a_title_that_says_tentative_is_not_marked_again():
    supplier = event("Tentative: supplier", local(9, 30), tentative=True)
    document = compose_brief(agenda(supplier)).document
    assert [entry.text for entry in document.timeline if entry.facts] == ["“Tentative: supplier”"]


def test_a_tentative_event_is_busy_and_marked():
    supplier = event("Supplier", local(9, 30), tentative=True)
    document = compose_brief(agenda(event("Stand-up", local(9)), supplier)).document
    assert document.timeline[1].text == "“Supplier” (tentative)"
    assert document.workload.statements[0].text == (
        "“Stand-up” and “Supplier” (tentative) overlap from 09:30 to 10:00."
    )
    assert document.workload.free_intervals[0].starts == local(10, 30)


@given(days_with_agendas(), st.lists(HOLDERS, min_size=10, max_size=10))
def test_with_any_assignment_each_open_task_is_counted_once(on_and_found, assignments):
    on, found = on_and_found
    tasks = [
        replace(one, assignee=name, holder=holder)
        for one, (name, holder) in zip(found.tasks, assignments, strict=False)
    ]
    document = compose_brief(replace(found, tasks=tuple(tasks)), on).document
    assert not [warning for warning in document.warnings if "fact check" in warning.text]
    counts = asdict(document.counts)
    mine = sum(
        number
        for name, number in counts.items()
        if name not in {"projects", "done", "overdue_for_over_a_week"}
    )
    theirs = sum(
        document.facts[claim.facts[0]].value or 0
        for section in document.sections
        for claim in section.waiting
    )
    still_open = [one for one in tasks if one.is_open]
    assert (mine, theirs) == (
        sum(one.is_mine for one in still_open),
        sum(not one.is_mine for one in still_open),
    )
    for action in document.next_actions:
        assert document.facts[action.facts[0]].holder == "mine"
    for section in document.sections:
        for claim in section.waiting:
            assert why_unsupported(claim, document.facts, PREDICATES, on.today) is None
            holders = [document.facts[fact_id].holder for fact_id in claim.facts]
            assert len({*holders} - {None, "mine"}) <= 1
            assert "mine" not in holders or claim.kind == "waiting_for"
    people = [claim.text.partition(":")[0] for one in document.sections for claim in one.waiting]
    named = [one.casefold() for one in people if one.startswith("Waiting")]
    assert len(named) == len({*named})


@pytest.mark.parametrize(
    "quiet",
    [
        pytest.param(agenda(others(due=days_later(-3))), id="overdue-for-another-person"),
        pytest.param(agenda(unassigned(due=TODAY)), id="due-on-a-team-board"),
        pytest.param(agenda(event("Town hall", local(9), declined=True)), id="declined-event"),
    ],
)
def test_a_quiet_day_is_the_readers_alone(quiet):
    document = compose_brief(quiet).document
    assert document.headline[0].text == "A quiet day: nothing of yours is due, overdue or on the calendar."
    failing = replace(quiet, sources=tuple(replace(one, error="It is gone.") for one in quiet.sources))
    assert compose_brief(failing).document.headline[0].text.startswith("Nothing of yours is due, overdue or")


def test_blocked_tasks_are_not_looked_through_once_more_for_each_project(monkeypatch):
    calls = []
    blockers = FactBook.blockers
    monkeypatch.setattr(FactBook, "blockers", lambda book, of: calls.append(of.id) or blockers(book, of))

    def count_calls(projects: int) -> int:
        calls.clear()
        lists = [project(f"List {number}") for number in range(projects)]
        of_others = [others(f"Theirs {one.name}", one.name, project_id=one.id) for one in lists]
        mine = [task(f"Mine {one.title}", blocked_by=(one.id,)) for one in of_others]
        compose_brief(agenda(*lists, *of_others, *mine))
        return len(calls)

    assert count_calls(40) == 2 * count_calls(20)
