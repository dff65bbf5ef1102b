"""Tests of rows built from several files of one source, and of arbitrary texts and dates."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import agenda
from daybreak.agenda.parsed import (
    ImportedEvent,
    ImportedNote,
    ImportedPhase,
    ImportedProject,
    ImportedTask,
    ParsedFile,
    ReadWarning,
)
from daybreak.agenda.rows import ParsedSourceFile, build_rows, strip_unstorable

from .workspace import UserWorkspace

ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "UTC")
NOW = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
HYPOTHESIS_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def imported_task(external_id: str, title: str, **more) -> ImportedTask:
    return ImportedTask(external_id=external_id, title=title, source_ref="here", **more)


async def test_project_in_two_files_is_merged_case_insensitively(workspace: UserWorkspace):
    await workspace.import_parsed(
        ParsedFile(tasks=(imported_task("a", "A", project="House"),)),
        ParsedFile(
            projects=(ImportedProject(name="HOUSE", source_ref="1:1", description="The move"),),
            tasks=(imported_task("b", "B", project="house"),),
        ),
    )
    found = await workspace.load_agenda()
    assert [(project.name, project.description) for project in found.projects] == [("HOUSE", "The move")]
    assert {one.project_id for one in found.tasks} == {found.projects[0].id}


async def test_phase_mentioned_in_one_file_gets_its_dates_from_another(workspace: UserWorkspace):
    starts_on = date(2026, 4, 1)
    await workspace.import_parsed(
        ParsedFile(tasks=(imported_task("a", "A", project="House", phase="Packing"),)),
        ParsedFile(
            phases=(
                ImportedPhase(
                    project="house", name="packing", source_ref="1:1", start_on=starts_on, position=3
                ),
            )
        ),
    )
    found = await workspace.load_agenda()
    assert [phase.start_on for phase in found.phases] == [starts_on]
    assert found.tasks[0].phase_id == found.phases[0].id


async def test_task_may_be_blocked_by_a_task_of_another_file(workspace: UserWorkspace):
    await workspace.import_parsed(
        ParsedFile(tasks=(imported_task("a", "A", blocked_by=("b",)),)),
        ParsedFile(tasks=(imported_task("b", "B"),)),
    )
    assert (await workspace.get_task("A")).blocked_by == ((await workspace.get_task("B")).id,)


async def test_task_may_be_blocked_by_a_task_imported_later(workspace: UserWorkspace):
    waiting = ParsedFile(tasks=(imported_task("a", "A", blocked_by=("b",)),))
    await workspace.import_parsed(waiting)
    await workspace.import_parsed(waiting, ParsedFile(tasks=(imported_task("b", "B"),)))
    assert (await workspace.get_task("A")).blocked_by == ((await workspace.get_task("B")).id,)


async def test_id_used_by_two_files_for_different_tasks_retains_both(workspace: UserWorkspace):
    parsed_files = [
        ParsedFile(tasks=(imported_task("1", "Milk"), imported_task("2", "Bread", blocked_by=("1",)))),
        ParsedFile(tasks=(imported_task("1", "Invoice"), imported_task("2", "Taxes", blocked_by=("1",)))),
    ]
    await workspace.import_parsed(*parsed_files)
    assert await workspace.titles() == {"Milk", "Bread", "Invoice", "Taxes"}
    assert (await workspace.get_task("Taxes")).blocked_by == ((await workspace.get_task("Invoice")).id,)
    assert (await workspace.import_parsed(*parsed_files)).changes == agenda.ChangeCounts(unchanged=4)


@pytest.mark.parametrize(
    ("project", "other_project", "expected"),
    [
        ("Bakery", "Shoes", {"Fix the login", "Sell shoes"}),
        ("Web", "web", {"Fix the login"}),
        ("Bakery", None, {"Fix the login"}),
        (None, None, {"Fix the login"}),
    ],
)
async def test_issue_key_of_two_servers_names_two_tasks(
    workspace: UserWorkspace, project: str | None, other_project: str | None, expected: set[str]
):
    one = imported_task("WEB-1", "Fix the login", native_id="WEB-1", project=project)
    other = imported_task("WEB-1", "Sell shoes", native_id="WEB-1", project=other_project)
    files = [
        ParsedSourceFile("a.csv", NOW, ParsedFile(tasks=(one,))),
        ParsedSourceFile("b.csv", NOW - timedelta(days=1), ParsedFile(tasks=(other,))),
    ]
    await workspace.import_parsed(*files)
    assert await workspace.titles() == expected
    assert not (await workspace.import_parsed(*files)).changes.has_any


def export_of(path: str, days_old: int, *, has_ids: bool) -> ParsedSourceFile:
    """Return an export of four tasks."""
    tasks = (
        imported_task(
            ISSUE.format(number) if has_ids else f"{path}#{title}",
            title,
            native_id=ISSUE.format(number) if has_ids else None,
        )
        for number, title in enumerate(("Sort", "Cook", "Write", "Call"))
    )
    return ParsedSourceFile(path, NOW - timedelta(days=days_old), ParsedFile(tasks=tuple(tasks)))


ISSUE = "ee000000-0000-4000-8000-00000000000{}"


@pytest.mark.parametrize("has_ids", [True, False])
@pytest.mark.parametrize(
    ("older", "newer"),
    [("list.csv", "list (1).csv"), ("list-old.csv", "list.csv"), ("l 2026-03-01.csv", "l 2026-03-08.csv")],
)
async def test_older_export_beside_an_unreadable_one_doubles_no_task(
    workspace: UserWorkspace, older: str, newer: str, *, has_ids: bool
):
    exports = export_of(older, 2, has_ids=has_ids), export_of(newer, 1, has_ids=has_ids)

    async def ids() -> list[UUID]:
        return sorted(task.id for task in (await workspace.load_agenda()).tasks)

    await workspace.import_parsed(*exports)
    known = await ids()
    assert len(known) == 4
    unreadable = [ReadWarning(path=newer, message="is on fire.")]
    await workspace.import_parsed(exports[0], unreadable=unreadable)
    assert await ids() == known
    await workspace.import_parsed(*exports)
    assert await ids() == known


async def test_same_task_in_two_files_is_merged(workspace: UserWorkspace):
    await workspace.import_parsed(
        ParsedFile(tasks=(imported_task("1", "Milk"),)), ParsedFile(tasks=(imported_task("1", "Milk"),))
    )
    assert len((await workspace.load_agenda()).tasks) == 1


async def test_project_stays_while_an_unreadable_file_has_tasks_in_it(workspace: UserWorkspace):
    first = ParsedSourceFile(
        "a.md", NOW, ParsedFile(tasks=(imported_task("a", "A", project="House", phase="Packing"),))
    )
    second = ParsedSourceFile(
        "b.md", NOW, ParsedFile(tasks=(imported_task("b", "B", project="House", phase="Packing"),))
    )
    await workspace.import_parsed(first, second)
    warning = ReadWarning(path="b.md", message="is on fire.")
    first = ParsedSourceFile("a.md", NOW, ParsedFile(tasks=(imported_task("c", "C"),)))
    assert (await workspace.import_parsed(first, unreadable=[warning])).changes.removed == 1
    found = await workspace.load_agenda()
    assert ([p.name for p in found.projects], [p.name for p in found.phases]) == (["House"], ["Packing"])
    second = ParsedSourceFile("b.md", NOW, ParsedFile(tasks=(imported_task("d", "D"),)))
    assert (await workspace.import_parsed(first, second)).changes.removed == 3


@pytest.mark.parametrize("stored", ["completed_at", "completed_seen_at"])
async def test_known_time_of_a_completion_stays_when_a_file_has_none(workspace: UserWorkspace, stored: str):
    done = imported_task("a", "A", status=agenda.TaskStatus.DONE)
    await workspace.import_parsed(ParsedFile(tasks=(done,)))
    at, owner = NOW - timedelta(hours=9), workspace.reader.user.id
    async with workspace.reader.database.transaction([owner]) as tx:
        # As an earlier version wrote it.
        await tx.execute(
            "UPDATE agenda_tasks SET fingerprint = '', completed_at = CASE WHEN $3 THEN $2::timestamptz END,"
            " completed_seen_at = CASE WHEN NOT $3 THEN $2::timestamptz END WHERE owner_id = $1",
            owner,
            at,
            stored == "completed_at",
        )
    await workspace.import_parsed(ParsedFile(tasks=(done,)))
    assert (await workspace.get_task("A")).completion_seen_at == at


@pytest.mark.parametrize("gap", ["docs", "docs/deep", "docs/deep/a.md", "."])
async def test_tasks_below_an_unreadable_folder_stay(workspace: UserWorkspace, gap: str):
    await workspace.import_parsed(
        ParsedSourceFile("docs/deep/a.md", NOW, ParsedFile(tasks=(imported_task("a", "A"),)))
    )
    await workspace.import_parsed(unreadable=[ReadWarning(path=gap, message="is closed.")])
    assert await workspace.titles() == {"A"}


async def test_tasks_beside_an_unreadable_folder_are_removed(workspace: UserWorkspace):
    await workspace.import_parsed(
        ParsedSourceFile("docs2/a.md", NOW, ParsedFile(tasks=(imported_task("a", "A"),)))
    )
    await workspace.import_parsed(
        ParsedSourceFile("docs2/a.md", NOW, ParsedFile(tasks=(imported_task("b", "B"),))),
        unreadable=[ReadWarning(path="docs", message="is closed.")],
    )
    assert await workspace.titles() == {"B"}


moments = st.one_of(
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, *map(ZoneInfo, ZONES)])),
)
instants = st.datetimes(timezones=st.sampled_from([UTC, *map(ZoneInfo, ZONES)]))
# Any text that a file may contain, with surrogates and NUL.
texts = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["\0", "a\0b", "\ud800", "x" * 9_000, "ΐ" * 500]
)
names = st.none() | texts


@st.composite
def tasks(draw):
    return ImportedTask(
        external_id=draw(texts),
        title=draw(texts),
        source_ref=draw(texts),
        project=draw(names),
        phase=draw(names),
        details=draw(texts),
        start=draw(st.none() | moments),
        due=draw(st.none() | moments),
        completed=draw(st.none() | moments),
        estimate_minutes=draw(st.none() | st.integers(min_value=0)),
        assignee=draw(names),
        tags=tuple(draw(st.lists(texts, max_size=2))),
        recurrence=draw(names),
        blocked_by=tuple(draw(st.lists(texts, max_size=2))),
        touched_at=draw(st.none() | instants),
    )


@st.composite
def events(draw):
    kind = draw(st.sampled_from(["date", "floating", "instant"]))
    day = draw(st.dates(min_value=date(1902, 1, 1), max_value=date(2400, 1, 1)))
    at = datetime.combine(day, draw(st.times()))
    start = {
        "date": day,
        "floating": at,
        "instant": at.replace(tzinfo=ZoneInfo(draw(st.sampled_from(ZONES)))),
    }
    length = timedelta(days=draw(st.integers(0, 400)))
    if kind != "date":
        length += timedelta(minutes=draw(st.integers(0, 3000)))
    return ImportedEvent(
        external_id=draw(texts),
        title=draw(texts),
        source_ref=draw(texts),
        start=start[kind],
        end=_add_duration(start[kind], length),
        location=draw(texts),
        busy=draw(st.booleans()),
        tentative=draw(st.booleans()),
        organizer=draw(names),
    )


def _add_duration(start, length: timedelta):
    if isinstance(start, datetime) and start.tzinfo:
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    return start + length


notes = st.builds(
    ImportedNote,
    external_id=texts,
    title=texts,
    body=texts,
    source_ref=texts,
    noted_at=instants,
    project=names,
)
phases = st.builds(
    ImportedPhase, project=texts, name=texts, source_ref=texts, start_on=st.none() | st.dates()
)
warnings = st.builds(ReadWarning, path=texts, message=texts, line=st.none() | st.integers(0, 10**6))
parsed_files = st.builds(
    ParsedFile,
    phases=st.lists(phases, max_size=2).map(tuple),
    tasks=st.lists(tasks(), max_size=3).map(tuple),
    events=st.lists(events(), max_size=3).map(tuple),
    notes=st.lists(notes, max_size=2).map(tuple),
    warnings=st.lists(warnings, max_size=1).map(tuple),
)


@HYPOTHESIS_SETTINGS
@given(st.lists(parsed_files, min_size=1, max_size=2))
async def test_arbitrary_texts_and_dates_are_imported(workspace: UserWorkspace, found: list[ParsedFile]):
    await workspace.import_parsed(*found)
    again = await workspace.import_parsed(*found)
    assert not again.changes.has_any
    await workspace.load_agenda()


@HYPOTHESIS_SETTINGS
@given(
    st.lists(events(), min_size=1, max_size=4, unique_by=lambda event: strip_unstorable(event.external_id))
)
async def test_stored_events_equal_the_parsed_ones(workspace: UserWorkspace, found: list[ImportedEvent]):
    parsed = ParsedFile(events=tuple(found))
    report = await workspace.import_parsed(parsed)
    rows = build_rows(report.source.id, [ParsedSourceFile("0", NOW, parsed)], ZoneInfo("UTC"))
    stored = {event.id: event for event in (await workspace.load_agenda()).events}
    for one, row_id in zip(found, rows.events, strict=True):
        event = stored[row_id]
        assert (event.start, event.end) == (one.start, one.end)
        assert (moment_kind(event.start), moment_kind(event.end)) == (
            moment_kind(one.start),
            moment_kind(one.end),
        )
        assert (event.busy, event.tentative) == (one.busy, one.tentative)


def moment_kind(moment) -> str:
    if not isinstance(moment, datetime):
        return "day"
    return "floating" if moment.tzinfo is None else "instant"
