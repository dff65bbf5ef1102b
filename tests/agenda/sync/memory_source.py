"""A source whose stored rows are in memory: readings are compared without a database."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from pathlib import PurePosixPath
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from daybreak.agenda.importers import find_importer
from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import KINDS, ParsedSourceFile, Row, build_rows
from daybreak.agenda.sync.resolution import resolve_identities

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 30)
SOURCE_ID = uuid5(UUID(int=0), "source")
_NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
_CONTEXT = ImportContext(
    tz=ZONE, today=TODAY, expand_from=TODAY - timedelta(14), expand_until=TODAY + timedelta(62)
)
_DETAILS = (
    *("title", "project", "section", "content", "native_id", "recurrence", "status", "priority"),
    *("due_on", "due_at", "start_on", "start_at", "completed_on", "completed_at"),
    *("tags", "position", "project_id", "phase_id"),
)


class MemorySource:
    """The stored rows of one source, and a connection that returns their details."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[UUID, Row]] = {kind: {} for kind in KINDS}
        self.statements = 0

    def read(self, files: Mapping[str, str]) -> dict[str, UUID]:
        """Read the files, and return the id of each task by its source reference."""
        parsed = [_parse(path, text) for path, text in sorted(files.items())]
        rows = build_rows(SOURCE_ID, parsed, ZONE)
        known = {
            kind: {
                row_id: {
                    "fingerprint": bytes.fromhex(row["fingerprint"][2:]) if row["is_current"] else None,
                    "path": row["path"],
                }
                for row_id, row in table.items()
            }
            for kind, table in self.stored.items()
        }
        resolution = asyncio.run(resolve_identities(self, SOURCE_ID, SOURCE_ID, rows, known, ()))
        for kind, table in resolution.rows.tables():
            for row in self.stored[kind].values():
                row["is_current"] = False
            for row_id, row in table.items():
                self.stored[kind][row_id] = {**row, "is_current": True}
        return {row["source_ref"]: row_id for row_id, row in resolution.rows.tasks.items()}

    async def fetch(
        self,
        _sql: str,
        _owner: UUID,
        _source: UUID,
        ids: list[UUID],
        external: list,
        native: list,
        titles: list,
    ) -> list[Row]:
        """Return details like the statement `list_row_details`."""
        self.statements += 1
        return [
            self._details(kind, row)
            for kind, table in self.stored.items()
            for row_id, row in table.items()
            if row_id in ids
            or (
                not row["is_current"]
                and (
                    row["external_id"] in external
                    or (kind == "tasks" and (row["native_id"] in native or row["title"] in titles))
                )
            )
        ]

    def _details(self, kind: str, row: Row) -> Row:
        found = {name: row.get(name) for name in _DETAILS}
        found |= {name: row[name] for name in ("id", "external_id", "path", "is_current")}
        found["kind"], found["title"] = kind, row.get("title") or row.get("name")
        project, phase = row.get("project_id"), row.get("phase_id")
        found["project"] = self.stored["projects"][project]["name"] if project else None
        found["section"] = self.stored["phases"][phase]["name"] if phase else None
        text = row.get("details") or row.get("body")
        found["content"] = md5(text.encode(), usedforsecurity=False).hexdigest() if text else None
        if kind == "notes":
            found["due_at"] = row["noted_at"]
        return found


def _parse(path: str, text: str) -> ParsedSourceFile:
    file = SourceFile(path, text.encode(), _NOW)
    importer = find_importer(PurePosixPath(path), file.content[:4096])
    return ParsedSourceFile(path, _NOW, importer.read(file, _CONTEXT))
