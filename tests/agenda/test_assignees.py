"""Test that the assignees of imported tasks become proposals for the owner's identities."""

import pytest

from daybreak import people

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
            ('[{"uuid": "f1", "status": "pending", "description": "Pay", "owner": "kim@work.example"}]',),
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
            {"Kim Park": ("tasks.ics", 1)},
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
