import os
from pathlib import Path

import pytest

from daybreak import agenda
from daybreak.errors import InvalidInput, NotFound

from .workspace import UserWorkspace


async def test_missing_folder_is_rejected(workspace: UserWorkspace):
    with pytest.raises(InvalidInput, match="There is no folder or file"):
        await workspace.import_folder(workspace.folder / "nowhere")


async def test_unresolvable_path_is_rejected_with_an_explanation(workspace: UserWorkspace):
    (workspace.folder / "loop").symlink_to(workspace.folder / "loop")
    for path in (workspace.folder / "loop", Path("~nobody-of-that-name/x"), Path("a\0b"), Path("x" * 5_000)):
        with pytest.raises(InvalidInput, match="There is no folder or file"):
            await workspace.import_folder(path)


async def test_path_that_is_not_utf_8_is_rejected_with_an_explanation(workspace: UserWorkspace):
    odd = Path(os.fsdecode(os.fsencode(workspace.folder) + b"/\xff\xfe"))
    workspace.write_file(odd.name + "/todo.txt", "Call Berta")
    with pytest.raises(InvalidInput, match="is not in UTF-8"):
        await workspace.import_folder(odd)


async def test_file_with_a_name_that_is_not_utf_8_is_imported(workspace: UserWorkspace):
    workspace.write_file(os.fsdecode(b"\xff.md"), "# Phone", "- [ ] Call Berta")
    await workspace.import_folder()
    assert (await workspace.get_task("Call Berta")).source_ref == "\\xff.md:2"


@pytest.fixture
async def two_sources(workspace: UserWorkspace):
    other = workspace.folder.with_name("other")
    other.mkdir()
    database, user = workspace.reader.database, workspace.reader.user
    return [
        await agenda.add_folder(database, user, workspace.folder, "Mine"),
        await agenda.add_folder(database, user, other, "Mine"),
    ]


async def test_source_is_found_by_its_path_or_an_id_prefix(workspace: UserWorkspace, two_sources):
    database, user = workspace.reader.database, workspace.reader.user
    assert await agenda.delete_source_by_reference(database, user, str(workspace.folder)) == two_sources[0]
    assert (
        await agenda.delete_source_by_reference(database, user, str(two_sources[1].id)[:13].upper())
        == two_sources[1]
    )


@pytest.mark.parametrize("length", [0, 1, 3])
async def test_id_prefix_below_the_minimum_length_matches_no_source(
    workspace: UserWorkspace, monkeypatch, length
):
    monkeypatch.chdir(workspace.folder)
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    with pytest.raises(NotFound):
        await agenda.delete_source_by_reference(
            workspace.reader.database, workspace.reader.user, str(source.id)[:length]
        )


async def test_ambiguous_name_is_rejected_with_the_ids_of_the_sources(workspace: UserWorkspace, two_sources):
    with pytest.raises(InvalidInput, match=str(two_sources[0].id)[:8]):
        await agenda.delete_source_by_reference(workspace.reader.database, workspace.reader.user, "Mine")


async def test_unknown_source_is_rejected_with_the_names_of_the_known_ones(
    workspace: UserWorkspace, two_sources
):
    for reference in ("Yours", "~nobody-of-that-name", "a\0b"):
        with pytest.raises(NotFound, match="“Mine”"):
            await agenda.delete_source_by_reference(
                workspace.reader.database, workspace.reader.user, reference
            )


async def test_source_of_another_user_cannot_be_removed(workspace: UserWorkspace, two_sources, other_user):
    with pytest.raises(NotFound):
        await agenda.delete_source_by_reference(workspace.reader.database, other_user, str(two_sources[0].id))


async def test_removal_of_a_source_deletes_its_rows(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta +House")
    source = (await workspace.import_folder()).source
    await agenda.delete_source_by_reference(workspace.reader.database, workspace.reader.user, str(source.id))
    assert await workspace.row_versions() == {}
