"""Tests of cancellations that are in another source than their events."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from daybreak import agenda
from daybreak.agenda import AgendaQuery, read_models
from daybreak.errors import NotFound

from .workspace import ALL_TIME, DAY, DISTANT_PAST, UserWorkspace

NEWER, LATEST = "DTSTAMP:20260302T080000Z", "DTSTAMP:20260303T080000Z"


def message(
    method: str, *lines: str, uid: str = "talk@example.org", title: str = "Talk", hour: int = 9
) -> str:
    """Return a calendar with one event of an hour on 30 March; later lines replace the stamp of 1 March."""
    stamp = () if any(line.startswith("DTSTAMP") for line in lines) else ("DTSTAMP:20260301T080000Z",)
    start = f"DTSTART:20260330T{hour:02}0000Z"
    event = (f"UID:{uid}", f"SUMMARY:{title}", start, "DURATION:PT1H", *stamp, *lines)
    head = ("BEGIN:VCALENDAR", *((f"METHOD:{method}",) if method else ()))
    return "\n".join([*head, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR"])


def invitation(*lines: str, **more) -> str:
    return message("REQUEST", *lines, **more)


def cancellation(*lines: str, **more) -> str:
    return message("CANCEL", *lines, **more)


def export(*lines: str, **more) -> str:
    return message("", *lines, **more)


@pytest.fixture
def place(workspace: UserWorkspace):
    """Return a function that returns a workspace with a folder of its own."""

    def make(name: str) -> UserWorkspace:
        folder = workspace.folder.with_name(name)
        folder.mkdir(exist_ok=True)
        return replace(workspace, folder=folder)

    return make


async def store(workspace: UserWorkspace, *calendars: str) -> None:
    for number, text in enumerate(calendars):
        workspace.write_file(f"{number}.ics", text)
    await workspace.import_folder()


async def shown(workspace: UserWorkspace) -> list[str]:
    found = await workspace.load_agenda()
    return sorted(f"{one.title} {one.start:%d %H}" for one in found.events)


DAILY = "RRULE:FREQ=DAILY;COUNT=4"
DAYS = [f"Talk {day} 09" for day in (30, 31)] + [f"Talk {day} 09" for day in ("01", "02")]
ORIGINAL = "RECURRENCE-ID:20260331T090000Z"
EXDATE = "EXDATE:20260331T090000Z"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([[invitation()], [cancellation("SEQUENCE:1", NEWER)]], []),
        ([[invitation()], [cancellation(NEWER)]], []),
        ([[invitation()], [cancellation("SEQUENCE:0")]], []),
        ([[export()], [export("SEQUENCE:1", NEWER, "STATUS:CANCELLED")]], []),
        ([[invitation()], [export("STATUS:CANCELLED", NEWER)]], []),
        ([[invitation()], [invitation("SEQUENCE:1", NEWER, hour=15)]], ["Talk 30 15"]),
        ([[invitation()], [invitation("SEQUENCE:1", hour=15)], [cancellation("SEQUENCE:2")]], []),
        (
            [[invitation()], [cancellation("SEQUENCE:1")], [invitation("SEQUENCE:2", hour=15)]],
            ["Talk 30 15"],
        ),
        ([[invitation("SEQUENCE:3")], [cancellation("SEQUENCE:2", LATEST)]], ["Talk 30 09"]),
        ([[invitation("SEQUENCE:3")], [cancellation(NEWER)]], []),
        (
            [[invitation()], [cancellation(NEWER)], [invitation("SEQUENCE:1", LATEST, hour=15)]],
            ["Talk 30 15"],
        ),
        ([[invitation()], [cancellation("SEQUENCE:1", title="Canceled: Talk")]], []),
        ([[invitation()], [cancellation("SEQUENCE:1")], [cancellation("SEQUENCE:2")]], []),
        ([[export(DAILY)], [cancellation("SEQUENCE:1")], [export(DAILY, "SEQUENCE:2")]], sorted(DAYS)),
        ([[invitation(LATEST)], [cancellation("SEQUENCE:0", NEWER)]], ["Talk 30 09"]),
        (
            [[cancellation("SEQUENCE:1"), invitation("SEQUENCE:2")], [invitation()]],
            ["Talk 30 09"],
        ),
        (
            [[invitation()], [cancellation("SEQUENCE:1", uid="other@example.org", title="Walk")]],
            ["Talk 30 09"],
        ),
        ([[export(DAILY)], [cancellation("SEQUENCE:1")]], []),
    ],
)
async def test_newest_of_invitations_and_cancellations_counts_across_sources(place, sources, expected):
    for number, order in enumerate(permutations(enumerate(sources))):
        for name, calendars in order:
            await store(place(f"{number}-{name}"), *calendars)
        assert await shown(place("x")) == expected, order
        for known in await agenda.list_sources(place("x").reader.database, place("x").reader.user):
            user = place("x").reader.user
            await agenda.delete_source_by_reference(place("x").reader.database, user, str(known.source.id))


def without(*days: int) -> list[str]:
    return sorted(day for number, day in enumerate(DAYS) if number not in days)


@pytest.mark.parametrize(
    ("series", "other", "expected"),
    [
        (export(DAILY), cancellation(ORIGINAL, "SEQUENCE:1"), without(1)),
        (export(DAILY), cancellation("RECURRENCE-ID;TZID=Europe/Berlin:20260331T110000"), without(1)),
        (export(DAILY), export(ORIGINAL, NEWER, "STATUS:CANCELLED"), without(1)),
        (
            export(DAILY),
            cancellation("RECURRENCE-ID;RANGE=THISANDFUTURE:20260331T090000Z", "SEQUENCE:1"),
            without(1, 2, 3),
        ),
        (export(DAILY), export(DAILY, EXDATE, "SEQUENCE:1"), without(1)),
        (export(DAILY), export(DAILY, "EXDATE:20260330T090000Z", "SEQUENCE:1"), without(0)),
        (
            export(DAILY),
            export(DAILY, "EXDATE:20260401T090000Z,20260402T090000Z", "SEQUENCE:1"),
            without(2, 3),
        ),
        (export(DAILY), export(DAILY, "EXDATE;VALUE=DATE:20260402", "SEQUENCE:1"), without(3)),
        (
            export("RRULE:FREQ=DAILY;COUNT=2"),
            export("RRULE:FREQ=DAILY;COUNT=2", EXDATE, "SEQUENCE:1"),
            without(1, 2, 3),
        ),
        (export(DAILY), export(DAILY, "EXDATE:20260330T090000Z"), without()),
        (export(DAILY), cancellation("RECURRENCE-ID;VALUE=DATE:20260331", "SEQUENCE:1"), without(1)),
        (export(DAILY, "SEQUENCE:2"), export(DAILY, EXDATE, "SEQUENCE:1", LATEST), without()),
        # A participant who deletes one occurrence writes the same: it is no cancellation for others.
        (export(DAILY), export(DAILY, EXDATE, LATEST), without()),
        (export(DAILY, "SEQUENCE:2"), cancellation(ORIGINAL, "SEQUENCE:1"), without()),
        (export(DAILY), cancellation("RECURRENCE-ID:20260405T090000Z", "SEQUENCE:1"), without()),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_cancelled_occurrence_is_hidden_in_the_series_of_another_source(
    place, series, other, expected, is_first
):
    pairs = [(place("series"), series), (place("other"), other)]
    for workspace, text in reversed(pairs) if is_first else pairs:
        await store(workspace, text)
    assert await shown(place("series")) == expected


async def test_cancelled_series_hides_its_moved_occurrence(place):
    moved = invitation(ORIGINAL, "SEQUENCE:3", hour=15)
    await store(place("series"), export(DAILY), moved)
    assert "Talk 30 15" in await shown(place("series"))
    await store(place("other"), cancellation("SEQUENCE:1", NEWER))
    assert await shown(place("series")) == []


async def delete_source(workspace: UserWorkspace) -> None:
    user = workspace.reader.user
    await agenda.delete_source_by_reference(workspace.reader.database, user, str(workspace.folder))


async def delete_file(workspace: UserWorkspace) -> None:
    (workspace.folder / "0.ics").unlink()
    workspace.write_file("note.md", "# Lunch")
    await workspace.import_folder()


async def replace_file(workspace: UserWorkspace) -> None:
    await store(workspace, invitation("SEQUENCE:2", hour=15))


@pytest.mark.parametrize(
    ("undo", "expected"),
    [(delete_source, ["Talk 30 09"]), (delete_file, ["Talk 30 09"]), (replace_file, ["Talk 30 15"])],
)
async def test_event_returns_without_its_cancellation(place, undo, expected):
    await store(place("mail"), invitation())
    await store(place("other"), cancellation("SEQUENCE:1"))
    assert await shown(place("mail")) == []
    await undo(place("other"))
    assert await shown(place("mail")) == expected


def team_calendar(*events: str) -> str:
    parts = [text.removeprefix("BEGIN:VCALENDAR\n").removesuffix("\nEND:VCALENDAR") for text in events]
    return "\n".join(["BEGIN:VCALENDAR", *parts, "END:VCALENDAR"])


OTHERS = [export(uid=f"{hour}@example.org", title="Shift", hour=hour) for hour in range(10, 14)]


@pytest.mark.parametrize(
    "text", [team_calendar(), team_calendar(*OTHERS[:1]), team_calendar(*OTHERS)[:150], None]
)
async def test_cancellation_stays_until_its_file_is_confirmed(place, text):
    await store(place("mail"), invitation())
    team = place("team")
    await store(team, team_calendar(export("STATUS:CANCELLED", "SEQUENCE:1"), *OTHERS))
    before = await shown(team)
    assert before == [f"Shift 30 {hour}" for hour in range(10, 14)]
    team.write_file("note.txt", "nothing")
    if text is None:
        (team.folder / "0.ics").unlink()
    else:
        team.write_file("0.ics", text)
    await team.import_folder()
    assert await shown(team) == before
    team.write_file("0.ics", team_calendar(*OTHERS))
    await team.import_folder()
    assert await shown(team) == sorted(["Talk 30 09", *before])


async def test_excluded_occurrence_returns_when_the_exclusion_is_withdrawn(place):
    await store(place("series"), export(DAILY))
    await store(place("other"), export(DAILY, "EXDATE:20260402T090000Z", "SEQUENCE:1"))
    assert await shown(place("series")) == without(3)
    await store(place("other"), export(DAILY, "SEQUENCE:2"))
    assert await shown(place("series")) == without()


async def test_damaged_file_still_cancels(place):
    await store(place("mail"), invitation())
    text = cancellation("SEQUENCE:1")
    await store(place("other"), text)
    await store(place("other"), text[: text.index("SUMMARY")])
    assert await shown(place("mail")) == []


async def test_cancelled_event_is_on_no_page_and_in_no_list(place, database):
    workspace = place("mail")
    await store(workspace, invitation(), invitation(uid="walk@example.org", title="Walk", hour=11))
    talk, walk = (await workspace.load_agenda()).events
    await store(place("other"), cancellation("SEQUENCE:1"))
    user = workspace.reader.user
    async with database.transaction([user.id]) as tx:
        days = DAY, DAY + timedelta(days=7)
        shown_days = await read_models.get_calendar(tx, user.id, *days, user.tz, DAY)
        assert [one.event.id for one in shown_days.events] == [walk.id]
        assert (await read_models.get_event(tx, user.id, walk.id)).event.title == "Walk"
        with pytest.raises(NotFound):
            await read_models.get_event(tx, user.id, talk.id)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["mail"], ["Talk"]),
        (["mail", "team"], ["Talk"]),
        (["mail", "other"], []),
        (["mail", "team", "other"], []),
        (["other"], []),
    ],
)
async def test_brief_of_some_sources_knows_their_cancellations_only(place, names, expected):
    for name, text in (("mail", invitation()), ("team", export()), ("other", cancellation("SEQUENCE:1"))):
        await store(place(name), text)
    reader = place("mail").reader
    known = await agenda.list_sources(reader.database, reader.user)
    chosen = [one.source.id for one in known if one.source.name in names]
    query = AgendaQuery(
        owner=reader.user,
        today=DAY,
        events=ALL_TIME,
        completed_since=DISTANT_PAST,
        notes_since=DISTANT_PAST,
    )
    async with reader.database.transaction([reader.user.id]) as tx:
        found = dict(await agenda.read_agendas(tx, [query], chosen))[reader.user.id]
    assert [one.title for one in found.events] == expected


async def test_cancellation_of_another_user_has_no_effect(place, workspace_of, other_user):
    await store(place("mail"), invitation())
    await store(place("team"), export())
    others = replace(workspace_of(other_user), folder=place("other").folder)
    await store(others, cancellation("SEQUENCE:1"))
    await store(replace(others, folder=place("mail").folder))
    assert (await shown(place("mail")), await shown(others)) == (["Talk 30 09"], [])


async def test_unchanged_cancellation_is_not_written_again(place, database):
    await store(place("mail"), invitation())
    await store(place("other"), cancellation("SEQUENCE:1"), export("STATUS:CANCELLED", uid="walk"))
    versions = "SELECT id, xmin::text FROM agenda_cancellations ORDER BY id"
    owners = [place("mail").reader.user.id]
    async with database.transaction(owners) as tx:
        before = await tx.fetch(versions)
    await store(place("other"), cancellation("SEQUENCE:1"), export("STATUS:CANCELLED", LATEST, uid="walk"))
    async with database.transaction(owners) as tx:
        assert (await tx.fetch(versions), len(before)) == (before, 2)
