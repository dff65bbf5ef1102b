"""The workspace of a test: a user's agenda and the folder that is imported into it."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daybreak import agenda, clock
from daybreak.agenda import Agenda, Imported, Reader, Task, Window
from daybreak.agenda.parsed import Harvest
from daybreak.agenda.rows import FileHarvest
from daybreak.agenda.sources import imports
from daybreak.agenda.sources.parser_pool import Reading

DAY = date(2026, 3, 29)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
FOREVER = Window(LONG_AGO, datetime(9999, 12, 30, tzinfo=UTC))


@dataclass(frozen=True)
class Desk:
    """One user's agenda, and the folder that is imported into it."""

    reader: Reader
    folder: Path

    def on(self, day: date) -> "Desk":
        return replace(self, reader=replace(self.reader, day=day))

    def put(self, name: str, *lines: str, days_old: float = 0) -> Path:
        """Write a file of the folder, last modified that many days before the fixed now."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.age(path, days_old)
        return path

    def age(self, path: Path, days_old: float) -> None:
        at = (clock.now() - timedelta(days=days_old)).timestamp()
        os.utime(path, (at, at))

    async def read(self, path: Path | None = None) -> Imported:
        return await agenda.import_folder(self.reader, path or self.folder)

    async def write(self, *harvests: Harvest | FileHarvest, unread=()) -> Imported:
        """Import parsed files as if they were files named 0, 1, ..."""
        source = await agenda.add_folder(self.reader.database, self.reader.user, self.folder)
        files = [
            one if isinstance(one, FileHarvest) else FileHarvest(str(number), datetime.now(UTC), one)
            for number, one in enumerate(harvests)
        ]
        reading = Reading(harvests=files, unread=list(unread))
        gathered = await imports._gathered(self.reader, source, reading)
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            return await imports.write(tx, self.reader, gathered)

    async def stored(self) -> Agenda:
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            owner = self.reader.user.id
            today = self.reader.day
            want = agenda.Wanted(
                owner_id=owner, today=today, events=FOREVER, done_since=LONG_AGO, notes_since=LONG_AGO
            )
            return dict(await agenda.read_agendas(tx, [want]))[owner]

    async def titles(self) -> set[str]:
        found = await self.stored()
        return {entry.title for entry in (*found.tasks, *found.events, *found.notes)}

    async def task(self, title: str) -> Task:
        (task,) = [task for task in (await self.stored()).tasks if task.title == title]
        return task

    async def versions(self) -> dict[str, str]:
        """Return the last writing transaction of each row."""
        kinds = ("projects", "phases", "tasks", "events", "notes")
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            return {
                str(row["id"]): row["version"]
                for kind in kinds
                for row in await tx.fetch(f"SELECT id, xmin::text AS version FROM agenda_{kind}")  # noqa: S608
            }
