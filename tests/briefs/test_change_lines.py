"""Test the lines about what changed since the last brief. Today is Tuesday 31 March 2026."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak.agenda import Holder, Priority, Task, TaskStatus
from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.outline import Heading, ListBlock, OutlineSentence, Part
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.claims import Claim

from .change_factories import compose_after, snapshot_of
from .factories import TODAY, agenda, day, days_later, event, local, new_id, task
from .test_change_properties import relaxed, two_days

YESTERDAY, TOMORROW, FRIDAY = days_later(-1), days_later(1), days_later(3)
DONE = {"status": TaskStatus.DONE, "completed": YESTERDAY}
ALREADY_LATE = task("Old debt", due=days_later(-9), priority=Priority.HIGHEST)


def compose_without_actions(*args) -> Document:
    """Return a brief without first actions, so that nothing is named above the changes."""
    return replace(compose_after(*args), next_actions=(), still_wanted=None)


def lines_of(document: Document) -> list[OutlineSentence]:
    """Return the lines below the heading of the changes; none without a heading."""
    blocks = iter(build_outline(document))
    if not any(isinstance(block, Heading) and block.part is Part.SINCE for block in blocks):
        return []
    listed = next(blocks)
    assert isinstance(listed, ListBlock)
    return list(listed.sentences)


def texts_of(before: tuple, now: tuple) -> list[str]:
    document = compose_without_actions(snapshot_of(agenda(*before)), agenda(*now))
    return [line.text for line in lines_of(document)]


def heading_of(document: Document) -> str:
    parts = [one for one in build_outline(document) if isinstance(one, Heading) and one.part is Part.SINCE]
    return parts[0].text if parts else ""


def test_the_first_brief_has_no_heading():
    document = compose_without_actions(snapshot_of(agenda()), agenda(task("New")))
    first = replace(document, since_last=replace(document.since_last, date=None))
    assert heading_of(document) == "Since yesterday"
    assert heading_of(first) == ""


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-1, "Since yesterday"),
        (-3, "Since Saturday"),
        (-6, "Since Wednesday"),
        (-7, "Since Tuesday 24 March"),
        (-90, "Since Wednesday 31 December 2025"),
    ],
)
def test_the_heading_names_the_last_brief_as_people_do(days, text):
    last = snapshot_of(agenda(), day(days_later(days)))
    assert heading_of(compose_without_actions(last, agenda(task("New")))) == text


PLANTS = task("Water the plants", due=YESTERDAY, recurrence="every day")
WAITING = task("Order tiles", blocked_by=(new_id(),), due=FRIDAY)
TILES = task("Choose tiles", id=WAITING.blocked_by[0])
ANNAS_TILES = replace(TILES, holder=Holder.OTHER, assignee="Anna")
RENT, CALL = task("Pay the rent", due=FRIDAY), task("Call Bob", due=YESTERDAY)
BOBS = {"assignee": "Bob", "holder": Holder.OTHER}
LUNCH = event("Lunch", local(12))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((RENT,), (replace(RENT, **DONE),), ["Done: “Pay the rent”"]),
        (
            (PLANTS,),
            (replace(PLANTS, **DONE), replace(PLANTS, id=new_id(), due=TODAY)),
            ["Done: “Water the plants”, again today"],
        ),
        ((), (RENT,), ["New: “Pay the rent”, due Friday"]),
        ((), (replace(RENT, due=days_later(9)),), ["New: “Pay the rent”, due Thursday 9 April"]),
        ((), (replace(RENT, priority=Priority.HIGH),), ["New: “Pay the rent”, due Friday, high priority"]),
        ((), (CALL,), ["New: “Call Bob”, was due yesterday"]),
        ((RENT,), (replace(RENT, due=days_later(5)),), ["Moved: “Pay the rent”, from Friday to Sunday"]),
        ((RENT,), (replace(RENT, due=None),), ["Moved: “Pay the rent”, no date any more (was Friday)"]),
        ((replace(RENT, due=None),), (RENT,), ["Moved: “Pay the rent”, due Friday"]),
        (
            (replace(RENT, due=None, start=FRIDAY),),
            (replace(RENT, due=None, start=TOMORROW),),
            ["Moved: “Pay the rent”, starts tomorrow instead of Friday"],
        ),
        (
            (RENT,),
            (replace(RENT, due=TOMORROW),),
            ["Brought forward: “Pay the rent”, from Friday to tomorrow"],
        ),
        (
            (TILES, WAITING),
            (replace(TILES, **DONE), WAITING),
            ["Can now start: “Order tiles”, due Friday (“Choose tiles” is done)"],
        ),
        (
            (ANNAS_TILES, WAITING),
            (replace(ANNAS_TILES, **DONE), WAITING),
            ["Can now start: “Order tiles”, due Friday (Anna has done “Choose tiles”)"],
        ),
        ((CALL,), (CALL,), ["Now overdue: “Call Bob” (due yesterday)"]),
        (
            (CALL, RENT),
            (CALL,),
            ["Now overdue: “Call Bob” (due yesterday)", "Gone: “Pay the rent”, removed from plan.md"],
        ),
        (
            (RENT,),
            (replace(RENT, status=TaskStatus.CANCELLED),),
            ["Gone: “Pay the rent” (cancelled)"],
        ),
        ((RENT,), (replace(RENT, **BOBS),), ["Handed over: “Pay the rent” is now with Bob"]),
        ((replace(RENT, **BOBS),), (RENT,), ["New: “Pay the rent”, now yours, due Friday"]),
        (
            (RENT,),
            (replace(RENT, title="Send a letter to the landlord"),),
            ["Renamed: “Pay the rent” is now called “Send a letter to the landlord”"],
        ),
        ((), (LUNCH,), ["Calendar: “Lunch” was added for today at 12:00"]),
        ((LUNCH,), (), ["Calendar: “Lunch” (today at 12:00) is no longer on the calendar"]),
    ],
)
def test_a_line_says_what_changed_and_when(before, now, expected):
    assert texts_of(before, now) == expected


def _put_off(one: Task, *days: int) -> tuple[object, Task]:
    """Return the last snapshot, and the task of today that was due on each of these days before."""
    last = None
    for number, due in enumerate(days[:-1]):
        one = replace(one, due=days_later(due))
        last = snapshot_of(agenda(one), day(days_later(number - len(days) + 1)), last)
    return last, replace(one, due=days_later(days[-1]))


def test_a_third_postponement_says_so():
    last, now = _put_off(task("Call the school"), -3, -2, -1, 2)
    (line,) = lines_of(compose_without_actions(last, agenda(now)))
    assert line.text == "Moved: “Call the school”, to Thursday for the third time, first due 28 March"


def test_what_was_moved_most_often_is_named_first_and_a_common_date_once():
    last, school = _put_off(task("Call the school"), -3, -2, -1, 2)
    others = [task(f"Task {n}", due=YESTERDAY) for n in range(3)]
    known = snapshot_of(agenda(*others), day(YESTERDAY))
    last = replace(last, tasks=last.tasks | known.tasks)
    now = [replace(one, due=days_later(2)) for one in others]
    (line,) = lines_of(compose_without_actions(last, agenda(school, *now)))
    assert line.text.startswith(
        "Moved (4), to Thursday: “Call the school” for the third time, first due 28 March; “Task 0”"
    )


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (
            tuple(task(f"Item {n}", source_ref=f"old/backlog.md:{n}") for n in range(42)),
            (),
            "Gone (42): removed from backlog.md",
        ),
        (
            (),
            tuple(task(f"Item {n}", path="list.md", due=days_later(n % 5 + 9)) for n in range(200)),
            "New (200), from list.md: “Item 0”, due Thursday 9 April; “Item 100”, due Thursday 9 April;",
        ),
        (
            tuple(task(f"Item {n:02}", path="a/x.md", source_ref=f"a/x.md:{n}") for n in range(30)),
            "moved-file",
            "Files: “x.md” moved to “b”",
        ),
        (
            tuple(event(f"Talk {n}", local(9, on=FRIDAY)) for n in range(30)),
            (),
            "Calendar (30): “Talk 0” (Friday at 09:00) is no longer on the calendar;",
        ),
    ],
)
def test_many_alike_are_one_number(before, now, expected):
    if now == "moved-file":
        now = tuple(replace(one, path="b/x.md", source_ref=f"b/{one.source_ref[2:]}") for one in before)
        now = tuple(replace(one, id=new_id()) for one in now)
    (text,) = texts_of((*before, task("Other")), (*now, task("Other", path="other.md")))
    assert text.startswith(expected)


def test_a_list_with_many_new_tasks_does_not_hide_the_others():
    many = [task(f"Item {n}", path="list.md") for n in range(50)]
    told = texts_of((), (*many, replace(RENT, path="todo.txt")))
    assert told[0] == "New: “Pay the rent”, due Friday"
    assert told[1].startswith("New (50), from list.md: “Item 0”, ")


def test_thousands_of_changes_are_not_compared_with_one_another(monkeypatch):
    many = [task(f"Item {n}", path="list.md", due=days_later(n % 5 + 9)) for n in range(50)]
    few = [task(f"Other {n}") for n in range(3)]
    document = compose_without_actions(snapshot_of(agenda()), agenda(*many, *few))

    def compare(one: Claim, other: object) -> bool:
        raise AssertionError(f"{one} was compared with {other}")

    monkeypatch.setattr(Claim, "__eq__", compare)
    assert len(lines_of(document)) == 2


def test_what_touches_today_comes_first():
    standup, review = event("Stand-up", local(9)), event("Review", local(16))
    offsite = event("Offsite", local(9, on=FRIDAY))
    moved = replace(review, start=local(14), end=local(15))
    told = texts_of((standup, review, RENT), (moved, offsite, replace(RENT, due=TODAY), task("New")))
    assert told == [
        (
            "Calendar (2): “Stand-up” (today at 09:00) is no longer on the calendar; "
            "“Review” moved from 16:00 to 14:00 today"
        ),
        "Brought forward: “Pay the rent”, from Friday to today",
        "New: “New”",
        "Calendar ahead: “Offsite” was added for Friday at 09:00",
    ]


def test_inside_a_line_what_is_near_or_important_comes_first_and_trifles_last():
    new = (
        task("Trifle", due=FRIDAY, priority=Priority.LOW),
        task("Undated"),
        task("Later", due=days_later(4)),
        task("Important", priority=Priority.HIGH),
        task("Soon", due=TOMORROW),
    )
    (text,) = texts_of((), new)
    assert re.findall("“(.+?)”", text) == ["Soon", "Important", "Later", "Undated", "Trifle"]


def test_finished_tasks_are_named_by_their_weight():
    tasks = [task("Trifle", priority=Priority.LOW), task("Usual"), task("Main", priority=Priority.HIGH)]
    (text,) = texts_of(tuple(tasks), tuple(replace(one, **DONE) for one in tasks))
    assert text == "Done (3): “Main”, “Usual”, “Trifle”"


def test_what_unblocks_a_task_is_named_once():
    (text,) = texts_of((TILES, WAITING), (replace(TILES, **DONE), WAITING))
    assert text.count("“Choose tiles”") == 1
    done, freed = texts_of((TILES, WAITING, CALL), (replace(TILES, **DONE), WAITING, replace(CALL, **DONE)))
    assert done == "Done (2): “Call Bob”, 1 more"
    assert "“Choose tiles” is done" in freed


def test_a_task_that_is_named_further_up_is_counted():
    first = task("Urgent", due=TODAY, priority=Priority.HIGHEST)
    document = compose_after(snapshot_of(agenda(RENT)), agenda(RENT, first, task("A"), task("B")))
    (action, *_) = document.next_actions
    assert action.text == "“Urgent”"
    document = replace(document, next_actions=(action,))
    (line,) = lines_of(document)
    assert line.text == "New (3): 1 above, “A”, “B”"
    alone = compose_after(snapshot_of(agenda(RENT)), agenda(RENT, first))
    assert lines_of(alone) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((), (replace(CALL, due=TODAY),), "new"),
        ((RENT,), (replace(RENT, due=TODAY),), "brought forward from Friday"),
        ((CALL,), (replace(CALL, due=TODAY),), "moved from yesterday"),
        (
            (TILES, replace(WAITING, due=TODAY)),
            (replace(TILES, **DONE), replace(WAITING, due=TODAY)),
            "can now start (“Choose tiles” is done)",
        ),
    ],
)
def test_a_first_action_says_what_changed_about_it(before, now, expected):
    document = compose_after(snapshot_of(agenda(*before)), agenda(*now))
    first = next(block for block in build_outline(document) if isinstance(block, ListBlock))
    assert first.sentences[0].remarks == (f"due today, {expected}",)
    assert lines_of(document) == []


def test_a_line_opens_to_its_single_sentences():
    new = agenda(*(task(f"Task {n}") for n in range(12)))
    document = compose_without_actions(snapshot_of(agenda()), new)
    (line,) = lines_of(document)
    assert {one.text for one in line.more} == {claim.text for claim in document.since_last.entries}
    assert all(one.source_refs for one in line.more)


_CHANGES: tuple[Callable[[Task], tuple[Task, ...]], ...] = (
    lambda one: (replace(one, **DONE),),
    lambda one: (replace(one, due=TODAY),),
    lambda one: (replace(one, due=days_later(12)),),
    lambda one: (replace(one, title=f"Quite another thing than {one.title}"),),
    lambda one: (replace(one, **BOBS),),
    lambda one: (replace(one, status=TaskStatus.CANCELLED),),
    lambda one: (replace(one, due=None),),
    lambda _one: (),
)


@st.composite
def mixes(draw):
    """Return two days with many changes of all kinds, from several files."""
    files = st.sampled_from(("plan.md", "list.md", "todo.txt"))
    numbers = st.integers(0, 6) | st.integers(20, 24)
    before, now = [], []
    for number, change in enumerate(_CHANGES):
        for index in range(draw(numbers)):
            path, due = draw(files), draw(st.sampled_from((YESTERDAY, FRIDAY, None)))
            one = task(f"Thing {number}-{index}", due=due, path=path, source_ref=f"{path}:{index + 1}")
            before.append(one)
            now += change(one)
    now += [
        task(f"New {n}", path=draw(files), due=draw(st.none() | st.just(FRIDAY)))
        for n in range(draw(numbers))
    ]
    now += [event(f"Talk {n}", local(9, on=days_later(n % 3))) for n in range(draw(numbers))]
    blocked = [task(f"Blocked {n}", blocked_by=(one.id,)) for n, one in enumerate(before[: draw(numbers)])]
    return agenda(*before, *blocked), agenda(*now, *blocked)


_WITH_TITLES_ONLY = {"Brought forward", "Done", "New", "Moved", "Now overdue", "Gone"}


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


@given(mixes() | two_days())
@settings(relaxed, max_examples=40, suppress_health_check=list(HealthCheck))
def test_at_most_eight_lines_whose_numbers_add_up(situation):
    before, now = situation
    document = compose_after(snapshot_of(before), now)
    lines = lines_of(document)
    assert len(lines) <= 8
    for line in lines:
        label, _, listed = line.text.partition(": ")
        count = _number(r"\((\d+)\)", label) or 1
        assert count == (len(line.more) or 1)
        named = re.findall("“.+?”", listed)
        if (
            label.split(" (")[0] in {"Brought forward", "Done", "New", "Moved", "Now overdue", "Gone"}
            and named
        ):
            assert _number(r"^(\d+) above", listed) + len(named) + _number(r"(\d+) more$", listed) == count


@given(mixes() | two_days())
@settings(relaxed, max_examples=40, suppress_health_check=list(HealthCheck))
def test_each_change_is_in_one_line_unless_it_was_named_further_up(situation):
    before, now = situation
    document = compose_after(snapshot_of(before), now)
    lines, entries = lines_of(document), document.since_last.entries
    told = Counter(one.facts for line in lines for one in line.more)
    alone = [line.facts[0] for line in lines if not line.more]
    told += Counter(one.facts for one in entries if one.facts[0] in alone)
    assert told <= Counter(one.facts for one in entries)
    above = {fact for action in document.next_actions for fact in action.facts}
    above |= {fact for one in entries if one.kind == "can_start" for fact in one.facts[1:]}
    assert {one.facts[0] for one in entries if one.facts not in told} <= above


@given(mixes())
@settings(relaxed, max_examples=20, suppress_health_check=list(HealthCheck))
def test_no_title_is_named_twice(situation):
    before, now = situation
    document = compose_after(snapshot_of(before), now)
    titles = {one.title for one in (*before.tasks, *now.tasks)}
    named = [title for line in lines_of(document) for title in re.findall("“(.+?)”", line.text)]
    actions = [title for one in document.next_actions for title in re.findall("“(.+?)”", one.text)]
    told = [title for title in named if title in titles]
    assert len(told) == len(set(told))
    assert not {*told} & {*actions}
