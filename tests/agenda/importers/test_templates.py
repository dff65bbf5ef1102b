"""Tests of templates: files with placeholders are no lists and no notes."""

from datetime import UTC, datetime

import pytest

from daybreak.agenda.importers.templates import find_template_folder, is_template
from daybreak.agenda.parsed import SourceFile


def file_of(path: str, *lines: str) -> SourceFile:
    return SourceFile(path, "\n".join(lines).encode(), datetime(2026, 3, 28, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("Daily.md", ["# {{date}}", "- [ ] Plan the day"]),
        ("Daily.md", ["- [ ] Plan the day 📅 {{date:YYYY-MM-DD}}", "- [ ] Read", "- [ ] Sleep"]),
        ("Project.md", ["# <% tp.file.title %>", "- [ ] Prepare"]),
        ("Project.md", ["# Start", "- [ ] Prepare <% tp.date.now() %>", "- [ ] Read", "- [ ] Sleep"]),
        ("Onboarding.md", ["- [ ] Welcome ${name}", "- [ ] Order a key"]),
        ("Meeting.md", ["---", "date: {{date}}", "---", "# Meeting", "- [ ] Send the minutes"]),
        ("Meeting.md", ["Meeting of {{date}}", "", "Who was there:"]),
        ("todo.txt", ["Call {{name}} due:{{date}}"]),
        ("letter.txt", ["Dear ${name},", "thank you."]),
        ("Vorlagen/Reise.md", ["# Trip", "- [ ] Pack", "- [ ] Book", "- [ ] Buy", "Bring {{gift}}"]),
        ("99 - Templates/People/Person.md", ["# Person", "- [ ] Ask", "- [ ] Call", "Born on {{date}}"]),
    ],
)
def test_file_with_placeholders_is_a_template(path: str, lines: list[str]):
    assert is_template(file_of(path, *lines))


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("Work.md", ["# Work", "- [ ] Replace {{user}} in the mail", "- [ ] Call Mia", "- [ ] Pay"]),
        ("Work.md", ["# Work", "- [ ] Document `{{date}}`"]),
        ("Work.md", ["# Work", "```", "# {{date}}", "- [ ] <% tp.file.title %>", "```", "- [ ] Call Mia"]),
        ("Work.md", ["# Work", "- [ ] Call Mia", "The page has a {{title}}."]),
        ("Work.md", ["- [ ] Fix the {{user}} bug 📅 2026-12-01", "- [ ] Call Mia 📅 2026-12-02"]),
        ("Work.md", ["# Work", "- [ ] Replace ${HOME} in the script", "- [x] Pay ✅ 2026-11-30"]),
        ("todo.txt", ["(A) 2026-11-28 Escape {{name}} in letters", "Call Mia"]),
        ("todo.txt", ["Document {{title}} due:2026-12-01"]),
        ("Logseq.md", ["# {{query (task TODO)}}", "- [ ] Call Mia"]),
        ("Templates/Print them.md", ["# Print shop", "- [ ] Cut the templates"]),
        ("export.csv", ["Summary,Issue key,Status,Description", "Fix it,WEB-1,Open,{{code}} in ${HOME}"]),
        ("notes.txt", ["Prices", "${total} is in the footer"]),
    ],
)
def test_real_list_or_note_is_no_template(path: str, lines: list[str]):
    assert not is_template(file_of(path, *lines))


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("a/_templates/b/c.md", "a/_templates"),
        ("99 Vorlagen/c.md", "99 Vorlagen"),
        ("Templates.md", None),
        ("Template shop/c.md", None),
    ],
)
def test_folder_of_templates_is_found_by_its_name(path: str, folder: str | None):
    assert find_template_folder(path) == folder
