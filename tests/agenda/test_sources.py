import os
from pathlib import Path

import pytest

from daybreak import agenda
from daybreak.errors import InvalidInput, NotFound

from .desk import Desk


async def test_a_folder_that_is_not_there_is_refused(desk: Desk):
    with pytest.raises(InvalidInput, match="There is no folder or file"):
        await desk.read(desk.folder / "nowhere")


async def test_a_name_that_leads_nowhere_is_refused_in_a_sentence(desk: Desk):
    (desk.folder / "loop").symlink_to(desk.folder / "loop")
    for path in (desk.folder / "loop", Path("~nobody-of-that-name/x"), Path("a\0b"), Path("x" * 5_000)):
        with pytest.raises(InvalidInput, match="There is no folder or file"):
            await desk.read(path)


async def test_a_path_that_is_not_utf_8_is_refused_in_a_sentence(desk: Desk):
    odd = Path(os.fsdecode(os.fsencode(desk.folder) + b"/\xff\xfe"))
    desk.put(odd.name + "/todo.txt", "Call Berta")
    with pytest.raises(InvalidInput, match="is not in UTF-8"):
        await desk.read(odd)


async def test_a_file_with_such_a_name_is_read_all_the_same(desk: Desk):
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


async def test_a_source_is_meant_by_its_path_or_the_beginning_of_its_id(desk: Desk, both):
    database, user = desk.reader.database, desk.reader.user
    assert await agenda.remove(database, user, str(desk.folder)) == both[0]
    assert await agenda.remove(database, user, str(both[1].id)[:13].upper()) == both[1]


@pytest.mark.parametrize("length", [0, 1, 3])
async def test_a_few_signs_mean_no_source_whatever_its_id_begins_with(desk: Desk, monkeypatch, length):
    monkeypatch.chdir(desk.folder)
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    with pytest.raises(NotFound):
        await agenda.remove(desk.reader.database, desk.reader.user, str(source.id)[:length])


async def test_a_name_of_two_sources_is_refused_with_their_ids(desk: Desk, both):
    with pytest.raises(InvalidInput, match=str(both[0].id)[:8]):
        await agenda.remove(desk.reader.database, desk.reader.user, "Mine")


async def test_a_source_that_nobody_knows_is_refused_with_the_names_of_the_others(desk: Desk, both):
    for which in ("Yours", "~nobody-of-that-name", "a\0b"):
        with pytest.raises(NotFound, match="“Mine”"):
            await agenda.remove(desk.reader.database, desk.reader.user, which)


async def test_nobody_removes_a_source_of_another(desk: Desk, both, other_user):
    with pytest.raises(NotFound):
        await agenda.remove(desk.reader.database, other_user, str(both[0].id))


async def test_with_a_source_all_that_it_gave_is_forgotten(desk: Desk):
    desk.put("todo.txt", "Call Berta +House")
    source = (await desk.read()).source
    await agenda.remove(desk.reader.database, desk.reader.user, str(source.id))
    assert await desk.versions() == {}
