"""Writing sections: each on a page of its own, apart from the others, so that a failure costs one alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from daybreak.briefs.book import FactBook
from daybreak.briefs.gaps import Gap
from daybreak.briefs.model import Section
from daybreak.briefs.sections import Material, write_section
from daybreak.errors import Unavailable


class SectionWriter(Protocol):
    """Writes sections, and may wait for somebody to do so; the deterministic writer never does."""

    async def write(self, page: FactBook, material: Material) -> Section:
        """The section of one project.

        Args:
            page: what it may cite; only claims that the page admits belong into a section.
            material: all that it is written from.
        """


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one section: it is there, or there is a gap in its place."""

    page: FactBook
    section: Section | None = None
    gap: Gap | None = None


def write_all(book: FactBook, materials: Sequence[Material]) -> list[Written]:
    """The sections in the deterministic writer's words, at once."""
    return [_write(book, material) for material in materials]


def _write(book: FactBook, material: Material) -> Written:
    page = book.page()
    try:
        return Written(page, write_section(page, material))
    except Exception as error:  # noqa: BLE001 - whatever it is, it costs this section and no other
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
    """The sections by a writer that waits, several at a time, in the order of their materials.

    Args:
        writer: who writes them.
        book: what they may cite.
        materials: what each is written from.
        at_once: how many are under way at most.
        within: seconds for all of them; what is not there by then is a gap.
        told: hears of each as soon as it is there, with its place.
    """
    room = asyncio.Semaphore(at_once)
    deadline = asyncio.get_running_loop().time() + within

    async def write(place: int, material: Material) -> Written:
        page, limit = book.page(), asyncio.timeout_at(deadline)
        try:
            async with limit, room:
                written = Written(page, await writer.write(page, material))
        except Exception as error:  # noqa: BLE001 - likewise
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
