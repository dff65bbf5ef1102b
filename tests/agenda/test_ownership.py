"""Whose tasks and events are, by the identities of the reader."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from daybreak import agenda
from daybreak.agenda import Event, Holder, Priority, Task, TaskStatus, UnassignedTasks
from daybreak.agenda.ownership.holders import Ownership
from daybreak.agenda.parsed import ImportedEvent, ImportedTask, ParsedFile
from daybreak.people import Identities, User

from .workspace import UserWorkspace

READER = User(id=UUID(int=7), email="maja.lind@example.org", name="Maja Lind", timezone="Europe/Berlin")
SOURCE = UUID(int=1)
MINE, OTHER, UNASSIGNED = Holder.MINE, Holder.OTHER, Holder.UNASSIGNED


def ownership(*boards: str) -> Ownership:
    return Ownership(READER, Identities.from_rows((), READER), frozenset((SOURCE, path) for path in boards))


def task(assignee: str | None, path: str = "plan.md") -> Task:
    return Task(
        id=UUID(int=2),
        source_id=SOURCE,
        project_id=None,
        phase_id=None,
        title="Water the plants",
        status=TaskStatus.OPEN,
        priority=Priority.NORMAL,
        start=None,
        due=None,
        completed=None,
        estimate_minutes=None,
        blocked_by=(),
        touched_at=datetime(2026, 3, 1, tzinfo=UTC),
        source_ref=f"{path}:1",
        path=path,
        assignee=assignee,
    )


@pytest.mark.parametrize(
    ("assignee", "holder"),
    [
        (None, MINE),
        ("Maja Lind", MINE),
        ("maja.lind@example.org", MINE),
        ("Maja Lind <MAJA.LIND@example.org>", MINE),
        ("Lind, Maja", MINE),
        ("me", MINE),
        ("everybody", MINE),
        ("Bob", OTHER),
        ("Bob Stone", OTHER),
        ("bob@example.org", OTHER),
        ("Maja Stone", OTHER),
        ("Stone, Maja", OTHER),
        ("Maja Lind <maja@elsewhere.example>, Bob", MINE),
        ("Bob, Maja Lind", MINE),
        ("Bob; maja.lind@example.org", MINE),
        ("Bob Stone and Maja Lind", MINE),
        ("Bob & Eve", OTHER),
        ("Bob, Eve", OTHER),
    ],
)
def test_holder_follows_from_the_assignee(assignee: str | None, holder: Holder):
    assert ownership().with_holder(task(assignee)).holder is holder


@pytest.mark.parametrize(
    "assignee", ["Stone, Maja", "Maja Stone", "Stone, Maja; Miller, Bob", "Maja <ms@a.example>"]
)
def test_another_person_of_the_readers_first_name_holds_the_task(assignee: str):
    reader = replace(READER, email="maja@example.org")
    known = Ownership(reader, Identities.from_rows((), reader))
    assert known.with_holder(task("Maja")).holder is MINE
    assert known.with_holder(task(assignee)).holder is OTHER


def test_an_unassigned_task_is_the_teams_only_on_its_board():
    known = ownership("board.csv")
    assert known.with_holder(task(None, "board.csv")).holder is UNASSIGNED
    assert known.with_holder(task(None, "todo.txt")).holder is MINE
    assert known.with_holder(task("Maja Lind", "board.csv")).holder is MINE
    assert known.with_holder(task("Bob", "board.csv")).holder is OTHER


@pytest.mark.parametrize(
    ("declined_by", "tentative_by", "is_declined", "is_tentative"),
    [
        ((), (), False, False),
        (("maja.lind@example.org",), (), True, False),
        (("bob@example.org", "Maja.Lind@example.org"), (), True, False),
        (("bob@example.org",), (), False, False),
        ((), ("maja.lind@example.org",), False, True),
        ((), ("bob@example.org",), False, False),
        (("bob@example.org",), ("maja.lind@example.org",), False, True),
    ],
)
def test_attendance_is_the_readers_own_reply(declined_by, tentative_by, is_declined, is_tentative):
    moment = datetime(2026, 3, 29, 9, tzinfo=UTC)
    invitation = Event(
        id=UUID(int=3),
        source_id=SOURCE,
        title="Sales pitch",
        location="",
        start=moment,
        end=moment,
        busy=True,
        tentative=False,
        source_ref="1",
        path="work.ics",
        declined_by=declined_by,
        tentative_by=tentative_by,
    )
    answered = ownership().with_attendance(invitation)
    assert (answered.declined, answered.tentative) == (is_declined, is_tentative)
    confirmed = ownership().with_attendance(replace(invitation, tentative=True))
    assert confirmed.tentative


BOARDS = {
    "jira.csv": (
        "Summary,Issue key,Issue Type,Status,Assignee",
        "Hers,OPS-1,Task,To Do,{me}",
        "Bob's,OPS-2,Task,To Do,Bob Miller",
        "Nobody's,OPS-3,Task,To Do,Unassigned",
    ),
    "asana.csv": (
        "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email",
        "1,2026-03-01,,2026-03-02,Hers,Now,Somebody,{me}",
        "2,2026-03-01,,2026-03-02,Bob's,Now,Bob,bob@example.org",
        "3,2026-03-01,,2026-03-02,Nobody's,Now,,",
    ),
    "Todoist.csv": (
        "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE",
        "task,Hers,,4,1,Bob (1),{me} (22),,en,Europe/Berlin",
        "task,Bob's,,4,1,Bob (1),Bob (1),,en,Europe/Berlin",
        "task,Nobody's,,4,1,Bob (1),,,en,Europe/Berlin",
    ),
    "table.csv": (
        "Task,Status,Owner",
        'Hers,open,"Bob, {me}"',
        "Bob's,open,Bob",
        "Nobody's,open,-",
    ),
    "minutes.md": (
        "# Minutes",
        "- [ ] Hers [owner:: {me}]",
        "- [ ] Bob's 📅 2026-03-30 @bob.miller",
        "- [ ] Nobody's",
    ),
    "two.md": (
        "# Minutes",
        "- [ ] Hers (assignee:: {me})",
        "- [ ] Bob's @Bob @Eve",
        "- [ ] Nobody's @phone",
    ),
    "tasks.json": (
        "[",
        '{{"uuid":"7f0a1e5e-43b2-4c53-9d3f-0d7f3f1f5a01","description":"Hers","status":"pending","entry":"20260301T080000Z","assignee":"{me}"}},',
        '{{"uuid":"7f0a1e5e-43b2-4c53-9d3f-0d7f3f1f5a02","description":"Bob\'s","assignee":"Bob"}},',
        '{{"uuid":"7f0a1e5e-43b2-4c53-9d3f-0d7f3f1f5a03","description":"Nobody\'s","status":"pending"}}',
        "]",
    ),
    "shared.ics": (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//EN",
        "BEGIN:VTODO",
        "UID:1",
        "SUMMARY:Hers",
        "ATTENDEE;CN=Bob:mailto:bob@example.org",
        "ATTENDEE;CN=Maja:mailto:{me}",
        "END:VTODO",
        "BEGIN:VTODO",
        "UID:2",
        "SUMMARY:Bob's",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:{me}",
        "ATTENDEE;CN=Bob:mailto:bob@example.org",
        "END:VTODO",
        "BEGIN:VTODO",
        "UID:3",
        "SUMMARY:Nobody's",
        "END:VTODO",
        "END:VCALENDAR",
    ),
}


@pytest.mark.parametrize("name", BOARDS)
async def test_every_format_has_its_holders(workspace: UserWorkspace, name: str):
    me = workspace.reader.user.email
    workspace.write_file(name, *(line.format(me=me) for line in BOARDS[name]))
    await workspace.import_folder()
    found = {one.title: one.holder for one in (await workspace.load_agenda()).tasks}
    assert found == {"Hers": MINE, "Bob's": OTHER, "Nobody's": MINE}


async def choose_team(workspace: UserWorkspace) -> None:
    reader, name = workspace.reader, workspace.folder.name
    chosen = await agenda.set_unassigned_by_reference(
        reader.database, reader.user, name, UnassignedTasks.TEAM
    )
    assert chosen.unassigned is UnassignedTasks.TEAM


async def test_the_choice_of_a_source_concerns_only_its_team_boards(workspace: UserWorkspace):
    workspace.write_file("board.csv", "Task,Status,Owner", "Bob's,open,Bob", "Eve's,open,Eve", "Ours,open,")
    workspace.write_file("minutes.md", "# Minutes", "- [ ] Order the van @Tom", "- [ ] Book the hall")
    workspace.write_file("todo.txt", "Call Berta")
    await workspace.import_folder()
    assert (await workspace.get_task("Ours")).holder is MINE
    await choose_team(workspace)
    holders = {one.title: one.holder for one in (await workspace.load_agenda()).tasks}
    assert {title for title, holder in holders.items() if holder is UNASSIGNED} == {"Ours"}
    assert {title for title, holder in holders.items() if holder is MINE} == {"Book the hall", "Call Berta"}


async def test_a_board_stays_one_when_its_tasks_are_done(workspace: UserWorkspace):
    workspace.write_file("board.csv", "Task,Status,Owner", "Bob's,done,Bob", "Eve's,done,Eve", "Ours,open,")
    await workspace.import_folder()
    await choose_team(workspace)
    assert (await workspace.get_task("Ours")).holder is UNASSIGNED


async def test_the_same_board_has_other_holders_for_another_reader(workspace, workspace_of, other_user):
    me, them = workspace.reader.user.email, other_user.email
    workspace.write_file("board.csv", "Task,Status,Owner", f"One,open,{me}", f"Two,open,{them}")
    other = workspace_of(other_user)
    for one in (workspace, other):
        await one.import_folder()
    holders = [
        [task.holder for task in sorted((await one.load_agenda()).tasks, key=lambda task: task.title)]
        for one in (workspace, other)
    ]
    assert holders == [[MINE, OTHER], [OTHER, MINE]]


async def test_replies_of_an_invitation_are_read_with_the_agenda(workspace: UserWorkspace):
    me = workspace.reader.user.email
    replies = {
        "declined": {"declined_by": (me,)},
        "unanswered": {"tentative_by": (me,)},
        "of another": {"declined_by": ("bob@example.org",)},
        "of none": {},
    }
    day = date(2026, 3, 30)
    await workspace.import_parsed(
        ParsedFile(
            events=tuple(
                ImportedEvent(external_id=title, title=title, source_ref=title, start=day, end=day, **reply)
                for title, reply in replies.items()
            ),
            tasks=(ImportedTask(external_id="1", title="Task", source_ref="1"),),
        )
    )
    events = {one.title: one for one in (await workspace.load_agenda()).events}
    assert [title for title, one in events.items() if one.declined] == ["declined"]
    assert [title for title, one in events.items() if one.tentative] == ["unanswered"]


@pytest.mark.parametrize(
    ("assignees", "unanswered"),
    [
        (["Maja L.", "Bob"], ("Maja L.",)),
        (["maja", "Bob"], ("maja",)),
        (["M. Lind", "Bob"], ("M. Lind",)),
        (["Maja Lind", "Maja Stone"], ()),
        (["Bob", "Eve"], ()),
        ([None, "Bob"], ()),
    ],
)
def test_an_assignee_who_may_be_the_reader_is_unanswered(assignees, unanswered):
    known = ownership()
    assert known.find_unanswered([known.with_holder(task(name)) for name in assignees]) == unanswered


@pytest.mark.parametrize(
    ("assignee", "unanswered"),
    [
        ("@maja", ("@maja",)),
        ("Maja", ("Maja",)),
        ("M. Lind", ("M. Lind",)),
        ("Maja L.", ("Maja L.",)),
        ("Maja Stone", ()),
        ("maja@other.example", ()),
        ("Bob", ()),
    ],
)
def test_a_short_form_is_unanswered_unless_its_file_has_another_name_of_the_reader(assignee, unanswered):
    known = ownership()
    mine = known.with_holder(task("Maja Lind", "board.csv"))
    for path, expected in (("minutes.md", unanswered), ("board.csv", ())):
        other = known.with_holder(task(assignee, path))
        assert known.find_unanswered([mine, other]) == expected


def test_a_rejected_namesake_is_answered():
    rows = [{"kind": "name", "value_key": "maja stone", "confirmed": False}]
    known = replace(ownership(), identities=Identities.from_rows(rows, READER))
    tasks = [known.with_holder(task(name)) for name in ("Maja Stone", "Maja Lund <maja@x.example>")]
    assert known.find_unanswered(tasks) == ("Maja Lund <maja@x.example>",)
