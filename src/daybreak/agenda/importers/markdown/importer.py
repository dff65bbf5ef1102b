import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.outline import HeadingTree
from daybreak.agenda.importers.markdown.references import demote_references
from daybreak.agenda.importers.markdown.section_names import is_list_name
from daybreak.agenda.importers.markdown.task_fields import add_property, parse_checkbox
from daybreak.agenda.importers.markdown.task_note import parse_property_lines, parse_task_note
from daybreak.agenda.importers.markdown.tokens import (
    LOGSEQ_MARKERS,
    MARKERS,
    Checkbox,
    Drawer,
    MarkdownHeading,
    MarkdownProse,
    MarkdownToken,
    UnclosedBlock,
    is_damaged_box,
    scan_tokens,
)
from daybreak.agenda.importers.notes import add_note, find_date_in_name
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.front_matter import FrontMatter, parse_front_matter
from daybreak.agenda.importers.parsing.org_dates import parse_planning_line
from daybreak.agenda.importers.parsing.someday import SOMEDAY_TAG, is_someday
from daybreak.agenda.importers.parsing.text import clean_line, split_lines
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
_GENERIC_STEM = re.compile(r"\d{4}([-_]?)\d{2}\1\d{2}.*|index|readme|contents", re.IGNORECASE)
_LOGSEQ_FOLDERS = {"journals", "pages"}
_LOGSEQ_LINE = re.compile(r"\s*(?:(?:collapsed|id):: |(?:SCHEDULED|DEADLINE): <|:LOGBOOK:)")
_UNCLOSED_BLOCK = (
    "The code block or comment that begins here is never closed; the rest of the file was skipped."
)
_DAMAGED_BOX = "The box in this line is damaged, so the line is no task; write it like “- [ ] Buy milk”."
_EMPTY_BOX = "The box in this line has no text beside it; put the text of the line below into this line."
_DATE_WITHOUT_TASK = (
    "The date in this line belongs to no task; begin the block above it with a marker like TODO."
)
_BOARD_KEY = "kanban-plugin"
_BOARD_RULE = re.compile(r"\*{3,}")
_BOARD_COMPLETE = re.compile(r"\*\*[^*\s][^*]{0,40}\*\*")


class MarkdownImporter:
    """The importer of task lists in Markdown; a file without a task is one note.

    The nearest heading is the project, the paragraph right under it the description; see `HeadingTree` for
    phases. Without a heading the project is the front matter's ``title``, else the file's name; the front
    matter's ``project`` applies to the whole file. A nested item is a task of its own whose details name its
    parent. Lines below a task that are indented deeper are its details. Other prose is ignored, unless the
    file is named by a day or has minutes: then it is also a note.
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
        task = parse_task_note(metadata, builder) if metadata.line_count else None
        if not metadata.line_count and (properties := parse_property_lines(content)).values:
            task = parse_task_note(properties, builder)
            metadata = properties if task else metadata
        scanned = scan_tokens(content, metadata.line_count, _find_markers(file.path, content))
        tokens = demote_references(list(scanned))
        for token in tokens:
            if isinstance(token, UnclosedBlock):
                builder.warn(_UNCLOSED_BLOCK, token.line)
                builder.mark_incomplete(_UNCLOSED_BLOCK)
        if task or any(isinstance(token, Checkbox) for token in tokens):
            parser = _MarkdownParser(builder, metadata, task)
            parser.parse(tokens)
            if parser.is_note:
                add_note(builder, parser.without_tasks(content), metadata)
        else:
            add_note(builder, content, metadata)
        return builder.build()


def _find_markers(path: str, content: list[str]) -> re.Pattern[str]:
    """Return the pattern of the words in place of a box: Logseq has more, such as NOW and LATER."""
    parents = {part.lower() for part in PurePosixPath(path).parts[:-1]}
    is_logseq = parents & _LOGSEQ_FOLDERS or any(":" in line and _LOGSEQ_LINE.match(line) for line in content)
    return LOGSEQ_MARKERS if is_logseq else MARKERS


class _MarkdownParser:
    """One pass over the tokens of a file; ``note_task`` is the task that the whole file is, if it is one."""

    def __init__(
        self, builder: ParsedFileBuilder, metadata: FrontMatter, note_task: RawTask | None = None
    ) -> None:
        stem = PurePosixPath(builder.file.path).stem
        is_generic = _GENERIC_STEM.fullmatch(stem) or is_list_name(stem)
        title = metadata.get_first("title") or (None if is_generic else stem)
        self._builder = builder
        self._is_board = _BOARD_KEY in metadata.values
        self._headings = HeadingTree(
            builder,
            fixed_project=note_task.project if note_task else metadata.get_first("project"),
            default_project=None if note_task else title,
            default_line=metadata.line_of("project") or metadata.line_of("title") or 1,
            is_board=self._is_board,
        )
        self._note_task = note_task
        self._is_someday = is_someday(stem) or is_someday(title or "")
        self._tasks: list[RawTask] = [note_task] if note_task else []
        self._open_items: list[tuple[int, RawTask]] = [(-1, note_task)] if note_task else []
        self._paragraph: list[str] | None = None
        self._is_archive = False
        self._task_lines: set[int] = set()
        self._has_minutes = find_date_in_name(stem) is not None
        self._has_prose = False

    @property
    def is_note(self) -> bool:
        """Whether the file has prose beside its tasks, and is a daily note or has minutes."""
        return self._has_minutes and self._has_prose and self._note_task is None

    def without_tasks(self, content: list[str]) -> list[str]:
        """Return the lines of the file, those of tasks empty."""
        return ["" if number in self._task_lines else line for number, line in enumerate(content, start=1)]

    def parse(self, tokens: list[MarkdownToken]) -> None:
        """Add the tasks of the file to the builder."""
        empty_box = 0
        for token in tokens:
            self._end_paragraph(token)
            if isinstance(token, MarkdownProse) and token.text and token.line == empty_box + 1 > 1:
                self._builder.warn(_EMPTY_BOX, empty_box)
            empty_box = token.line if isinstance(token, Checkbox) and not clean_line(token.text) else 0
            match token:
                case MarkdownHeading():
                    self._enter_heading(token)
                case Checkbox():
                    self._add_task(token)
                case MarkdownProse():
                    self._add_prose(token)
                case Drawer():
                    self._task_lines.update(range(token.line, token.last_line + 1))
        self._end_paragraph(None)
        for task in self._tasks:
            self._builder.add_task(task)

    def _enter_heading(self, heading: MarkdownHeading) -> None:
        if is_damaged_box(heading.text):
            self._builder.warn(_DAMAGED_BOX, heading.line)
        del self._open_items[1 if self._note_task else 0 :]
        self._headings.enter(heading)
        self._has_minutes |= self._headings.is_minutes
        self._paragraph = []

    def _end_paragraph(self, token: MarkdownToken | None) -> None:
        """Set the description of the heading once the paragraph below it has ended."""
        if self._paragraph is None:
            return
        if isinstance(token, MarkdownProse) and (token.is_paragraph or not (token.text or self._paragraph)):
            return
        self._headings.set_description(" ".join(self._paragraph))
        self._has_prose |= bool(self._paragraph) and not self._headings.names_project
        self._paragraph = None

    def _add_task(self, box: Checkbox) -> None:
        task = parse_checkbox(box, self._builder)
        if not clean_line(task.title):
            return
        self._task_lines.add(box.line)
        task.project, task.phase = self._headings.project, self._headings.phase
        if task.status is TaskStatus.OPEN and (self._is_archive or self._headings.has_meaning):
            is_archived = self._is_archive or self._headings.is_archive
            task.status = TaskStatus.CANCELLED if is_archived else self._headings.status or task.status
        if self._is_someday or (self._headings.has_meaning and self._headings.is_someday):
            task.tags.append(SOMEDAY_TAG)
        self._close_items(box.indent)
        if self._open_items:
            task.details = f"Part of “{self._open_items[-1][1].title}”."
        self._headings.add_current_project()
        self._open_items.append((box.indent, task))
        self._tasks.append(task)

    def _add_prose(self, prose: MarkdownProse) -> None:
        if self._is_board and _BOARD_RULE.fullmatch(prose.text):
            self._is_archive = True
        elif self._is_board and _BOARD_COMPLETE.fullmatch(prose.text):
            self._headings.mark_done()
        elif self._paragraph is not None and prose.is_paragraph:
            self._paragraph.append(prose.text)
        if not prose.text:
            return
        if is_damaged_box(prose.text):
            self._builder.warn(_DAMAGED_BOX, prose.line)
        self._close_items(prose.indent)
        if not self._open_items:
            if ":" in prose.text and parse_planning_line(prose.text):
                self._builder.warn(_DATE_WITHOUT_TASK, prose.line)
            self._has_prose |= self._paragraph is None
            return
        self._task_lines.add(prose.line)
        task = self._open_items[-1][1]
        if not add_property(task, prose, self._builder):
            task.details += f"\n{prose.text}"

    def _close_items(self, indent: int) -> None:
        while self._open_items and self._open_items[-1][0] >= indent:
            self._open_items.pop()
