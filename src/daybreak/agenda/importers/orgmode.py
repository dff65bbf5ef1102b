"""Org files: headlines with a TODO keyword are tasks, and so are check boxes."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.outline import HeadingTree
from daybreak.agenda.importers.markdown.section_names import is_list_name
from daybreak.agenda.importers.markdown.tokens import MarkdownHeading
from daybreak.agenda.importers.notes import add_note, find_date_in_name
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.front_matter import FrontMatter
from daybreak.agenda.importers.parsing.org_dates import parse_planning_line, parse_timestamp
from daybreak.agenda.importers.parsing.someday import SOMEDAY_TAG, is_someday
from daybreak.agenda.importers.parsing.text import normalize_spaces, split_lines
from daybreak.agenda.importers.parsing.vocabulary import parse_status
from daybreak.agenda.model import Priority, TaskStatus
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_SUFFIXES = {".org", ".org_archive"}
_OPEN_KEYWORDS = (
    "TODO NEXT STARTED DOING STRT INPROGRESS IN-PROGRESS WAITING WAIT HOLD BLOCKED DELEGATED LATER NOW"
    " SOMEDAY MAYBE REVIEW TASK"
)
_CLOSED_KEYWORDS = "DONE CANCELLED CANCELED CANCELLED CNCL KILL DROPPED FIXED"
_STATUS_OF = {
    **dict.fromkeys(("strt", "inprogress", "now"), TaskStatus.IN_PROGRESS),
    **dict.fromkeys(("wait", "hold", "delegated"), TaskStatus.BLOCKED),
    **dict.fromkeys(("cncl", "kill", "killed", "dropped"), TaskStatus.CANCELLED),
}
_BOX_STATUSES = {"x": TaskStatus.DONE, "-": TaskStatus.IN_PROGRESS}
_PRIORITIES = {"A": Priority.HIGHEST, "B": Priority.NORMAL, "1": Priority.HIGHEST, "2": Priority.HIGH}
_SETTING = re.compile(r"\s*#\+([A-Za-z_]+):\s*(.*)")
_HEADLINE = re.compile(r"(\*{1,100})\s+(.*)")
_TAGS = re.compile(r"(?:^|\s):([\w@#%]+(?::[\w@#%]+)*):\s*$")
_COOKIE = re.compile(r"\[#([A-Za-z\d]{1,2})\]\s*")
_PROGRESS = re.compile(r"\s*\[\d*(?:%|/\d*)\]")
_BOX = re.compile(r"(\s*)(?:[-+]|\d{1,9}[.)]|(?<=\s)\*)\s+(?:\[@\d+\]\s*)?\[([ xX-])\](?:\s+(.*)|\s*)")
_LINK = re.compile(r"\[\[([^\[\]]*)\](?:\[([^\[\]]*)\])?\]")
_ACTIVE_STAMP = re.compile(r"<\d{4}-\d{2}-\d{2}[^<>]{0,40}>(?:--?<[^<>]{8,50}>)?")
_PROPERTY = re.compile(r"\s*:([\w-]+):\s*(.*)")
_DRAWER = re.compile(r"\s*:[\w-]+:\s*")
_BLOCK = re.compile(r"\s*#\+begin_(\w+)", re.IGNORECASE)
_EFFORT = re.compile(r"(\d{1,3}):(\d{2})")
_ARCHIVE_TAG = "ARCHIVE"
_MAX_LINE_LENGTH = 4_000
_MAX_KEYWORDS = 60
_MAX_HIDDEN_LINES = 300
_BOX_LEVEL = 1_000
_APPOINTMENT = (
    "This heading has a date but no keyword such as TODO: appointments are not read from Org files;"
    " export them as a calendar."
)


class OrgImporter:
    """The importer of Org files; a file without a task is one note.

    The nearest headline above that is no task is the project. Keywords are those of ``#+TODO`` and the usual
    ones. ``DEADLINE`` is the due date, ``SCHEDULED`` the start, ``CLOSED`` the completion; ``[#A]`` is the
    highest priority, ``[#B]`` the default, ``[#C]`` low. ``Effort``, ``ID`` and tags are read, also inherited
    tags.
    """

    name = "org"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of an Org file."""
        return path.suffix.lower() in _SUFFIXES

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return the file's tasks with their projects, or its text as a note."""
        builder = ParsedFileBuilder(file, context)
        content = [normalize_spaces(line[:_MAX_LINE_LENGTH]) for line in split_lines(builder.text)]
        parser = _OrgParser(builder, _parse_settings(content))
        parser.parse(content)
        if parser.is_note:
            text = parser.text_of_note(content)
            add_note(builder, text, _metadata_of(parser.settings, text))
        return builder.build()


@dataclass(slots=True)
class _Settings:
    """What ``#+KEY:`` lines state of the whole file; ``open`` and ``closed`` are keywords."""

    values: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=lambda: set(_OPEN_KEYWORDS.split()))
    closed: set[str] = field(default_factory=lambda: set(_CLOSED_KEYWORDS.split()))
    tags: list[str] = field(default_factory=list)


def _parse_settings(content: list[str]) -> _Settings:
    settings = _Settings()
    for line in content:
        if "#+" not in line or (match := _SETTING.match(line)) is None:
            continue
        key, value = match[1].upper(), match[2].strip()
        if key in {"TODO", "SEQ_TODO", "TYP_TODO"}:
            _add_keywords(settings, value)
        elif key == "FILETAGS":
            settings.tags += [tag for tag in re.split(r"[:\s]+", value) if tag]
        else:
            settings.values.setdefault(key, value)
    return settings


def _add_keywords(settings: _Settings, value: str) -> None:
    """Add the keywords of “TODO(t) WAIT(w@) | DONE(d)”; without a bar the last one is that of done tasks."""
    before, bar, after = value.partition("|")
    words = [re.sub(r"\(.*", "", word) for word in before.split()[:_MAX_KEYWORDS]]
    closed = [re.sub(r"\(.*", "", word) for word in after.split()[:_MAX_KEYWORDS]]
    if not bar and words:
        closed = [words.pop()]
    settings.open.update(filter(None, words))
    settings.closed.update(filter(None, closed))
    settings.open -= set(closed)
    settings.closed -= set(words)


def _metadata_of(settings: _Settings, text: list[str]) -> FrontMatter:
    """Return title and date of a note, and the number of lines before its text."""
    values = {key.lower(): value for key, value in settings.values.items()}
    values["date"] = parse_timestamp(values.get("date", "")).text
    kept = {key: values[key] for key in ("title", "date") if values.get(key)}
    first = next((at for at, line in enumerate(text) if line.strip()), 0)
    return FrontMatter(kept, first, dict.fromkeys(kept, first + 1))


class _OrgParser:
    """One pass over the lines of a file."""

    def __init__(self, builder: ParsedFileBuilder, settings: _Settings) -> None:
        path = PurePosixPath(builder.file.path)
        is_generic = is_list_name(path.stem) or path.stem.lower() in {"gtd", "org", "refile", "calendar"}
        dated = find_date_in_name(path.stem) is not None
        title = settings.values.get("TITLE") or settings.values.get("CATEGORY")
        self.settings = settings
        self._builder = builder
        self._headings = HeadingTree(
            builder, fixed_project=None, default_project=title or (None if is_generic or dated else path.stem)
        )
        self._is_archive_file = path.suffix.lower() == ".org_archive"
        self._is_someday_file = is_someday(path.stem) or is_someday(title or "")
        self._tasks: list[RawTask] = []
        self._open_items: list[tuple[int, RawTask]] = []
        self._tags: list[tuple[int, list[str]]] = []
        self._paragraph: list[str] | None = None
        self._comment_level = 0
        self._task_lines: set[int] = set()
        self._has_minutes = dated
        self._has_prose = False

    @property
    def is_note(self) -> bool:
        """Whether the file has no task, or prose beside its tasks and a day or minutes."""
        return not self._tasks or (self._has_minutes and self._has_prose)

    def text_of_note(self, content: list[str]) -> list[str]:
        """Return the lines of the file without settings and tasks, headlines without stars."""
        hidden = {n for n, line in enumerate(content, start=1) if _SETTING.match(line) or _DRAWER.match(line)}
        hidden |= self._task_lines
        return [
            "" if n in hidden else re.sub(r"^\*+\s+", "", line) for n, line in enumerate(content, start=1)
        ]

    def parse(self, content: list[str]) -> None:
        """Add the tasks of the file to the builder."""
        at = 0
        while at < len(content):
            at = self._parse_line(content, at)
        self._end_paragraph()
        for task in self._tasks:
            self._builder.add_task(task)

    def _parse_line(self, content: list[str], at: int) -> int:
        """Parse the line at an index, and return the index of the next one."""
        line, number = content[at], at + 1
        if headline := _HEADLINE.fullmatch(line):
            self._end_paragraph()
            self._enter(len(headline[1]), headline[2], number)
        elif (end := _find_end(content, at)) is not None:
            self._read_drawer(content[at:end], number)
            return end + 1
        elif self._comment_level or line.startswith("# ") or line.lstrip().startswith("#+"):
            pass
        elif box := _BOX.fullmatch(line):
            self._end_paragraph()
            self._add_box(box, number)
        else:
            self._add_prose(line.strip(), number, len(line) - len(line.lstrip()))
        return at + 1

    def _enter(self, level: int, text: str, line: int) -> None:
        while self._open_items and self._open_items[-1][0] >= level:
            self._open_items.pop()
        while self._tags and self._tags[-1][0] >= level:
            self._tags.pop()
        if self._comment_level and level > self._comment_level:
            return
        self._comment_level = level if text.startswith("COMMENT ") or text == "COMMENT" else 0
        tags = _TAGS.search(text)
        self._tags.append((level, tags[1].split(":") if tags else []))
        text = _PROGRESS.sub("", text[: tags.start()] if tags else text).strip()
        keyword, _, rest = text.partition(" ")
        if self._comment_level:
            return
        if keyword in self.settings.open | self.settings.closed:
            self._headings.leave(level)
            self._add_headline(level, keyword, rest, line)
        elif self._open_items:
            self._open_items[-1][1].details += f"\n{_strip_links(text)}"
            self._task_lines.add(line)
        else:
            self._enter_section(level, text, line)

    def _enter_section(self, level: int, text: str, line: int) -> None:
        if _ACTIVE_STAMP.search(text):
            self._builder.warn(_APPOINTMENT, line)
            self._headings.leave(level)
            return
        name = _COOKIE.sub("", text).removeprefix("PROJ ").removeprefix("PROJECT ")
        self._headings.enter(MarkdownHeading(line, level, _strip_links(name)))
        self._has_minutes |= self._headings.is_minutes
        self._paragraph = []

    def _add_headline(self, level: int, keyword: str, text: str, line: int) -> None:
        task = RawTask(line=line, status=self._status_of(keyword))
        if is_someday(keyword):
            task.tags.append(SOMEDAY_TAG)
        if cookie := _COOKIE.match(text):
            task.priority = _PRIORITIES.get(cookie[1].upper(), Priority.LOW)
            text = text[cookie.end() :]
        if stamp := _ACTIVE_STAMP.search(text):
            self._set_stamp(task, stamp[0], line)
            text = text.replace(stamp[0], " ")
        self._add_task(task, text, level)

    def _status_of(self, keyword: str) -> TaskStatus:
        word = keyword.lower()
        status = _STATUS_OF.get(word) or parse_status(word)
        if keyword in self.settings.closed:
            return TaskStatus.CANCELLED if status is TaskStatus.CANCELLED else TaskStatus.DONE
        return status if status in (TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED) else TaskStatus.OPEN

    def _add_box(self, box: re.Match[str], line: int) -> None:
        level = _BOX_LEVEL + len(box[1].expandtabs())
        while self._open_items and self._open_items[-1][0] >= level:
            self._open_items.pop()
        task = RawTask(line=line, status=_BOX_STATUSES.get(box[2].lower(), TaskStatus.OPEN))
        self._add_task(task, box[3] or "", level)

    def _add_task(self, task: RawTask, text: str, level: int) -> None:
        task.title = " ".join(_strip_links(_PROGRESS.sub("", text)).split())
        if not task.title:
            return
        inherited = [tag for _, tags in self._tags for tag in tags]
        task.tags += [*self.settings.tags, *(tag for tag in inherited if tag != _ARCHIVE_TAG)]
        task.project, task.phase = self._headings.project, self._headings.phase
        if task.status not in (TaskStatus.DONE, TaskStatus.CANCELLED):
            is_over = self._is_archive_file or self._headings.is_archive or _ARCHIVE_TAG in inherited
            section = self._headings.status if task.status is TaskStatus.OPEN else None
            task.status = TaskStatus.CANCELLED if is_over else section or task.status
        if self._is_someday_file or self._headings.is_someday:
            task.tags.append(SOMEDAY_TAG)
        if self._open_items:
            task.details = f"Part of “{self._open_items[-1][1].title}”."
        self._headings.add_current_project()
        self._task_lines.add(task.line)
        self._open_items.append((level, task))
        self._tasks.append(task)

    def _add_prose(self, text: str, line: int, indent: int) -> None:
        if not text:
            if self._paragraph:
                self._end_paragraph()
            return
        planned = parse_planning_line(text)
        stamp = _ACTIVE_STAMP.match(text)
        if (planned or stamp) and not self._open_items:
            self._builder.warn(_APPOINTMENT, line)
            return
        while self._open_items and self._open_items[-1][0] >= _BOX_LEVEL + indent:
            self._open_items.pop()
        if not self._open_items:
            if self._paragraph is None:
                self._has_prose = True
            else:
                self._paragraph.append(_strip_links(text))
            return
        self._task_lines.add(line)
        task = self._open_items[-1][1]
        for date in planned:
            self._set_date(task, date.keyword, date.text, line)
            task.recurrence = task.recurrence or date.repeater
        if stamp and stamp.end() == len(text) and task.start is None:
            self._set_stamp(task, stamp[0], line)
        elif not planned:
            task.details += f"\n{_strip_links(text)}"

    def _set_stamp(self, task: RawTask, stamp: str, line: int) -> None:
        planned = parse_timestamp(stamp.split(">", maxsplit=1)[0] + ">")
        task.start = self._builder.parse_moment(planned.text, line, "date")
        task.recurrence = task.recurrence or planned.repeater

    def _set_date(self, task: RawTask, keyword: str, text: str, line: int) -> None:
        if keyword == "deadline":
            task.due = self._builder.parse_moment(text, line, "deadline")
        elif keyword == "scheduled":
            task.start = self._builder.parse_moment(text, line, "scheduled date")
        elif task.status is TaskStatus.DONE:
            task.completed = self._builder.parse_moment(text, line, "completion date")

    def _read_drawer(self, lines: list[str], number: int) -> None:
        self._task_lines.update(range(number, number + len(lines) + 1))
        if lines[0].strip().upper() != ":PROPERTIES:" or not self._open_items:
            return
        task = self._open_items[-1][1]
        for match in filter(None, map(_PROPERTY.fullmatch, lines[1:])):
            key, value = match[1].upper(), match[2].strip()
            if key == "ID":
                task.native_id = value
            elif key == "EFFORT":
                effort = _EFFORT.fullmatch(value)
                text = f"{effort[1]}h {effort[2]}m" if effort else value
                task.estimate_minutes = self._builder.parse_minutes(text, number)
            elif key in {"ASSIGNEE", "ASSIGNED", "OWNER"}:
                task.assignee = value

    def _end_paragraph(self) -> None:
        if self._paragraph is not None:
            self._headings.set_description(" ".join(self._paragraph))
            self._has_prose |= bool(self._paragraph) and not self._headings.names_project
            self._paragraph = None


def _find_end(content: list[str], at: int) -> int | None:
    """Return the index of the last line of the drawer or block that begins here; None if none does."""
    line = content[at]
    if block := _BLOCK.match(line):
        end = f"#+end_{block[1]}".lower()
    elif _DRAWER.fullmatch(line) and line.strip().lower() != ":end:":
        end = ":end:"
    else:
        return None
    for n in range(at + 1, min(len(content), at + _MAX_HIDDEN_LINES)):
        if content[n].strip().lower() == end:
            return n
        if _HEADLINE.fullmatch(content[n]):
            return None
    return None


def _strip_links(text: str) -> str:
    return _LINK.sub(lambda match: match[2] or match[1].removeprefix("file:"), text)
