"""The project and phase that the headings of a file assign to a task."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from daybreak.agenda.importers.markdown.inline import strip_markup
from daybreak.agenda.importers.markdown.section_names import SectionName, parse_section_name
from daybreak.agenda.importers.markdown.tokens import MarkdownHeading
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import parse_date
from daybreak.agenda.importers.parsing.text import quote_value
from daybreak.agenda.model import TaskStatus

_TRAILING_RANGE = re.compile(r"^(.*?)\s*\(([^()]{4,60})\)$")
_SEPARATORS = ("\u2013", "\u2014", "→", "...", "..", "…", " to ", " until ", " till ", " - ")
_HYPHENATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{4}-\d{2}-\d{2})")
_DATE_LIKE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_MAX_HEADING_LENGTH = 600
DateRange = tuple[date | None, date | None]


@dataclass(slots=True)
class _Section:
    level: int
    line: int
    name: str
    project: str | None
    is_phase: bool = False
    dates: DateRange = (None, None)
    meaning: SectionName | None = None
    description: str = ""


class HeadingTree:
    """The headings above the current line.

    A heading is a project, unless

    * it ends with dates in parentheses: a phase of the nearest project above;
    * it is below a phase: a part of that phase;
    * it only names a state, a day or a part of a note (“Doing”, “Next steps”, “2026-03-29”, “Attendees”): a
      part of its parent heading;
    * the file is a board, whose headings are its columns.
    """

    def __init__(
        self,
        builder: ParsedFileBuilder,
        *,
        fixed_project: str | None,
        default_project: str | None,
        default_line: int = 1,
        is_board: bool = False,
    ) -> None:
        self._builder = builder
        self._fixed_project = fixed_project
        self._default_project = fixed_project or default_project
        self._default_line = default_line
        self._is_board = is_board
        self._project_sections: dict[str, _Section] = {}
        self._sections: list[_Section] = []
        self._last_project: _Section | None = None

    @property
    def project(self) -> str | None:
        """The project of a task at this line."""
        return self._sections[-1].project if self._sections else self._default_project

    @property
    def phase(self) -> str | None:
        """The phase of a task at this line."""
        return next((section.name for section in reversed(self._sections) if section.is_phase), None)

    @property
    def has_meaning(self) -> bool:
        """Whether a heading above states anything of its tasks."""
        return any(section.meaning for section in self._sections)

    @property
    def status(self) -> TaskStatus | None:
        """The status that the headings above assign to the open tasks below them, as on a board."""
        return next((meaning.status for meaning in self._meanings() if meaning.status), None)

    @property
    def is_archive(self) -> bool:
        """Whether a heading above is that of an archive, whose tasks are over."""
        return any(meaning.is_archive for meaning in self._meanings())

    @property
    def is_someday(self) -> bool:
        """Whether a heading above is that of a list for someday."""
        return any(meaning.is_someday for meaning in self._meanings())

    @property
    def is_minutes(self) -> bool:
        """Whether a heading above is that of a part of minutes."""
        return any(meaning.is_minutes for meaning in self._meanings())

    @property
    def names_project(self) -> bool:
        """Whether the nearest heading is a project or a phase, so that the text below it describes one."""
        return bool(self._sections) and self._sections[-1].meaning is None

    def mark_done(self) -> None:
        """Record that the open tasks below the current heading are done."""
        if self._sections:
            self._sections[-1].meaning = SectionName(status=TaskStatus.DONE)

    def enter(self, heading: MarkdownHeading) -> None:
        """Continue below a heading."""
        self.leave(heading.level)
        self._sections.append(self._make_section(heading, strip_markup(heading.text[:_MAX_HEADING_LENGTH])))

    def leave(self, level: int) -> None:
        """Continue after the sections of this level and those below it."""
        while self._sections and self._sections[-1].level >= level:
            self._sections.pop()

    def set_description(self, paragraph: str) -> None:
        """Set the description of the last heading: the paragraph right under it, empty if there is none."""
        if not self._sections:
            return
        section = self._sections[-1]
        section.description = strip_markup(paragraph)
        if section.is_phase and section.project:
            self.add_current_project()
            self._builder.add_phase(
                section.project, section.name, section.line, section.dates, section.description
            )

    def add_current_project(self) -> None:
        """Add the current project with the line that names it."""
        if section := self._project_sections.get(self.project or ""):
            self._builder.add_project(section.name, section.line, section.description)
        elif self.project:
            self._builder.add_project(self.project, self._default_line)

    def _make_section(self, heading: MarkdownHeading, text: str) -> _Section:
        section = _Section(heading.level, heading.line, text, self.project)
        dated = _split_dated_heading(text)
        if dated and (owner := self._project_of_phase()):
            section.project, section.is_phase = owner, True
            section.name, section.dates = dated[0], self._parse_range(dated[1], heading.line)
        elif (meaning := self._parse_meaning(heading, text)) is not None:
            section.meaning = meaning
        else:
            section.project, self._last_project = text, section
            self._project_sections[text] = section
        return section

    def _project_of_phase(self) -> str | None:
        above = self._sections[-1].project if self._sections else None
        return (
            above
            or self._fixed_project
            or (self._last_project.name if self._last_project else self._default_project)
        )

    def _parse_meaning(self, heading: MarkdownHeading, text: str) -> SectionName | None:
        """Return what a part of its parent heading states; None for the heading of a project."""
        meaning = parse_section_name(text, is_below_title=self._is_board or heading.level > 1)
        is_part = self._is_board or self._fixed_project or self.phase
        return meaning or (SectionName() if is_part else None)

    def _meanings(self) -> Iterator[SectionName]:
        return (section.meaning for section in reversed(self._sections) if section.meaning)

    def _parse_range(self, ends: tuple[str, str], line: int) -> DateRange:
        start, end = _parse_range_end(ends[0], ends[1]), _parse_range_end(ends[1], ends[0])
        for text, day in zip(ends, (start, end), strict=True):
            if text and day is None:
                self._builder.warn(
                    f"{quote_value(text)} in this heading is not a date; write it like 2026-03-29.", line
                )
        if start and end and start > end:
            self._builder.warn(
                "The phase in this heading ends before it starts, so it was imported without dates.", line
            )
            return None, None
        return start, end


def _split_dated_heading(text: str) -> tuple[str, tuple[str, str]] | None:
    """Return the name and the two ends of a heading such as “Build (2026-03-01 to 2026-04-15)”."""
    match = _TRAILING_RANGE.match(text)
    if match is None or not match[1]:
        return None
    ends = _split_range(match[2])
    if ends is None or not any(end and (_parse_range_end(end, "") or _DATE_LIKE.search(end)) for end in ends):
        return None
    return match[1], ends


def _split_range(text: str) -> tuple[str, str] | None:
    if hyphenated := _HYPHENATED.fullmatch(text.strip()):
        return hyphenated[1], hyphenated[2]
    for separator in _SEPARATORS:
        if separator in text:
            start, end = text.split(separator, 1)
            return start.removeprefix("from ").strip(), end.strip()
    for word in ("from ", "since "):
        if text.startswith(word):
            return text.removeprefix(word).strip(), ""
    return ("", text.removeprefix("until ").strip()) if text.startswith("until ") else None


def _parse_range_end(text: str, other: str) -> date | None:
    """Return the date; a missing year is that of the range's other end (“1 March to 15 April 2026”)."""
    other_day = parse_date(other)
    return parse_date(text) or (parse_date(f"{text}, {other_day.year}") if text and other_day else None)
