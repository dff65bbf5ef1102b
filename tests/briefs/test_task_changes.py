"""Test the sentences about tasks that changed since the last brief. Yesterday is Monday 30 March 2026."""

import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from daybreak.agenda import Decision, DecisionKind, Holder, Source, SourceKind, TaskStatus
from daybreak.briefs.facts.snapshot import Snapshot, SnapshotItem

from .change_factories import compose_after, list_changes, snapshot_of, texts
from .factories import HOME, TODAY, agenda, compose_brief, day, days_later, new_id, task

MONDAY, TUESDAY, FRIDAY = days_later(-1), TODAY, days_later(3)
WORK = Source(id=new_id(), kind=SourceKind.FOLDER, name="work", locator="/srv/work")
DONE = {"status": TaskStatus.DONE, "completed": MONDAY}


def renew_id(one, **changes):
    return replace(one, id=new_id(), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="exported-again"),
        pytest.param({"source_ref": "archive/plan.md:9"}, id="another-line"),
        pytest.param({"title": "cafe\u0301  trip"}, id="decomposed-letters"),
        pytest.param({"title": "CAFÉ TRIP"}, id="capitals"),
        pytest.param({"source_id": WORK.id}, id="another-source"),
        pytest.param({"title": "Café trips"}, id="spelling"),
    ],
)
def test_a_task_with_a_new_id_is_no_news(changes):
    one = task("Café trip", due=FRIDAY)
    sources = (HOME, WORK)
    now = agenda(renew_id(one, **changes), sources=sources)
    assert list_changes(agenda(one, sources=sources), now) == []


@pytest.mark.parametrize(
    ("title", "other"),
    [
        pytest.param("Call Anna", "Call Anne", id="name"),
        pytest.param("https://example.org/report/a", "https://example.org/report/b", id="address"),
        pytest.param("Review the second part A", "Review the second part B", id="letter"),
        pytest.param("Buy the red notebook", "Buy the bad notebook", id="word"),
    ],
)
def test_a_similar_task_with_another_id_is_another_one(title, other):
    one = task(title, due=FRIDAY)
    assert list_changes(agenda(one), agenda(renew_id(one, title=other))) == [
        f"“{other}” came in, due Friday.",
        f"“{title}” is no longer in home.",
    ]


@pytest.mark.parametrize(
    ("title", "renamed"),
    [
        pytest.param("Wirte to the bank", "Write to the bank", id="letters-swapped"),
        pytest.param("Buy bred", "Buy bread", id="letter-missing"),
        pytest.param("Pack  books", "Pack books", id="spaces"),
        pytest.param("call the plumber", "Call the plumber!", id="capital-and-sign"),
    ],
)
def test_a_corrected_title_is_no_news(title, renamed):
    one = task(title, due=FRIDAY)
    assert list_changes(agenda(one), agenda(replace(one, title=renamed))) == []


@pytest.mark.parametrize(
    ("title", "renamed"),
    [
        pytest.param("Plan trip", "Plan the trip to Oslo with the choir", id="longer"),
        pytest.param("Interview 14", "Interview 17", id="another-number"),
        pytest.param("Call Bob", "Write to Anna", id="other-words"),
        pytest.param("Room 4, booked", "Room 40, booked", id="a-digit-more"),
    ],
)
def test_another_title_is_told(title, renamed):
    one = task(title, due=FRIDAY)
    expected = [f"“{title}” is now called “{renamed}”."]
    assert list_changes(agenda(one), agenda(replace(one, title=renamed))) == expected


def test_of_two_tasks_with_one_title_the_removed_one_is_named_by_its_date():
    first, second = task("Follow up", due=MONDAY), task("Follow up", due=FRIDAY)
    # The remaining line took the id of the first.
    now = agenda(replace(second, id=first.id))
    assert list_changes(agenda(first, second), now) == [
        "“Follow up” (was due yesterday) is no longer in home."
    ]


@pytest.mark.parametrize("due", [None, FRIDAY])
def test_one_of_two_equal_tasks_is_not_told_as_gone(due):
    first, second = task("Buy milk", due=due), task("Buy milk", due=due)
    assert list_changes(agenda(first, second), agenda(second)) == []


@pytest.mark.parametrize("renewed", ["done", "open", "both", "none"])
def test_a_finished_recurring_task_is_done_and_its_next_date_is_not_a_move(renewed):
    before = task("Water the plants", due=MONDAY, recurrence="every day")
    done, following = replace(before, **DONE), replace(before, due=TUESDAY)
    if renewed in {"done", "both"}:
        done = renew_id(done)
    if renewed in {"open", "both", "none"}:
        following = renew_id(following)
    assert list_changes(agenda(before), agenda(done, following)) == [
        "“Water the plants” was finished yesterday; again today."
    ]


@pytest.mark.parametrize(
    ("dates", "later"),
    [
        pytest.param({"due": MONDAY}, {"due": FRIDAY}, id="due-date"),
        pytest.param({"start": MONDAY}, {"start": FRIDAY}, id="start"),
        pytest.param({"start": MONDAY, "due": TUESDAY}, {"start": FRIDAY, "due": FRIDAY}, id="both"),
        pytest.param({"due": days_later(-9)}, {"due": FRIDAY}, id="overdue-before"),
    ],
)
def test_a_recurring_task_that_went_on_comes_next(dates, later):
    before = task("Pay the rent", recurrence="monthly", **dates)
    expected = ["“Pay the rent” comes up again on Friday."]
    assert list_changes(agenda(before), agenda(replace(before, **later))) == expected


def test_the_next_date_of_a_task_that_was_done_in_daybreak_is_not_new():
    one = task("Water the plants", due=MONDAY, recurrence="every day")
    ticked = replace(one, **DONE)
    now = agenda(replace(one, due=TUESDAY))
    assert list_changes(agenda(ticked), now) == []
    assert list_changes(agenda(ticked), agenda(renew_id(one, due=TUESDAY))) == []


def test_a_finished_task_that_is_open_again_is_told_so():
    one = task("Sign the lease", due=FRIDAY)
    expected = ["“Sign the lease” is open again, due Friday."]
    assert list_changes(agenda(replace(one, **DONE)), agenda(one)) == expected


@pytest.mark.parametrize(
    ("completed", "text"),
    [
        pytest.param(None, "“Call Bob” was finished.", id="unknown"),
        pytest.param(MONDAY, "“Call Bob” was finished yesterday.", id="date"),
        pytest.param(
            datetime(2026, 3, 30, 22, 30, tzinfo=UTC),
            "“Call Bob” was finished today.",
            id="instant",
        ),
        pytest.param(date(2026, 3, 2), "“Call Bob” was finished on Monday 2 March.", id="earlier"),
    ],
)
def test_the_day_of_completion_is_that_of_the_source(completed, text):
    one = task("Call Bob")
    now = agenda(replace(one, status=TaskStatus.DONE, completed=completed))
    assert list_changes(agenda(one), now) == [text]


def test_a_task_is_free_when_its_blockers_are_done():
    first, second = task("Choose tiles"), task("Measure")
    blocked = task("Order tiles", blocked_by=(first.id, second.id))
    before = agenda(first, second, blocked)
    half = agenda(replace(first, **DONE), second, blocked)
    assert list_changes(before, half) == ["“Choose tiles” was finished yesterday."]
    both = agenda(replace(first, **DONE), replace(second, **DONE), blocked)
    assert list_changes(before, both)[-1] == (
        "“Order tiles” can start: “Choose tiles” and “Measure” are done."
    )
    assert list_changes(half, both)[-1] == "“Order tiles” can start: “Measure” is done."


def test_a_free_task_whose_start_lies_ahead_can_start_then():
    first = task("Choose tiles")
    later = task("Order tiles", blocked_by=(first.id,), start=date(2026, 4, 3))
    told = list_changes(agenda(first, later), agenda(replace(first, **DONE), later))
    assert told[-1] == "“Order tiles” can start on Friday: “Choose tiles” is done."


@pytest.mark.parametrize(
    "now",
    [
        pytest.param({"status": TaskStatus.BLOCKED}, id="blocked-in-its-source"),
        pytest.param({"blocked_by": ()}, id="no-longer-depends"),
        pytest.param({"status": TaskStatus.DONE, "completed": MONDAY}, id="done-itself"),
    ],
)
def test_a_task_that_is_not_free_cannot_start(now):
    first = task("Choose tiles")
    blocked = task("Order tiles", blocked_by=(first.id,))
    told = list_changes(agenda(first, blocked), agenda(first, replace(blocked, **now)))
    assert not [text for text in told if "can start" in text]


def test_a_task_that_its_source_frees_is_told():
    one = task("Wire the lamp", status=TaskStatus.BLOCKED)
    now = agenda(replace(one, status=TaskStatus.OPEN))
    assert list_changes(agenda(one), now) == ["“Wire the lamp” is no longer blocked."]


MINE = {"assignee": "me@example.org", "holder": Holder.MINE}
BOBS = {"assignee": "Bob  Miller <bob@example.org>", "holder": Holder.OTHER}
ANNAS = {"assignee": "Anna", "holder": Holder.OTHER}
NOBODYS = {"assignee": None, "holder": Holder.UNASSIGNED}


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        (MINE, BOBS, "“Ship” is now with Bob Miller."),
        ({"assignee": None}, ANNAS, "“Ship” is now with Anna."),
        (ANNAS, MINE, "“Ship” is now yours."),
        (NOBODYS, MINE, "“Ship” is now yours."),
        (MINE, NOBODYS, "“Ship” is now unassigned."),
        (ANNAS, BOBS, None),
        (NOBODYS, ANNAS, None),
        pytest.param(ANNAS, ANNAS | {"holder": Holder.MINE}, None, id="the-reader-is-Anna-after-all"),
        pytest.param({"assignee": None}, NOBODYS, None, id="the-source-is-a-team's-after-all"),
    ],
)
def test_a_task_that_was_handed_over_is_told(before, now, text):
    one = task("Ship", due=FRIDAY, **before)
    assert list_changes(agenda(one), agenda(replace(one, **now))) == ([text] if text else [])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(DONE, id="done"),
        pytest.param({"due": days_later(9)}, id="moved"),
        pytest.param({"title": "Something else"}, id="renamed"),
        pytest.param({"due": MONDAY}, id="overdue"),
        pytest.param({"status": TaskStatus.CANCELLED}, id="cancelled"),
        pytest.param(None, id="removed"),
    ],
)
@pytest.mark.parametrize("holder", [ANNAS, NOBODYS])
def test_changes_of_the_tasks_of_others_are_not_told(holder, change):
    one = task("Ship", due=FRIDAY, **holder)
    now = [] if change is None else [replace(one, **change)]
    assert list_changes(agenda(one), agenda(*now, task("Sail", **holder))) == []


def test_a_task_is_free_when_another_person_is_done():
    first = task("Choose tiles", **ANNAS)
    mine = task("Order tiles", blocked_by=(first.id,))
    assert list_changes(agenda(first, mine), agenda(replace(first, **DONE), mine)) == [
        "“Order tiles” can start: “Choose tiles” is done."
    ]


def test_a_task_that_is_put_off_again_is_told_with_its_first_date():
    one = task("Call the school", due=days_later(-3))
    last = snapshot_of(agenda(one), day(days_later(-3)))
    for days in (-2, -1):
        one = replace(one, due=days_later(days))
        last = snapshot_of(agenda(one), day(days_later(days)), last)
    one = replace(one, due=TUESDAY)
    document = compose_after(last, agenda(one))
    (claim,) = document.since_last.entries
    assert claim.kind == "moved_again"
    assert claim.text == "“Call the school” moved for the third time, to today; first due 28 March."
    memory = document.facts[claim.facts[1]]
    assert (memory.kind, memory.due, memory.value) == ("memory", days_later(-3), 3)


@pytest.mark.parametrize("due", [days_later(-5), days_later(1), days_later(8), None])
def test_a_task_that_is_brought_forward_is_not_put_off_again(due):
    one = task("Call the school", due=days_later(-4))
    last = snapshot_of(agenda(one), day(days_later(-4)))
    for days, later in ((-3, TODAY), (-2, FRIDAY), (-1, days_later(9))):
        one = replace(one, due=later)
        last = snapshot_of(agenda(one), day(days_later(days)), last)
    (claim,) = compose_after(last, agenda(replace(one, due=due))).since_last.entries
    assert claim.kind == "moved"
    assert "time" not in claim.text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("archive/Office move.md", "“Office move.md” moved to “archive”."),
        ("areas/work/Office move.md", "“Office move.md” moved to “areas/work”."),
        ("Office move.md", "“Office move.md” moved to the top folder."),
        ("projects/Office.md", None),
        ("projects/office move.md", None),
    ],
)
@pytest.mark.parametrize("renews_ids", [True, False])
def test_a_moved_file_is_one_sentence(path, text, renews_ids):
    before = [
        task(f"Box {n}", path="projects/Office move.md", source_ref=f"projects/Office move.md:{n}")
        for n in range(6)
    ]
    now = [replace(one, path=path, source_ref=f"{path}:{n}") for n, one in enumerate(before)]
    now = [renew_id(one) for one in now] if renews_ids else now
    assert list_changes(agenda(*before), agenda(*now)) == ([text] if text else [])


def test_a_file_of_which_tasks_remain_did_not_move():
    before = [task(f"Box {n}", path="a/x.md", source_ref=f"a/x.md:{n}") for n in range(4)]
    now = [*before[:2], *(replace(one, path="b/x.md", source_ref="b/x.md:1") for one in before[2:])]
    assert list_changes(agenda(*before), agenda(*now)) == []


def _finish(one):
    return replace(one, **DONE)


def _drop(_one):
    return None


@pytest.mark.parametrize(
    ("change", "text", "kind"),
    [
        (_finish, "was finished yesterday.", "done"),
        (_drop, "is no longer in home.", "vanished"),
        (lambda one: replace(one, **BOBS), "is now with Bob Miller.", "handed_over"),
        (lambda one: replace(one, due=FRIDAY), "moved from Thursday 9 April to Friday.", "moved"),
        (lambda one: replace(one, status=TaskStatus.CANCELLED), "was cancelled.", "vanished"),
    ],
)
def test_many_changes_of_one_kind_are_one_claim_each(change, text, kind):
    before = [task(f"Task {n}", due=days_later(9)) for n in range(60)]
    now = [changed for one in before if (changed := change(one))]
    since = compose_after(snapshot_of(agenda(*before)), agenda(*now)).since_last
    assert {claim.kind for claim in since.entries} == {kind}
    assert {claim.text for claim in since.entries} == {f"“{one.title}” {text}" for one in before}
    assert {claim.facts[0] for claim in since.entries} == {f"task:{one.id}" for one in before}
    assert since.omitted == 0


def test_changes_of_one_kind_stand_in_the_order_of_time():
    dues = (FRIDAY, None, days_later(1), days_later(300))
    new = [task(f"Task {n}", due=due) for n, due in enumerate(dues[:3])]
    assert list_changes(agenda(), agenda(*new)) == [
        "“Task 2” came in, due tomorrow.",
        "“Task 0” came in, due Friday.",
        "“Task 1” came in.",
    ]


def test_a_new_task_that_is_late_is_told_so():
    expected = ["“Fix the tap” came in; it was due yesterday."]
    assert list_changes(agenda(), agenda(task("Fix the tap", due=MONDAY))) == expected


@pytest.mark.parametrize("kind", [DecisionKind.SNOOZED, DecisionKind.IGNORED])
@pytest.mark.parametrize("renews_id", [True, False])
def test_a_task_that_its_reader_put_aside_is_no_news(kind, renews_id):
    one = task("Pack the books", due=FRIDAY)
    decision = Decision(kind=kind, made_at=datetime(2026, 3, 30, 9, tzinfo=UTC), made_by=new_id())
    aside = replace(one, decision=decision, due=days_later(5))
    aside = renew_id(aside) if renews_id else aside
    now = replace(agenda(), deferred=(aside,))
    assert list_changes(agenda(one), now) == []
    assert list_changes(replace(agenda(), deferred=(aside,)), agenda(aside)) == []


def test_a_snapshot_of_an_earlier_version_is_read():
    one, gone = task("Ship", due=MONDAY, assignee="Anna", blocked_by=(new_id(),)), task("Gone")
    source = str(HOME.id)
    stored = {
        "tasks": {
            str(one.id): ["Ship", "plan.md:3", source, None, "2026-03-30", None],
            str(gone.id): ["Gone", "plan.md:4", source, None, None, "Garden"],
        },
        "events": {},
        "sources": {source: "home"},
    }
    last = Snapshot.from_bytes(MONDAY, zlib.compress(json.dumps(stored).encode()))
    assert texts(compose_after(last, agenda(replace(one, due=FRIDAY)))) == [
        "“Ship” moved from yesterday to Friday.",
        "“Gone” is no longer in home.",
    ]
    assert not [text for text in texts(compose_after(last, agenda(one, gone))) if "is now" in text]


def test_a_snapshot_is_compact():
    plain, first = task("Ship"), task("Sow", due=TODAY)
    stored = json.loads(zlib.decompress(compose_brief(agenda(plain, first)).snapshot.as_bytes()))
    assert len(stored["tasks"][str(plain.id)]) == 6


@pytest.mark.parametrize("status", [TaskStatus.DONE, TaskStatus.CANCELLED])
def test_tasks_of_other_people_are_no_news_after_a_brief_of_an_earlier_version(status):
    one = task("Hang the door", assignee="Bob", holder=Holder.OTHER)
    stored = snapshot_of(agenda(one))
    earlier = Snapshot(
        day=stored.day,
        tasks={key: SnapshotItem(*item[:6]) for key, item in stored.tasks.items()},
        events={},
        sources=stored.sources,
    )
    assert texts(compose_after(earlier, agenda(replace(one, status=status)))) == []
