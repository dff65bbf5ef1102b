"""Test that the documents name files that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")
# A path with a folder, and with a suffix or a folder of the repository; placeholders are in capitals.
PATH = re.compile(r"(?:src|tests|docs|bench|prove|db|sql)(?:/[\w.-]+)+/?|[\w-]+(?:/[\w-]+)*/[\w-]+\.[a-z]+")
PLACEHOLDER = re.compile(r"\b(?:FORMAT|SLICE|CONCEPT)\b|test_FORMAT")


def list_missing(text: str, folder: Path) -> Iterator[str]:
    """Return the paths in backticks and links of a document that exist nowhere."""
    prose = FENCED.sub("", text)
    named = [name for name in CODE.findall(prose) if PATH.fullmatch(name) and not PLACEHOLDER.search(name)]
    for name in named:
        if not any((base / name).exists() for base in (ROOT, ROOT / "src/daybreak", folder)):
            yield name
    for markdown, image in LINK.findall(prose):
        address = markdown or image
        if "://" not in address and not (folder / address).exists():
            yield address


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_files_exist(document):
    assert list(list_missing(document.read_text(encoding="utf-8"), document.parent)) == []


def test_missing_files_are_found():
    text = "`web/requests.py`, `web/app.py`, `tests/gone`, `tests/web`, [a](gone.md), [b](README.md#x), `a/b`"
    assert list(list_missing(text, ROOT)) == ["web/requests.py", "tests/gone", "gone.md"]
