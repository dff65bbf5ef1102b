import asyncio
import sys

import asyncpg
import pytest

from .workspace import DAY, UserWorkspace

pytestmark = pytest.mark.integration

IMPORT = """
import asyncio, sys
from datetime import date
from pathlib import Path
from uuid import UUID
from daybreak import agenda, people
from daybreak.db import Database
from daybreak.intake import IntakeSettings

async def main(dsn, user_id, folder, day):
    async with Database.connect(dsn, max_connections=1) as database:
        async with database.transaction([UUID(user_id)]) as tx:
            user = await people.get_user(tx, UUID(user_id))
        reader = agenda.SourceReader(database, user, date.fromisoformat(day), IntakeSettings(), lambda: None)
        await agenda.import_folder(reader, Path(folder))

asyncio.run(main(*sys.argv[1:]))
"""
WAITING = """
SELECT pid FROM pg_stat_activity
WHERE application_name = 'daybreak' AND wait_event_type = 'Lock' AND datname = current_database()
"""
GONE = "SELECT TRUE WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"


async def test_import_killed_while_writing_leaves_no_partial_rows(workspace: UserWorkspace, postgres):
    workspace.write_file("work.md", "# House", "- [ ] Call Berta")
    workspace.write_file("thought.txt", "A note, which is written last.")
    owner = await asyncpg.connect(postgres.owner)
    superuser = await asyncpg.connect(postgres.admin)
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("LOCK TABLE agenda_notes IN SHARE MODE")

    arguments = [postgres.app, str(workspace.reader.user.id), str(workspace.folder), DAY.isoformat()]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", IMPORT, *arguments)
    stopped = await _poll_until(superuser, WAITING)
    process.kill()
    await process.wait()
    await transaction.rollback()
    await _poll_until(superuser, GONE, stopped)
    await owner.close()
    await superuser.close()

    assert await workspace.row_versions() == {}
    assert (await workspace.import_folder()).changes.added == 3
    assert (await workspace.import_folder()).changes.unchanged == 3


async def _poll_until(connection: asyncpg.Connection, question: str, *arguments: object) -> object:
    for _ in range(1_000):
        if (answer := await connection.fetchval(question, *arguments)) is not None:
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(question)
