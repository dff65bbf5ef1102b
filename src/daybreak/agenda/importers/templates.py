"""Templates: files from which programs make notes and lists, with placeholders where the words will be."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.tokens import Checkbox, MarkdownHeading, scan_tokens
from daybreak.agenda.importers.parsing.decoding import decode
from daybreak.agenda.importers.parsing.front_matter import parse_front_matter
from daybreak.agenda.importers.parsing.text import split_lines
from daybreak.agenda.importers.todotxt import TodoTxtImporter
from daybreak.agenda.parsed import SourceFile

_MARKDOWN = {".md", ".markdown", ".mdown", ".mkd"}
_TEXT = {".txt", ".text", ".todotxt"}
# Of tables any placeholder counts only in a folder for templates: cells hold the markup of other programs.
_TABLES = {".csv", ".tsv"}
_SIGNS = (b"{{", b"<%", b"${")
# Not those of Logseq, Roam, Hugo and Anki, which real notes contain.
_PLACEHOLDER = re.compile(
    r"\{\{(?!\[\[|[<%]|c\d+::|(?:query|renderer|embed|video|youtube|tweet|image|pdf)\b)[^{}\n]{1,200}\}\}"
    r"|<%[^\n]{0,300}?%>|\$\{[^{}\n]{1,100}\}",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"<%[*~_+-]*\s*(?:await\s+)?tp\.|<%\*")
_IN_FIELD = re.compile(
    r"(?:[📅⏳🛫\u2795✅❌]\ufe0f?|\b(?:due|t|start|scheduled|deadline):{1,2}|@\{)\s*(?:\{\{|<%|\$\{)",
    re.IGNORECASE,
)
# A real list names a day; a template has a placeholder there.
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_NOT_A_LETTER = re.compile(r"[\W\d_]+")
_FOLDER_NAMES = frozenset(
    {
        *("template", "templates", "vorlage", "vorlagen", "modèle", "modèles", "modele", "modeles"),
        *("plantilla", "plantillas", "modello", "modelli", "modelo", "modelos", "sjabloon", "sjablonen"),
        *("szablon", "szablony", "mall", "mallar", "skabelon", "skabeloner", "maler", "šablony"),
        *("шаблон", "шаблоны", "шаблони", "模板", "テンプレート", "템플릿"),
    }
)


def is_template(file: SourceFile) -> bool:
    """Return whether a file is a template: nothing of it is a task, a project or a note.

    It is one if a heading, the front matter, a date, or at least half of its tasks hold a placeholder, such
    as ``{{date}}``, ``<% tp.file.title %>`` or ``${name}``. Half of the tasks do not count if one of them has
    a real date. In a folder named Templates any placeholder counts.
    """
    suffix = PurePosixPath(file.path).suffix.lower()
    if suffix not in _MARKDOWN | _TEXT | _TABLES or not any(sign in file.content for sign in _SIGNS):
        return False
    lines = split_lines(decode(file.content)[0])
    if find_template_folder(file.path) is not None and _count(lines):
        return True
    if suffix in _TABLES:
        return False
    headings, tasks = _split_markdown(lines) if suffix in _MARKDOWN else _split_text(file.path, lines)
    if _count(headings) or any(map(_is_certain, tasks)):
        return True
    return 0 < len(tasks) <= 2 * _count(tasks) and not any(map(_DAY.search, tasks))


def find_template_folder(path: str) -> str | None:
    """Return the highest folder of a path whose name is that of a folder for templates."""
    parents = reversed(PurePosixPath(path).parents)
    named = (parent for parent in parents if _NOT_A_LETTER.sub("", parent.name.casefold()) in _FOLDER_NAMES)
    return next(map(str, named), None)


def _split_markdown(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the headings, with the front matter and the first line of a note, and the tasks."""
    metadata = parse_front_matter(lines)
    tokens = list(scan_tokens(lines, metadata.line_count))
    headings = [token.text for token in tokens if isinstance(token, MarkdownHeading)]
    tasks = [lines[token.line - 1] for token in tokens if isinstance(token, Checkbox)]
    if not tasks:
        headings += _first_line(lines[metadata.line_count :])
    return [*headings, *metadata.values.values()], tasks


def _split_text(path: str, lines: list[str]) -> tuple[list[str], list[str]]:
    if TodoTxtImporter().accepts(PurePosixPath(path), b""):
        return [], [line for line in lines if line.strip()]
    metadata = parse_front_matter(lines)
    return [*_first_line(lines[metadata.line_count :]), *metadata.values.values()], []


def _first_line(lines: Iterable[str]) -> Iterator[str]:
    return iter([line for line in lines if line.strip()][:1])


def _count(lines: Iterable[str]) -> int:
    return sum(_PLACEHOLDER.search(_INLINE_CODE.sub("", line)) is not None for line in lines)


def _is_certain(line: str) -> bool:
    bare = _INLINE_CODE.sub("", line)
    return bool(_COMMAND.search(bare) or _IN_FIELD.search(bare))
