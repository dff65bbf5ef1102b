"""Test every sentence of five days of a busy folder against the edits that were made."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from daybreak import agenda, briefs
from daybreak.agenda import SourceReader, decisions
from daybreak.briefs.document.model import Document
from daybreak.db import Database
from daybreak.intake import IntakeSettings
from daybreak.people import User

from .busy_folder import BusyFolder, Edits

pytestmark = pytest.mark.integration
SUNDAY = date(2026, 3, 29)


async def compose(database: Database, user: User, root: Path, on: date) -> Document:
    reader = SourceReader(database, user, on, IntakeSettings(), lambda: pytest.fail("no secret is needed"))
    await agenda.import_folder(reader, root)
    brief = await briefs.compose(database, user.id, on)
    await briefs.mark_received(database, user.id, brief.id)
    since = brief.document.since_last
    assert since.omitted == 0
    assert not [gap.text for gap in brief.document.warnings if "left out" in gap.text]
    return brief.document


async def decide(database: Database, user: User, folder: BusyFolder, edits: Edits) -> None:
    """Tick one task, snooze another and ignore a third in Daybreak; the folder does not change."""
    picked = {kind: folder.pick("tasks.json") for kind in ("done", "snooze", "ignore")}
    if len({one.title for one in picked.values()}) < len(picked):
        return
    async with database.transaction([user.id]) as tx:
        ids = {
            kind: await tx.fetchval("SELECT id FROM agenda_tasks WHERE title = $1", one.title)
            for kind, one in picked.items()
        }
        await decisions.complete(tx, user.id, [ids["done"]])
        await decisions.snooze(tx, user.id, [ids["snooze"]], return_on=date(2026, 9, 1), today=SUNDAY)
        await decisions.ignore(tx, user.id, [ids["ignore"]])
    edits.add("done", picked["done"].title)
    for one in picked.values():
        folder.tasks.remove(one)
        folder.decided.append(one)


def titles_by_kind(document: Document) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for claim in document.since_last.entries:
        is_file = claim.kind == "file_moved"
        title = claim.text[1:].partition("”")[0] if is_file else document.facts[claim.facts[0]].title
        assert f"“{title}”" in claim.text
        told.setdefault(claim.kind.removesuffix("_again"), set()).add(title)
    return told


@pytest.mark.parametrize("seed", [3, 11])
async def test_every_sentence_of_five_days_is_an_edit(
    database: Database, user: User, tmp_path: Path, seed: int
):
    folder = BusyFolder(tmp_path, SUNDAY, seed)
    assert (await compose(database, user, tmp_path, SUNDAY)).since_last.entries == ()
    for days in range(1, 6):
        decided = Edits()
        await decide(database, user, folder, decided)
        edits = folder.edit()
        edits.titles["done"] |= decided.titles["done"]
        document = await compose(database, user, tmp_path, SUNDAY + timedelta(days=days))
        told = titles_by_kind(document)
        for kind, titles in told.items():
            assert titles <= edits.titles[kind], (days, kind, document.since_last.entries)
        counted = Counter(claim.kind for claim in document.since_last.entries)
        single = {"done", "came_in", "became_overdue"}
        expected = {kind: len(titles) for kind, titles in edits.titles.items() if kind in single and titles}
        assert {kind: counted[kind] for kind in expected} == expected
