import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.outline import Outline
from daybreak.agenda.importers.markdown.task_fields import read_checkbox
from daybreak.agenda.importers.markdown.tokens import Checkbox, EndlessBlock, Heading, Prose, Token, scan
from daybreak.agenda.importers.notes import gather_note
from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.front_matter import FrontMatter, front_matter
from daybreak.agenda.importers.parsing.text import lines, one_line
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import Harvest, ImportContext, SourceFile

_ENDINGS = {".md", ".markdown", ".mdown", ".mkd"}
_UNTELLING_STEM = re.compile(r"\d{4}-?\d{2}-?\d{2}.*|to-?dos?|tasks|inbox|index|readme|notes", re.IGNORECASE)
_ENDLESS = "The code block or comment that begins here is never closed; the rest of the file was skipped."
_STATES_OF_COLUMNS = (TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED)


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
        return path.suffix.lower() in _ENDINGS

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Return the file's tasks with their projects and phases, or its text as a note."""
        gathering = Gathering(file, context)
        content = lines(gathering.text)
        matter = front_matter(content)
        tokens = list(scan(content, matter.size))
        for token in tokens:
            if isinstance(token, EndlessBlock):
                gathering.warn(_ENDLESS, token.line)
        if any(isinstance(token, Checkbox) for token in tokens):
            _Walk(gathering, matter).gather(tokens)
        else:
            gather_note(gathering, content, matter)
        return gathering.harvest()


class _Walk:
    """One pass over the tokens of a file."""

    def __init__(self, gathering: Gathering, matter: FrontMatter) -> None:
        stem = PurePosixPath(gathering.file.path).stem
        title = matter.first("title") or (None if _UNTELLING_STEM.fullmatch(stem) else stem)
        self._gathering = gathering
        self._outline = Outline(gathering, only=matter.first("project"), otherwise=title)
        self._tasks: list[TaskDraft] = []
        self._open: list[tuple[int, TaskDraft]] = []
        self._paragraph: list[str] | None = None

    def gather(self, tokens: list[Token]) -> None:
        for token in tokens:
            self._end_paragraph(token)
            match token:
                case Heading():
                    self._enter(token)
                case Checkbox():
                    self._add(token)
                case Prose():
                    self._add_prose(token)
        self._end_paragraph(None)
        for task in self._tasks:
            self._gathering.add_task(task)

    def _enter(self, heading: Heading) -> None:
        self._open.clear()
        self._outline.enter(heading)
        self._paragraph = []

    def _end_paragraph(self, token: Token | None) -> None:
        """Set the description of the heading once the paragraph below it has ended."""
        if self._paragraph is None:
            return
        if isinstance(token, Prose) and (token.is_paragraph or not (token.text or self._paragraph)):
            return
        self._outline.describe(" ".join(self._paragraph))
        self._paragraph = None

    def _add(self, box: Checkbox) -> None:
        task = read_checkbox(box, self._gathering)
        if not one_line(task.title):
            return
        task.project, task.phase = self._outline.project, self._outline.phase
        if task.status is TaskStatus.OPEN and self._outline.status in _STATES_OF_COLUMNS:
            task.status = self._outline.status
        self._leave(box.indent)
        if self._open:
            task.details = f"Part of “{self._open[-1][1].title}”."
        self._outline.mention_project()
        self._open.append((box.indent, task))
        self._tasks.append(task)

    def _add_prose(self, prose: Prose) -> None:
        if self._paragraph is not None and prose.is_paragraph:
            self._paragraph.append(prose.text)
        if not prose.text:
            return
        self._leave(prose.indent)
        if self._open:
            self._open[-1][1].details += f"\n{prose.text}"

    def _leave(self, indent: int) -> None:
        while self._open and self._open[-1][0] >= indent:
            self._open.pop()
