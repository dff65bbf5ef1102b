import os
from pathlib import Path

import pytest

from daybreak import agenda
from daybreak.errors import InvalidInput, NotFound

from .workspace import Desk


async def test_missing_folder_is_rejected(desk: Desk):
    with pytest.raises(InvalidInput, match="There is no folder or file"):
        await desk.read(desk.folder / "nowhere")


async def test_unresolvable_path_is_rejected_with_an_explanation(desk: Desk):
    (desk.folder / "loop").symlink_to(desk.folder / "loop")
    for path in (desk.folder / "loop", Path("~nobody-of-that-name/x"), Path("a\0b"), Path("x" * 5_000)):
        with pytest.raises(InvalidInput, match="There is no folder or file"):
            await desk.read(path)


async def test_path_that_is_not_utf_8_is_rejected_with_an_explanation(desk: Desk):
    odd = Path(os.fsdecode(os.fsencode(desk.folder) + b"/\xff\xfe"))
    desk.put(odd.name + "/todo.txt", "Call Berta")
    with pytest.raises(InvalidInput, match="is not in UTF-8"):
        await desk.read(odd)


async def test_file_with_a_name_that_is_not_utf_8_is_imported(desk: Desk):
    desk.put(os.fsdecode(b"\xff.md"), "# Phone", "- [ ] Call Berta")
    await desk.read()
    assert (await desk.task("Call Berta")).place == "\\xff.md:2"


@pytest.fixture
async def both(desk: Desk):
    other = desk.folder.with_name("other")
    other.mkdir()
    database, user = desk.reader.database, desk.reader.user
    return [
        await agenda.add_folder(database, user, desk.folder, "Mine"),
        await agenda.add_folder(database, user, other, "Mine"),
    ]


async def test_source_is_found_by_its_path_or_an_id_prefix(desk: Desk, both):
    database, user = desk.reader.database, desk.reader.user
    assert await agenda.remove(database, user, str(desk.folder)) == both[0]
    assert await agenda.remove(database, user, str(both[1].id)[:13].upper()) == both[1]


@pytest.mark.parametrize("length", [0, 1, 3])
async def test_id_prefix_below_the_minimum_length_matches_no_source(desk: Desk, monkeypatch, length):
    monkeypatch.chdir(desk.folder)
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    with pytest.raises(NotFound):
        await agenda.remove(desk.reader.database, desk.reader.user, str(source.id)[:length])


async def test_ambiguous_name_is_rejected_with_the_ids_of_the_sources(desk: Desk, both):
    with pytest.raises(InvalidInput, match=str(both[0].id)[:8]):
        await agenda.remove(desk.reader.database, desk.reader.user, "Mine")


async def test_unknown_source_is_rejected_with_the_names_of_the_known_ones(desk: Desk, both):
    for which in ("Yours", "~nobody-of-that-name", "a\0b"):
        with pytest.raises(NotFound, match="“Mine”"):
            await agenda.remove(desk.reader.database, desk.reader.user, which)


async def test_source_of_another_user_cannot_be_removed(desk: Desk, both, other_user):
    with pytest.raises(NotFound):
        await agenda.remove(desk.reader.database, other_user, str(both[0].id))


async def test_removal_of_a_source_deletes_its_rows(desk: Desk):
    desk.put("todo.txt", "Call Berta +House")
    source = (await desk.read()).source
    await agenda.remove(desk.reader.database, desk.reader.user, str(source.id))
    assert await desk.versions() == {}
