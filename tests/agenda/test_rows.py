"""Tests of rows built from several files of one source, and of arbitrary texts and dates."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import agenda
from daybreak.agenda.parsed import (
    Harvest,
    ImportedEvent,
    ImportedNote,
    ImportedPhase,
    ImportedProject,
    ImportedTask,
    ReadWarning,
)
from daybreak.agenda.rows import FileHarvest, source_rows, storable

from .workspace import Desk

ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "UTC")
NOW = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
PLAIN = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def task(external_id: str, title: str, **more) -> ImportedTask:
    return ImportedTask(external_id=external_id, title=title, place="here", **more)


async def test_project_in_two_files_is_merged_case_insensitively(desk: Desk):
    await desk.write(
        Harvest(tasks=(task("a", "A", project="House"),)),
        Harvest(
            projects=(ImportedProject(name="HOUSE", place="1:1", description="The move"),),
            tasks=(task("b", "B", project="house"),),
        ),
    )
    found = await desk.stored()
    assert [(project.name, project.description) for project in found.projects] == [("House", "The move")]
    assert {one.project_id for one in found.tasks} == {found.projects[0].id}


async def test_phase_mentioned_in_one_file_gets_its_dates_from_another(desk: Desk):
    begins = date(2026, 4, 1)
    await desk.write(
        Harvest(tasks=(task("a", "A", project="House", phase="Packing"),)),
        Harvest(
            phases=(ImportedPhase(project="house", name="packing", place="1:1", start_on=begins, position=3),)
        ),
    )
    found = await desk.stored()
    assert [phase.start_on for phase in found.phases] == [begins]
    assert found.tasks[0].phase_id == found.phases[0].id


async def test_task_may_be_blocked_by_a_task_of_another_file(desk: Desk):
    await desk.write(
        Harvest(tasks=(task("a", "A", blocked_by=("b",)),)),
        Harvest(tasks=(task("b", "B"),)),
    )
    assert (await desk.task("A")).blocked_by == ((await desk.task("B")).id,)


async def test_task_may_be_blocked_by_a_task_imported_later(desk: Desk):
    waiting = Harvest(tasks=(task("a", "A", blocked_by=("b",)),))
    await desk.write(waiting)
    await desk.write(waiting, Harvest(tasks=(task("b", "B"),)))
    assert (await desk.task("A")).blocked_by == ((await desk.task("B")).id,)


async def test_id_used_by_two_files_for_different_tasks_retains_both(desk: Desk):
    harvests = [
        Harvest(tasks=(task("1", "Milk"), task("2", "Bread", blocked_by=("1",)))),
        Harvest(tasks=(task("1", "Invoice"), task("2", "Taxes", blocked_by=("1",)))),
    ]
    await desk.write(*harvests)
    assert await desk.titles() == {"Milk", "Bread", "Invoice", "Taxes"}
    assert (await desk.task("Taxes")).blocked_by == ((await desk.task("Invoice")).id,)
    assert (await desk.write(*harvests)).changes == agenda.Changes(unchanged=4)


async def test_same_task_in_two_files_is_merged(desk: Desk):
    await desk.write(Harvest(tasks=(task("1", "Milk"),)), Harvest(tasks=(task("1", "Milk"),)))
    assert len((await desk.stored()).tasks) == 1


async def test_project_stays_while_an_unreadable_file_has_tasks_in_it(desk: Desk):
    first = FileHarvest("a.md", NOW, Harvest(tasks=(task("a", "A", project="House", phase="Packing"),)))
    second = FileHarvest("b.md", NOW, Harvest(tasks=(task("b", "B", project="House", phase="Packing"),)))
    await desk.write(first, second)
    gap = ReadWarning(path="b.md", message="is on fire.")
    assert (await desk.write(unread=[gap])).changes.removed == 1
    found = await desk.stored()
    assert ([p.name for p in found.projects], [p.name for p in found.phases]) == (["House"], ["Packing"])
    assert (await desk.write()).changes.removed == 3


@pytest.mark.parametrize("gap", ["docs", "docs/deep", "docs/deep/a.md", "."])
async def test_tasks_below_an_unreadable_folder_stay(desk: Desk, gap: str):
    await desk.write(FileHarvest("docs/deep/a.md", NOW, Harvest(tasks=(task("a", "A"),))))
    await desk.write(unread=[ReadWarning(path=gap, message="is closed.")])
    assert await desk.titles() == {"A"}


async def test_tasks_beside_an_unreadable_folder_are_removed(desk: Desk):
    await desk.write(FileHarvest("docs2/a.md", NOW, Harvest(tasks=(task("a", "A"),))))
    await desk.write(unread=[ReadWarning(path="docs", message="is closed.")])
    assert await desk.titles() == set()


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
        place=draw(texts),
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
        place=draw(texts),
        start=start[kind],
        end=_later(start[kind], length),
        location=draw(texts),
        busy=draw(st.booleans()),
        tentative=draw(st.booleans()),
        organizer=draw(names),
    )


def _later(start, length: timedelta):
    if isinstance(start, datetime) and start.tzinfo:
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    return start + length


notes = st.builds(
    ImportedNote, external_id=texts, title=texts, body=texts, place=texts, noted_at=instants, project=names
)
phases = st.builds(ImportedPhase, project=texts, name=texts, place=texts, start_on=st.none() | st.dates())
warnings = st.builds(ReadWarning, path=texts, message=texts, line=st.none() | st.integers(0, 10**6))
harvests = st.builds(
    Harvest,
    phases=st.lists(phases, max_size=2).map(tuple),
    tasks=st.lists(tasks(), max_size=3).map(tuple),
    events=st.lists(events(), max_size=3).map(tuple),
    notes=st.lists(notes, max_size=2).map(tuple),
    warnings=st.lists(warnings, max_size=1).map(tuple),
)


@PLAIN
@given(st.lists(harvests, min_size=1, max_size=2))
async def test_arbitrary_texts_and_dates_are_imported(desk: Desk, found: list[Harvest]):
    await desk.write(*found)
    again = await desk.write(*found)
    assert not again.changes.any
    await desk.stored()


@PLAIN
@given(st.lists(events(), min_size=1, max_size=4, unique_by=lambda event: storable(event.external_id)))
async def test_stored_events_equal_the_parsed_ones(desk: Desk, found: list[ImportedEvent]):
    harvest = Harvest(events=tuple(found))
    imported = await desk.write(harvest)
    rows = source_rows(imported.source.id, [FileHarvest("0", NOW, harvest)], ZoneInfo("UTC"))
    stored = {event.id: event for event in (await desk.stored()).events}
    for one, row_id in zip(found, rows.events, strict=True):
        event = stored[row_id]
        assert (event.start, event.end) == (one.start, one.end)
        assert (kind(event.start), kind(event.end)) == (kind(one.start), kind(one.end))
        assert (event.busy, event.tentative) == (one.busy, one.tentative)


def kind(moment) -> str:
    if not isinstance(moment, datetime):
        return "day"
    return "floating" if moment.tzinfo is None else "instant"
