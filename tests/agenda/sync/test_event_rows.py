"""Tests of the rows of events over several readings of a source: they stay while their events do."""

from datetime import date

import pytest

from ..workspace import UserWorkspace  # noqa: TID252 - tests are no package that could be named


def write(workspace: UserWorkspace, *events: tuple[str, ...], name: str = "work.ics") -> None:
    lines = [line for event in events for line in ("BEGIN:VEVENT", "DURATION:PT1H", *event, "END:VEVENT")]
    workspace.write_file(name, "BEGIN:VCALENDAR", *lines, "END:VCALENDAR")


def event(uid: str, start: str, title: str, *lines: str) -> tuple[str, ...]:
    return (f"UID:{uid}", f"DTSTART:202603{start}Z", f"SUMMARY:{title}", *lines)


async def list_rows(workspace: UserWorkspace) -> dict[str, str]:
    """Return the title and start of each event by its row id."""
    events = (await workspace.load_agenda()).events
    return {str(one.id): f"{one.title} {one.start:%d %H:%M}" for one in events}


WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=3"
FIRST = [event("a", "30T090000", "Dentist"), event("w", "23T160000", "Team", WEEKLY)]


async def test_events_with_new_uids_at_each_reading_keep_their_rows(workspace: UserWorkspace):
    write(workspace, *FIRST)
    await workspace.import_folder()
    before = await list_rows(workspace)
    assert len(before) == 4
    for reading in range(3):
        write(
            workspace,
            event(f"x{reading}", "30T090000", "Dentist"),
            event(f"y{reading}", "23T160000", "Team", WEEKLY),
        )
        report = await workspace.import_folder()
        assert (report.changes.added, report.changes.removed) == (0, 0)
        assert await list_rows(workspace) == before
    assert (await workspace.import_folder()).changes.unchanged == 4


async def test_uids_that_alternate_keep_their_rows(workspace: UserWorkspace):
    for uid in ("a", "b", "a", "b"):
        write(workspace, event(uid, "30T090000", "Dentist"))
        await workspace.import_folder()
        rows = await list_rows(workspace)
        assert list(rows.values()) == ["Dentist 30 09:00"]
    write(workspace, event("b", "30T090000", "Dentist"), event("a", "31T100000", "Hairdresser"))
    await workspace.import_folder()
    both = await list_rows(workspace)
    assert sorted(both.values()) == ["Dentist 30 09:00", "Hairdresser 31 10:00"]
    assert both.items() >= rows.items()


async def test_moved_series_keeps_its_rows(workspace: UserWorkspace):
    write(workspace, *FIRST)
    await workspace.import_folder()
    before = await list_rows(workspace)
    write(workspace, FIRST[0], event("w", "23T170000", "Team", WEEKLY))
    report = await workspace.import_folder()
    assert (report.changes.added, report.changes.updated, report.changes.removed) == (0, 3, 0)
    assert await list_rows(workspace) == {
        key: value.replace("16:00", "17:00") for key, value in before.items()
    }


async def test_events_without_uids_keep_their_rows_when_their_place_changes(workspace: UserWorkspace):
    write(workspace, event("", "30T090000", "Dentist", "LOCATION:1st floor"))
    await workspace.import_folder()
    before = await list_rows(workspace)
    write(workspace, event("", "30T090000", "Dentist", "LOCATION:2nd floor"))
    await workspace.import_folder()
    assert await list_rows(workspace) == before


async def test_event_whose_uid_is_used_again_keeps_its_row(workspace: UserWorkspace):
    write(workspace, event("a", "30T090000", "Karaoke"))
    await workspace.import_folder()
    before = await list_rows(workspace)
    write(workspace, event("a", "30T090000", "Karaoke"), event("a", "31T190000", "Karaoke, late"))
    await workspace.import_folder()
    after = await list_rows(workspace)
    assert after.items() >= before.items()
    assert len(after) == 2


async def test_events_with_new_stamps_alone_are_not_written(workspace: UserWorkspace):
    write(workspace, *((*one, "DTSTAMP:20260301T080000Z") for one in FIRST))
    await workspace.import_folder()
    before = await workspace.row_versions()
    write(workspace, *((*one, "DTSTAMP:20260329T080000Z") for one in FIRST))
    assert not (await workspace.import_folder()).changes.has_any
    assert await workspace.row_versions() == before


@pytest.mark.parametrize("order", [("1.ics", "2.ics"), ("2.ics", "1.ics")])
async def test_update_and_cancellation_in_further_files_change_and_remove_the_row(
    workspace: UserWorkspace, order: tuple[str, str]
):
    write(workspace, event("a", "30T090000", "Interview"), name=order[0])
    await workspace.import_folder()
    before = await list_rows(workspace)
    write(workspace, event("a", "31T140000", "Interview", "SEQUENCE:1"), name=order[1])
    await workspace.import_folder()
    assert await list_rows(workspace) == dict.fromkeys(before, "Interview 31 14:00")
    write(workspace, event("a", "31T140000", "Interview", "SEQUENCE:2", "STATUS:CANCELLED"), name="x.ics")
    await workspace.import_folder()
    assert await list_rows(workspace) == {}


async def test_event_out_of_the_range_that_was_read_keeps_its_row(workspace: UserWorkspace):
    write(workspace, event("a", "30T090000", "Dentist"))
    await workspace.import_folder()
    write(workspace, event("b", "30T090000", "Dentist"))
    await workspace.import_folder()
    before = await list_rows(workspace)
    later = workspace.at_date(date(2026, 6, 1))
    await later.import_folder()
    assert await list_rows(workspace) == before
    assert (await later.import_folder()).changes.unchanged == 1


@pytest.mark.parametrize("start", ["20310501T090000Z", "20200501T090000Z"])
async def test_events_of_other_years_with_new_uids_at_each_reading_keep_their_rows(
    workspace: UserWorkspace, start: str
):
    for uid in "abc":
        write(workspace, (f"UID:{uid}", f"DTSTART:{start}", "SUMMARY:Anniversary"))
        await workspace.import_folder()
        rows = await list_rows(workspace)
        assert list(rows.values()) == ["Anniversary 01 09:00"]
