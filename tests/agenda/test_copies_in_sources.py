"""Tests of copies of one task or event in several sources: one is shown, and nothing is lost with another."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from daybreak import agenda
from daybreak.agenda import AgendaQuery, TaskStatus, decisions, read_models
from daybreak.agenda.parsed import ImportedEvent, ImportedTask, ParsedFile
from daybreak.agenda.rows import ParsedSourceFile

from .workspace import ALL_TIME, DAY, DISTANT_PAST, UserWorkspace

TASKWARRIOR_ID = "ee000000-0000-4000-8000-00000000000{}"


@pytest.fixture
def place(workspace: UserWorkspace):
    """Return a function that returns a workspace with a folder of its own."""

    def make(name: str) -> UserWorkspace:
        folder = workspace.folder.with_name(name)
        folder.mkdir(exist_ok=True)
        return replace(workspace, folder=folder)

    return make


def calendar(*events: str) -> tuple[str, ...]:
    return ("BEGIN:VCALENDAR", *events, "END:VCALENDAR")


def event(uid: str, title: str, start: str, *more: str) -> str:
    lines = (f"UID:{uid}", f"SUMMARY:{title}", f"DTSTART:{start}", "DURATION:PT1H", *more)
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


async def shown_events(workspace: UserWorkspace) -> list[tuple[str, str]]:
    found = await workspace.load_agenda()
    return sorted((one.title, f"{one.start:%d %H:%M}") for one in found.events)


MEETING = event("a@example.org", "Standup", "20260330T070000Z")


@pytest.mark.parametrize(
    ("mine", "team", "expected"),
    [
        ([MEETING], [MEETING], [("Standup", "30 07:00")]),
        (
            [MEETING],
            [event("other", "Standup", "20260330T070000Z")],
            [("Standup", "30 07:00")],
        ),
        (
            [MEETING],
            [event("other", "Standup", "20260330T080000Z")],
            [("Standup", "30 07:00"), ("Standup", "30 08:00")],
        ),
        (
            [event("s", "Weekly", "20260330T070000Z", "RRULE:FREQ=DAILY;COUNT=2")],
            [event("s", "Weekly", "20260330T070000Z", "RRULE:FREQ=DAILY;COUNT=3")],
            [("Weekly", "30 07:00"), ("Weekly", "31 07:00"), ("Weekly", "01 07:00")],
        ),
        (
            [event("x", "Busy", "20260330T070000Z"), event("y", "Busy", "20260330T070000Z")],
            [event("z", "Busy", "20260330T070000Z")],
            [("Busy", "30 07:00"), ("Busy", "30 07:00")],
        ),
    ],
)
async def test_event_in_two_calendars_is_one_event(place, mine, team, expected):
    one, other = place("mine"), place("team")
    one.write_file("calendar.ics", *calendar(*mine))
    other.write_file("team.ics", *calendar(*team))
    await one.import_folder()
    await other.import_folder()
    assert await shown_events(one) == sorted(expected)


def timed_event(uid: str, hour: int, **more) -> ImportedEvent:
    start = ALL_DAY_START + timedelta(hours=hour)
    return ImportedEvent(
        external_id=f"{uid}/{more.get('recurrence_id', '')}",
        uid=uid,
        title="Review",
        source_ref=uid,
        start=start,
        end=start + timedelta(hours=1),
        **more,
    )


ALL_DAY_START = ALL_TIME.start.replace(year=2026, month=3, day=30)


@pytest.mark.parametrize("newer_first", [True, False])
@pytest.mark.parametrize(
    ("older", "newer", "hours"),
    [
        ([timed_event("m", 9)], [timed_event("m", 15, sequence=1)], [15]),
        (
            [timed_event("m", 9, stamped_at=ALL_DAY_START)],
            [timed_event("m", 15, stamped_at=ALL_DAY_START + timedelta(days=1))],
            [15],
        ),
        (
            [timed_event("m", 9, recurrence_id="a"), timed_event("m", 33, recurrence_id="b")],
            [timed_event("m", 10, recurrence_id="a", sequence=1)],
            [10, 33],
        ),
        (
            [timed_event("m", 9, recurrence_id="09"), timed_event("m", 33, recurrence_id="33")],
            [timed_event("m", hour, recurrence_id=str(hour), sequence=2) for hour in (8, 10, 34)],
            [8, 10, 34],
        ),
    ],
)
async def test_newest_version_of_an_event_counts(place, older, newer, hours, newer_first):
    order = [("new", newer), ("old", older)] if newer_first else [("old", older), ("new", newer)]
    for name, events in order:
        await place(name).import_parsed(ParsedFile(events=tuple(events)))
    found = await place("old").load_agenda()
    assert sorted((one.start - ALL_DAY_START) / timedelta(hours=1) for one in found.events) == hours


def task_of(native_id: str | None, title: str, days_old: float = 0, **more) -> ImportedTask:
    return ImportedTask(
        external_id=native_id or title,
        native_id=native_id,
        title=title,
        source_ref="list:1",
        touched_at=ALL_DAY_START - timedelta(days=days_old),
        **more,
    )


DUE = date(2026, 4, 2)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (
            task_of(TASKWARRIOR_ID.format(1), "Water", 2),
            task_of(TASKWARRIOR_ID.format(1), "Water it", due=DUE),
        ),
        (
            task_of("t@example.org", "Pay", 2),
            task_of("t@example.org", "Pay", status=TaskStatus.DONE, completed=DAY),
        ),
        (task_of("WEB-1", "Fix", 2, project="Web"), task_of("WEB-1", "Fix it", project="web")),
        (task_of("1204567890123456", "Call", 2), task_of("1204567890123456", "Call Bob")),
        (task_of(None, "Call", 2, project="Home", due=DUE), task_of(None, "call", project="HOME", due=DUE)),
        (task_of("7", "Call", 2, due=DUE), task_of("8", "Call", due=DUE)),
    ],
)
@pytest.mark.parametrize("newer_first", [True, False])
async def test_task_in_two_sources_is_one_task_and_the_newest_counts(place, older, newer, newer_first):
    order = [("new", newer), ("old", older)] if newer_first else [("old", older), ("new", newer)]
    for name, task in order:
        await place(name).import_parsed(ParsedFile(tasks=(task,)))
    (task,) = (await place("old").load_agenda()).tasks
    assert (task.title, task.status, task.due) == (newer.title, newer.status, newer.due)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (task_of(None, "Follow up"), task_of(None, "Follow up")),
        (task_of(None, "Call", due=DUE, project="Home"), task_of(None, "Call", due=DUE, project="Work")),
        (task_of(None, "Call", due=DUE), task_of(None, "Call", due=DUE + timedelta(days=1))),
        (task_of("1", "Move house"), task_of("1", "Plan the party")),
        (task_of("WEB-1", "Fix", project="Shop A"), task_of("WEB-1", "Sell", project="Shop B")),
        (task_of("a@b.csv#1", "Fix"), task_of("a@b.csv#1", "Sell")),
    ],
)
async def test_other_tasks_in_two_sources_are_two(place, one, other):
    for name, task in (("one", one), ("other", other)):
        file = ParsedSourceFile("a@b.csv", ALL_DAY_START, ParsedFile(tasks=(task,)))
        await place(name).import_parsed(file)
    assert len((await place("other").load_agenda()).tasks) == 2


async def test_one_list_under_two_names_is_shown_once(place):
    for name, days_old, lines in (
        ("todo.txt", 3, ("Call +Home", "Pay due:2026-04-01", "Sort", "Only here")),
        ("list.todo.txt", 1, ("Call +Home", "Pay due:2026-04-08", "Sort")),
    ):
        place(name).write_file(name, *lines, days_old=days_old)
        await place(name).import_folder()
    tasks = (await place("todo.txt").load_agenda()).tasks
    assert sorted((task.title, str(task.due)) for task in tasks) == [
        ("Call", "None"),
        ("Only here", "None"),
        ("Pay", "2026-04-08"),
        ("Sort", "None"),
    ]


async def test_two_lists_with_some_equal_titles_are_shown_in_full(place):
    for name, lines in (
        ("home.todo.txt", ("Call", "Pay", "Sort +Attic", "Water", "Cook", "Sweep")),
        ("work.todo.txt", ("Call", "Pay", "Sort +Files", "Write", "Print", "Ship")),
    ):
        place(name).write_file(name, *lines)
        await place(name).import_folder()
    assert len((await place("todo.txt").load_agenda()).tasks) == 12


async def decide(workspace: UserWorkspace, decision, *arguments, **options):
    user = workspace.reader.user.id
    async with workspace.reader.database.transaction([user]) as tx:
        return await decision(tx, user, *arguments, **options)


WATER = TASKWARRIOR_ID.format(1)


async def test_snooze_holds_whichever_copy_is_shown(place):
    one, other = place("one"), place("other")
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 3),)))
    (task,) = (await one.load_agenda()).tasks
    until = DAY + timedelta(days=5)
    await decide(one, decisions.snooze, [task.id], return_on=until, today=DAY)
    await other.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 1),)))
    found = await one.load_agenda()
    assert ([task.title for task in found.tasks], [task.title for task in found.deferred]) == ([], ["Water"])
    assert found.deferred[0].id != task.id
    # An address of the hidden copy, such as one in yesterday's brief, leads to the shown one.
    shown = await decide(one, read_models.get_task, task.id, DAY)
    assert shown.task.id == found.deferred[0].id
    # The first copy becomes the newest again, then the only one.
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 0, details="More"),)))
    assert [one.id for one in (await one.load_agenda()).deferred] == [task.id]
    await decide(one, decisions.undo, [found.deferred[0].id])
    assert [one.id for one in (await one.load_agenda()).tasks] == [task.id]


DONE = {"status": TaskStatus.DONE, "completed": DAY}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"due": DUE}, {"due": DUE + timedelta(days=4)}),
        ({"due": DUE + timedelta(days=4)}, {"due": DUE}),
        ({"due": DUE}, {}),
        (DONE, {}),
        ({"due": DUE, **DONE}, {"due": DUE + timedelta(days=7)}),
    ],
)
async def test_decision_stays_with_its_task_among_equal_titles(place, first, second):
    def two_calls(days_old: float) -> ParsedFile:
        calls = (
            replace(task_of(None, "Call", days_old - 0.1 * number, **more), external_id=f"call-{number}")
            for number, more in enumerate((second, first))
        )
        return ParsedFile(
            tasks=(*calls, *(task_of(None, one, days_old) for one in ("Sort", "Cook", "Write")))
        )

    one, other = place("one"), place("other")
    await one.import_parsed(two_calls(3))
    snoozed = next(
        task
        for task in (await one.load_agenda()).tasks
        if (task.title, task.due) == ("Call", second.get("due")) and task.is_open
    )
    await decide(one, decisions.ignore, [snoozed.id])
    await other.import_parsed(two_calls(1))
    found = await one.load_agenda()
    assert [(task.title, task.due) for task in found.deferred] == [("Call", second.get("due"))]
    assert found.deferred[0].id != snoozed.id
    assert [task.due for task in found.tasks if task.title == "Call"] == [first.get("due")]


async def test_decision_survives_the_removal_of_the_shown_copy(place):
    one, other = place("one"), place("other")
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 3),)))
    await other.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 1),)))
    (task,) = (await one.load_agenda()).tasks
    await decide(one, decisions.complete, [task.id])
    await agenda.delete_source_by_reference(one.reader.database, one.reader.user, str(other.folder))
    (left,) = (await one.load_agenda()).tasks
    assert left.id != task.id
    assert (left.title, left.status) == ("Water", TaskStatus.DONE)


async def test_copy_is_shown_again_when_the_newer_one_leaves_its_source(place):
    one, other = place("one"), place("other")
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 3),), events=(timed_event("m", 9),)))
    await other.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 1),), events=(timed_event("m", 9),)))
    (shown,) = (await one.load_agenda()).tasks
    await decide(one, decisions.ignore, [shown.id])
    source = (await agenda.list_sources(one.reader.database, one.reader.user))[1].source
    async with one.reader.database.transaction([one.reader.user.id]) as tx:
        await tx.execute("UPDATE agenda_tasks SET removed_at = now() WHERE source_id = $1", source.id)
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 2),), events=(timed_event("m", 9),)))
    found = await one.load_agenda()
    assert (len(found.tasks), len(found.deferred), len(found.events)) == (0, 1, 1)


async def test_brief_of_one_source_shows_its_copy(place):
    one, other, third = place("one"), place("other"), place("third")
    for days_old, workspace in ((3, one), (1, other), (2, third)):
        parsed = ParsedFile(tasks=(task_of(WATER, "Water", days_old),), events=(timed_event("m", 9),))
        await workspace.import_parsed(parsed)
    (shown,) = (await one.load_agenda()).tasks
    await decide(one, decisions.snooze, [shown.id], return_on=DAY + timedelta(days=3), today=DAY)
    sources = {
        each.source.name: each.source.id
        for each in await agenda.list_sources(one.reader.database, one.reader.user)
    }
    query = AgendaQuery(
        owner=one.reader.user,
        today=DAY,
        events=ALL_TIME,
        completed_since=DISTANT_PAST,
        notes_since=DISTANT_PAST,
    )
    for names in (["one"], ["third"], ["one", "third"], ["one", "other"], ["one", "other", "third"]):
        async with one.reader.database.transaction([one.reader.user.id]) as tx:
            chosen = [sources[name] for name in names]
            found = dict(await agenda.read_agendas(tx, [query], chosen))[one.reader.user.id]
        assert (len(found.tasks), len(found.deferred), len(found.events)) == (0, 1, 1), names


async def test_hidden_blocker_still_blocks(place):
    one, other = place("one"), place("other")
    blocked = task_of(TASKWARRIOR_ID.format(2), "Plant", 3, blocked_by=(WATER,))
    await one.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 3), blocked)))
    await other.import_parsed(ParsedFile(tasks=(task_of(WATER, "Water", 1),)))
    found = {task.title: task for task in (await one.load_agenda()).tasks}
    assert found["Water"].id in found["Plant"].blocked_by
    detail = await decide(one, read_models.get_task, found["Plant"].id, DAY)
    assert found["Water"].id in detail.task.blocked_by


async def test_lists_and_pages_hide_older_copies(place, database):
    one, other = place("one"), place("other")
    for days_old, workspace in ((3, one), (1, other)):
        task = task_of(WATER, "Water", days_old, project="Garden", due=DAY)
        await workspace.import_parsed(ParsedFile(tasks=(task,), events=(timed_event("m", 9),)))
    task_filter = read_models.TaskFilter(today=DAY)
    assert len(await decide(one, read_models.list_open_tasks, task_filter)) == 1
    assert len(await decide(one, read_models.get_board, task_filter)) == 1
    tz = one.reader.user.tz
    projects = await decide(one, read_models.list_projects, DAY, tz)
    assert sum(project.open for project in projects) == 1
    month = await decide(one, read_models.get_calendar, DAY, DAY + timedelta(days=7), tz, DAY)
    assert (len(month.events), len(month.tasks)) == (1, 1)


async def test_sources_that_are_read_at_once_show_each_copy_once(place):
    places = [place(f"place {number}") for number in range(4)]
    for days_old, workspace in enumerate(places):
        for number in range(20):
            workspace.write_file(
                f"{number}.ics",
                *calendar(event(f"{number}@example.org", f"Meeting {number}", "20260330T070000Z")),
            )
        workspace.write_file(
            "todo.txt", *(f"Task {number} due:2026-04-02" for number in range(30)), days_old=days_old
        )
    for _ in range(2):
        await asyncio.gather(*(workspace.import_folder() for workspace in places))
        found = await places[0].load_agenda()
        assert (len(found.tasks), len(found.events)) == (30, 20)
        for workspace in places:
            workspace.write_file("todo.txt", *(f"Task {number} due:2026-04-03" for number in range(30)))


async def test_order_of_sources_never_changes_what_is_shown(place):
    files = {
        "a": ParsedFile(
            tasks=(task_of(WATER, "Water", 1), task_of(None, "Call", 4, due=DUE)),
            events=(timed_event("m", 9),),
        ),
        "b": ParsedFile(
            tasks=(task_of(WATER, "Water the garden", 2), task_of("WEB-1", "Fix", 1)),
            events=(timed_event("m", 11, sequence=1),),
        ),
        "c": ParsedFile(
            tasks=(task_of(None, "call", 3, due=DUE), task_of("WEB-1", "Fix", 2, details="!")),
            events=(timed_event("n", 11),),
        ),
    }
    for order in ("abc", "cba", "bcabca"):
        for name in order:
            await place(name).import_parsed(files[name])
        found = await place("a").load_agenda()
        assert sorted(task.title for task in found.tasks) == ["Fix", "Water", "call"]
        assert [f"{one.start:%H}" for one in found.events] == ["11"]
        for one in await agenda.list_sources(place("a").reader.database, place("a").reader.user):
            await agenda.delete_source_by_reference(
                place("a").reader.database, place("a").reader.user, str(one.source.id)
            )
