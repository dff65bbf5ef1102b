"""Test that the assignees of imported tasks become proposals for the owner's identities."""

import asyncio

import pytest

from daybreak import agenda, people

from .workspace import UserWorkspace


async def read_proposals(workspace: UserWorkspace) -> dict[str, tuple[str | None, int]]:
    """Return file and number of tasks of each proposed person."""
    owner = workspace.reader.user.id
    async with workspace.reader.database.transaction([owner]) as tx:
        found = await people.list_identities(tx, owner)
    return {one.value: (one.source_name, one.seen) for one in found if one.source == "file"}


BOARD = (
    "Summary,Issue key,Status,Assignee",
    "Paint,A-1,To Do,Bob Miller",
    'Call,A-2,To Do,"Miller, Bob"',
    "Order,A-3,Done,Eve Stone",
    "Sweep,A-4,To Do,",
)


@pytest.mark.parametrize(
    ("name", "lines", "expected"),
    [
        ("board.csv", BOARD, {"Bob Miller": ("board.csv", 2), "Eve Stone": ("board.csv", 1)}),
        ("team/minutes.md", ("- [ ] Order the van @Tom", "- [ ] Pay @Tom"), {"Tom": ("minutes.md", 2)}),
        ("notes.md", ("- [ ] Ask @Tom about the van", "A line about @Kim"), {}),
        (
            "tasks.json",
            (
                '[{"uuid":"f1","entry":"1","status":"pending","description":"Pay","owner":"kim@work.example"}]',
            ),
            {"kim@work.example": ("tasks.json", 1)},
        ),
        (
            "tasks.ics",
            (
                "BEGIN:VCALENDAR",
                "BEGIN:VTODO",
                "UID:1",
                "SUMMARY:Pay",
                "ATTENDEE;CN=Kim Park:mailto:kim@work.example",
                "END:VTODO",
                "END:VCALENDAR",
            ),
            {"kim@work.example": ("tasks.ics", 1)},
        ),
    ],
)
async def test_assignees_are_proposed_with_file_and_frequency(workspace, name, lines, expected):
    workspace.write_file(name, *lines)
    await workspace.import_folder()
    assert await read_proposals(workspace) == expected


async def test_reader_is_not_proposed(workspace: UserWorkspace):
    address = workspace.reader.user.email
    workspace.write_file("board.csv", BOARD[0], f"Paint,A-1,To Do,{address}", f"Call,A-2,To Do,A <{address}>")
    await workspace.import_folder()
    assert await read_proposals(workspace) == {}


async def test_rejected_assignee_is_not_proposed_again(workspace: UserWorkspace):
    owner = workspace.reader.user.id
    workspace.write_file("board.csv", *BOARD)
    await workspace.import_folder()
    async with workspace.reader.database.transaction([owner]) as tx:
        for one in await people.list_identities(tx, owner):
            if one.source == "file":
                await people.reject_identity(tx, owner, one.id)
    workspace.write_file("board.csv", *BOARD, "Dig,A-5,To Do,Bob Miller", "Cut,A-6,To Do,Kim Park")
    await workspace.import_folder()
    async with workspace.reader.database.transaction([owner]) as tx:
        found = await people.list_identities(tx, owner)
    open_proposals = [one.value for one in found if one.source == "file" and not one.is_answered]
    assert open_proposals == ["Kim Park"]


async def test_assignee_of_two_files_is_proposed_once_with_the_file_that_has_most(workspace: UserWorkspace):
    workspace.write_file("a.csv", *BOARD[:2])
    workspace.write_file("b.csv", *BOARD[:1], *(f"Task {n},B-{n},To Do,Bob Miller" for n in range(3)))
    await workspace.import_folder()
    assert await read_proposals(workspace) == {"Bob Miller": ("b.csv", 3)}


async def test_proposals_disappear_with_their_tasks(workspace: UserWorkspace):
    workspace.write_file("board.csv", *BOARD)
    await workspace.import_folder()
    workspace.write_file("board.csv", *BOARD[:2])
    await workspace.import_folder()
    assert await read_proposals(workspace) == {"Bob Miller": ("board.csv", 1)}
    workspace.write_file("board.csv", BOARD[0], "Paint,A-1,To Do,")
    await workspace.import_folder()
    assert await read_proposals(workspace) == {}


async def test_proposals_disappear_with_their_source_but_answers_stay(workspace: UserWorkspace):
    database, user = workspace.reader.database, workspace.reader.user
    workspace.write_file("board.csv", *BOARD)
    report = await workspace.import_folder()
    async with database.transaction([user.id]) as tx:
        (eve,) = [one for one in await people.list_identities(tx, user.id) if one.value == "Eve Stone"]
        await people.confirm_identity(tx, user.id, eve.id)
    await agenda.delete_source_by_reference(database, user, str(report.source.id))
    assert await read_proposals(workspace) == {"Eve Stone": ("board.csv", 1)}


async def test_simultaneous_imports_of_sources_with_the_same_people_succeed(workspace: UserWorkspace):
    people_of = {"a": ("Bob Miller", "Eve Stone", "Kim Park"), "b": ("Kim Park", "Eve Stone", "Bob Miller")}
    for name, members in people_of.items():
        lines = [f"Task {n},{name}-{n},To Do,{one}" for n, one in enumerate(members)]
        workspace.write_file(f"{name}/board.csv", BOARD[0], *lines)
    folders = [workspace.folder / name for name in people_of]
    for assignee in ("Bob Miller", "Eve Stone", "Kim Park", "Tom Ford"):
        for folder in folders:
            workspace.write_file(f"{folder.name}/board.csv", BOARD[0], f"X,{folder.name}-9,To Do,{assignee}")
        await asyncio.gather(*map(workspace.import_folder, folders))
    assert set(await read_proposals(workspace)) == {"Tom Ford"}
