"""Section writers: each section is written in its own scope of the book, so that a failure costs it alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from daybreak.briefs.composing.parts import Gap
from daybreak.briefs.composing.sections import Material, write_section
from daybreak.briefs.document.model import Section
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.errors import Unavailable


class SectionWriter(Protocol):
    """A writer of sections, which may wait for an external service; the deterministic writer never waits."""

    async def write(self, page: FactBook, material: Material) -> Section:
        """Return the section of one project.

        Args:
            page: a scope of the book; a section may contain only claims that `keep_supported` returned.
            material: the facts of the project.
        """


@dataclass(frozen=True, slots=True)
class Written:
    """The result of one section: the section, or a gap in its place."""

    page: FactBook
    section: Section | None = None
    gap: Gap | None = None


def write_all(book: FactBook, materials: Sequence[Material]) -> list[Written]:
    """Return the sections in the wording of the deterministic writer, without waiting."""
    return [_write(book, material) for material in materials]


def _write(book: FactBook, material: Material) -> Written:
    page = book.page()
    try:
        return Written(page, write_section(page, material))
    except Exception as error:  # noqa: BLE001 - any error costs this section and no other
        return _missing(book, material, error)


async def write_with(
    writer: SectionWriter,
    book: FactBook,
    materials: Sequence[Material],
    *,
    at_once: int,
    within: float,
    told: Callable[[int, Written], None],
) -> list[Written]:
    """Return the sections of an external writer, written concurrently, in the order of their projects.

    Args:
        writer: the writer.
        book: the facts that they may cite.
        materials: the facts of each project.
        at_once: at most this many sections are written at the same time.
        within: seconds for all of them; a section that is not written by then is a gap.
        told: called with each result as soon as it is known, with its index.
    """
    room = asyncio.Semaphore(at_once)
    deadline = asyncio.get_running_loop().time() + within

    async def write(place: int, material: Material) -> Written:
        page, limit = book.page(), asyncio.timeout_at(deadline)
        try:
            async with limit, room:
                written = Written(page, await writer.write(page, material))
        except Exception as error:  # noqa: BLE001 - as above
            late = Unavailable(f"it took longer than {within:g} seconds.")
            written = _missing(book, material, late if limit.expired() else error)
        told(place, written)
        return written

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(write(*one)) for one in enumerate(materials)]
    return [task.result() for task in tasks]


def _missing(book: FactBook, material: Material, error: Exception) -> Written:
    project = material.project.name if material.project else None
    return Written(book.page(), gap=Gap.of_section(project, error))
