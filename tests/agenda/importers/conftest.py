from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers import find_importer
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

Read = Callable[..., ParsedFile]


@pytest.fixture(scope="session")
def read() -> Read:
    """Return a function that reads a file, by path and content, for a user in Berlin (or elsewhere)."""

    def _read(path: str, content: str | bytes, tz: str = "Europe/Berlin") -> ParsedFile:
        data = content.encode() if isinstance(content, str) else content
        context = ImportContext(
            tz=ZoneInfo(tz),
            today=date(2026, 3, 29),
            expand_from=date(2026, 1, 1),
            expand_until=date(2027, 1, 1),
        )
        importer = find_importer(PurePosixPath(path), data[:4096])
        assert importer is not None
        return importer.read(SourceFile(path, data, datetime(2026, 3, 28, 9, tzinfo=UTC)), context)

    return _read
