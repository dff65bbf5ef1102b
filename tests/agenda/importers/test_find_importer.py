import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from daybreak.agenda.importers import IMPORTERS, find_importer

EXPORTED = b'[{"id":1,"description":"x","entry":"20260301T080000Z","status":"pending","uuid":"a"}]'


@pytest.mark.parametrize(
    ("path", "head", "name"),
    [
        ("todo.txt", b"", "todotxt"),
        ("archive/DONE.TXT", b"", "todotxt"),
        ("work.todo.txt", b"", "todotxt"),
        ("work.todotxt", b"", "todotxt"),
        ("ideas.txt", b"", "notes"),
        ("plan.md", b"", "markdown"),
        ("plan.org", b"", "org"),
        ("plan.ORG_ARCHIVE", b"", "org"),
        ("tasks.json", EXPORTED, "taskwarrior"),
        ("tasks.csv", b"", "csv"),
        ("tasks.TSV", b"", "csv"),
        ("work.ics", b"BEGIN:VCALENDAR\r\n", "icalendar"),
        ("download", b"BEGIN:VCALENDAR\r\n", "icalendar"),
    ],
)
def test_a_file_is_recognised_by_its_name_or_its_head(path, head, name):
    importer = find_importer(PurePosixPath(path), head)
    assert importer is not None
    assert importer.name == name


@pytest.mark.parametrize(
    ("path", "head"),
    [("photo.jpg", b"\xff\xd8"), ("package.json", b'{"name":"x","description":"y"}'), ("x", b"")],
)
def test_other_files_have_no_importer(path, head):
    assert find_importer(PurePosixPath(path), head) is None


def test_names_are_unique():
    assert len({importer.name for importer in IMPORTERS}) == len(IMPORTERS)


def test_a_folder_without_calendars_does_not_load_their_libraries():
    program = (
        "import sys; from pathlib import PurePosixPath; from daybreak.agenda.importers import find_importer; "
        "find_importer(PurePosixPath('todo.txt'), b''); sys.exit('icalendar' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
