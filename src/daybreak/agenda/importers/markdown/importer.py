import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.outline import HeadingTree
from daybreak.agenda.importers.markdown.task_fields import parse_checkbox
from daybreak.agenda.importers.markdown.tokens import (
    Checkbox,
    MarkdownHeading,
    MarkdownProse,
    MarkdownToken,
    UnclosedBlock,
    scan_tokens,
)
from daybreak.agenda.importers.notes import add_note
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.front_matter import FrontMatter, parse_front_matter
from daybreak.agenda.importers.parsing.text import clean_line, split_lines
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
_GENERIC_STEM = re.compile(r"\d{4}-?\d{2}-?\d{2}.*|to-?dos?|tasks|inbox|index|readme|notes", re.IGNORECASE)
_UNCLOSED_BLOCK = (
    "The code block or comment that begins here is never closed; the rest of the file was skipped."
)
_COLUMN_STATUSES = (TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED)


class MarkdownImporter:
    """The importer of task lists in Markdown; a file without a check box is one note.

    The nearest heading is the project, the paragraph right under it the description; see `HeadingTree` for
    phases. Without a heading the project is the front matter's ``title``, else the file's name; the front
    matter's ``project`` applies to the whole file. A nested item is a task of its own whose details name its
    parent. Lines below a task that are indented deeper are its details; all other prose is ignored.
    """

    name = "markdown"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a Markdown file."""
        return path.suffix.lower() in _SUFFIXES

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return the file's tasks with their projects and phases, or its text as a note."""
        builder = ParsedFileBuilder(file, context)
        content = split_lines(builder.text)
        metadata = parse_front_matter(content)
        tokens = list(scan_tokens(content, metadata.line_count))
        for token in tokens:
            if isinstance(token, UnclosedBlock):
                builder.warn(_UNCLOSED_BLOCK, token.line)
        if any(isinstance(token, Checkbox) for token in tokens):
            _MarkdownParser(builder, metadata).parse(tokens)
        else:
            add_note(builder, content, metadata)
        return builder.build()


class _MarkdownParser:
    """One pass over the tokens of a file."""

    def __init__(self, builder: ParsedFileBuilder, metadata: FrontMatter) -> None:
        stem = PurePosixPath(builder.file.path).stem
        title = metadata.get_first("title") or (None if _GENERIC_STEM.fullmatch(stem) else stem)
        self._builder = builder
        self._headings = HeadingTree(
            builder,
            fixed_project=metadata.get_first("project"),
            default_project=title,
            default_line=metadata.line_of("project") or metadata.line_of("title") or 1,
        )
        self._tasks: list[RawTask] = []
        self._open_items: list[tuple[int, RawTask]] = []
        self._paragraph: list[str] | None = None

    def parse(self, tokens: list[MarkdownToken]) -> None:
        for token in tokens:
            self._end_paragraph(token)
            match token:
                case MarkdownHeading():
                    self._enter_heading(token)
                case Checkbox():
                    self._add_task(token)
                case MarkdownProse():
                    self._add_prose(token)
        self._end_paragraph(None)
        for task in self._tasks:
            self._builder.add_task(task)

    def _enter_heading(self, heading: MarkdownHeading) -> None:
        self._open_items.clear()
        self._headings.enter(heading)
        self._paragraph = []

    def _end_paragraph(self, token: MarkdownToken | None) -> None:
        """Set the description of the heading once the paragraph below it has ended."""
        if self._paragraph is None:
            return
        if isinstance(token, MarkdownProse) and (token.is_paragraph or not (token.text or self._paragraph)):
            return
        self._headings.set_description(" ".join(self._paragraph))
        self._paragraph = None

    def _add_task(self, box: Checkbox) -> None:
        task = parse_checkbox(box, self._builder)
        if not clean_line(task.title):
            return
        task.project, task.phase = self._headings.project, self._headings.phase
        if task.status is TaskStatus.OPEN and self._headings.status in _COLUMN_STATUSES:
            task.status = self._headings.status
        self._close_items(box.indent)
        if self._open_items:
            task.details = f"Part of “{self._open_items[-1][1].title}”."
        self._headings.add_current_project()
        self._open_items.append((box.indent, task))
        self._tasks.append(task)

    def _add_prose(self, prose: MarkdownProse) -> None:
        if self._paragraph is not None and prose.is_paragraph:
            self._paragraph.append(prose.text)
        if not prose.text:
            return
        self._close_items(prose.indent)
        if self._open_items:
            self._open_items[-1][1].details += f"\n{prose.text}"

    def _close_items(self, indent: int) -> None:
        while self._open_items and self._open_items[-1][0] >= indent:
            self._open_items.pop()
