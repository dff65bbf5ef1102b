"""Section writers: each section is written in its own scope of the book, so that a failure costs it alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from daybreak.briefs.composing.parts import Gap
from daybreak.briefs.composing.sections import ProjectFacts, write_section
from daybreak.briefs.document.model import Section
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.errors import Unavailable


class SectionWriter(Protocol):
    """A writer of sections, which may wait for an external service; the deterministic writer never waits."""

    async def write(self, book: FactBook, project_facts: ProjectFacts) -> Section:
        """Return the section of one project.

        Args:
            book: a scope of the book; a section may contain only claims that `keep_supported` returned.
            project_facts: the facts of the project.
        """


@dataclass(frozen=True, slots=True)
class SectionResult:
    """The result of one section: the section, or a gap in its place."""

    book: FactBook
    section: Section | None = None
    gap: Gap | None = None


def write_sections(book: FactBook, projects: Sequence[ProjectFacts]) -> list[SectionResult]:
    """Return the sections in the wording of the deterministic writer, without waiting."""
    return [_write_or_gap(book, material) for material in projects]


def _write_or_gap(book: FactBook, project_facts: ProjectFacts) -> SectionResult:
    page = book.new_scope()
    try:
        return SectionResult(page, write_section(page, project_facts))
    except Exception as error:  # noqa: BLE001 - any error costs this section and no other
        return _gap_result(book, project_facts, error)


async def write_sections_with(
    writer: SectionWriter,
    book: FactBook,
    projects: Sequence[ProjectFacts],
    *,
    concurrency: int,
    timeout_seconds: float,
    on_section: Callable[[int, SectionResult], None],
) -> list[SectionResult]:
    """Return the sections of an external writer, written concurrently, in the order of their projects.

    Args:
        writer: the writer.
        book: the facts that they may cite.
        projects: the facts of each project.
        concurrency: at most this many sections are written at the same time.
        timeout_seconds: seconds for all of them; a section that is not written by then is a gap.
        on_section: called with each result as soon as it is known, with its index.
    """
    room = asyncio.Semaphore(concurrency)
    deadline = asyncio.get_running_loop().time() + timeout_seconds

    async def write(index: int, project_facts: ProjectFacts) -> SectionResult:
        page, limit = book.new_scope(), asyncio.timeout_at(deadline)
        try:
            async with limit, room:
                written = SectionResult(page, await writer.write(page, project_facts))
        except Exception as error:  # noqa: BLE001 - as above
            late = Unavailable(f"it took longer than {timeout_seconds:g} seconds.")
            written = _gap_result(book, project_facts, late if limit.expired() else error)
        on_section(index, written)
        return written

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(write(*one)) for one in enumerate(projects)]
    return [task.result() for task in tasks]


def _gap_result(book: FactBook, project_facts: ProjectFacts, error: Exception) -> SectionResult:
    project = project_facts.project.name if project_facts.project else None
    return SectionResult(book.new_scope(), gap=Gap.of_section(project, error))
