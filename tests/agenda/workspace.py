"""The workspace of a test: a user's agenda and the folder that is imported into it."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daybreak import agenda, clock
from daybreak.agenda import Agenda, EventRange, ImportReport, SourceReader, Task
from daybreak.agenda.parsed import ParsedFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources import imports
from daybreak.agenda.sources.parser_pool import SourceContents

DAY = date(2026, 3, 29)
DISTANT_PAST = datetime(1, 1, 1, tzinfo=UTC)
ALL_TIME = EventRange(DISTANT_PAST, datetime(9999, 12, 30, tzinfo=UTC))


@dataclass(frozen=True)
class UserWorkspace:
    """One user's agenda, and the folder that is imported into it."""

    reader: SourceReader
    folder: Path

    def at_date(self, day: date) -> "UserWorkspace":
        return replace(self, reader=replace(self.reader, today=day))

    def write_file(self, name: str, *lines: str, days_old: float = 0) -> Path:
        """Write a file of the folder, last modified that many days before the fixed now."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.set_file_age(path, days_old)
        return path

    def set_file_age(self, path: Path, days_old: float) -> None:
        at = (clock.now() - timedelta(days=days_old)).timestamp()
        os.utime(path, (at, at))

    async def import_folder(self, path: Path | None = None) -> ImportReport:
        return await agenda.import_folder(self.reader, path or self.folder)

    async def import_parsed(
        self, *parsed_files: ParsedFile | ParsedSourceFile, unreadable=()
    ) -> ImportReport:
        """Import parsed files as if they were files named 0, 1, ..."""
        source = await agenda.add_folder(self.reader.database, self.reader.user, self.folder)
        files = [
            one
            if isinstance(one, ParsedSourceFile)
            else ParsedSourceFile(str(number), datetime.now(UTC), one)
            for number, one in enumerate(parsed_files)
        ]
        contents = SourceContents(files=files, unreadable=list(unreadable))
        fetched = await imports._build_fetched_source(self.reader, source, contents)
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            return await imports.save_fetched_source(tx, self.reader, fetched)

    async def load_agenda(self) -> Agenda:
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            query = agenda.AgendaQuery(
                owner=self.reader.user,
                today=self.reader.today,
                events=ALL_TIME,
                completed_since=DISTANT_PAST,
                notes_since=DISTANT_PAST,
            )
            return dict(await agenda.read_agendas(tx, [query]))[self.reader.user.id]

    async def titles(self) -> set[str]:
        found = await self.load_agenda()
        return {entry.title for entry in (*found.tasks, *found.events, *found.notes)}

    async def get_task(self, title: str) -> Task:
        (task,) = [task for task in (await self.load_agenda()).tasks if task.title == title]
        return task

    async def row_versions(self) -> dict[str, str]:
        """Return the last writing transaction of each row."""
        kinds = ("projects", "phases", "tasks", "events", "notes")
        async with self.reader.database.transaction([self.reader.user.id]) as tx:
            return {
                str(row["id"]): row["version"]
                for kind in kinds
                for row in await tx.fetch(f"SELECT id, xmin::text AS version FROM agenda_{kind}")  # noqa: S608
            }
