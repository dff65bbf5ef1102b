"""Pages of sources: their contents and errors, refreshes, and forms for calendar URLs and uploads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import runs
from daybreak.agenda import jobs
from daybreak.agenda.forms import AddressForm
from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.rows import storable
from daybreak.agenda.sources import service, uploads
from daybreak.agenda.sources.defaults import add_and_read
from daybreak.agenda.sources.uploads import FORMATS
from daybreak.errors import DaybreakError, InvalidInput, UserError
from daybreak.runs import Run
from daybreak.web import Form, News, SignedIn, UploadRoute, Visit, read_files, read_form, stream

routes = APIRouter(include_in_schema=False)
receiving = APIRouter(include_in_schema=False, route_class=UploadRoute)
HERE = "/agenda/sources"


class Nothing(BaseModel):
    """A form that contains only files."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The reason why an upload was rejected."""

    sentence: str = ""


@routes.get(HERE)
async def list_sources(visit: SignedIn, run: Annotated[UUID | None, Query()] = None) -> Response:
    """Show all sources, and the forms to add one."""
    return await _page(visit, run_id=run)


@routes.post(f"{HERE}/read")
async def read_all(visit: SignedIn) -> Response:
    """Enqueue a refresh of all sources."""
    return await _start(visit, None, "Syncing your sources.")


@routes.get(f"{HERE}/reading/{{run_id}}/news")
async def follow_reading(visit: SignedIn, run_id: UUID) -> Response:
    """Stream the progress of a refresh while the page is open."""
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)

    async def read(after: str) -> Sequence[News]:
        async with visit.transaction() as tx:
            run = await runs.get(tx, visit.user.id, run_id)
        number = f"{run.status}-{run.epoch}-{run.current}"
        if number == after:
            return ()
        text = visit.render("agenda/reading.html", run=run)
        return [News(id=number, data=text, is_last=run.status.ended)]

    return stream(visit, read, str(run_id))


@routes.post(f"{HERE}/address")
async def add_address(visit: SignedIn) -> Response:
    """Add a calendar URL and read it; one that cannot be read is not added."""
    form = await read_form(visit.request, AddressForm)
    if form.errors:
        return await _page(visit, form, status=InvalidInput.status)
    said = form.filled
    try:
        added = await add_and_read(
            visit.database, visit.user, said.address, storable(said.name.strip()) or None
        )
    except DaybreakError as error:
        return await _page(visit, form.refused(error, "address"), status=error.status)
    return visit.redirect(f"{HERE}/{added.source.id}", f"Added “{added.source.name}”.")


@receiving.post(f"{HERE}/files")
async def add_files(visit: SignedIn) -> Response:
    """Store uploaded files as sources, and enqueue a refresh of them."""
    try:
        _, files = await read_files(visit, Nothing)
        sent = await uploads.sort_sent(files)
    except UserError as error:
        return await _page(visit, trouble=Trouble(str(error)), status=error.status)
    async with visit.transaction() as tx:
        ids = [await uploads.add_upload(tx, visit.user.id, one) for one in sent]
        run = await jobs.start_refresh(tx, visit.user.id, ids)
    names = ", ".join(f"“{one.name}”" for one in sent[:3]) + (" and others" if len(sent) > 3 else "")  # noqa: PLR2004 - a sentence's worth
    return visit.redirect(f"{HERE}?run={run.id}", f"Uploaded {names}. Reading now.")


@routes.get(f"{HERE}/{{source_id}}")
async def show_source(visit: SignedIn, source_id: UUID) -> Response:
    """Show one source with its warnings."""
    async with visit.transaction() as tx:
        found = await service.get(tx, visit.user.id, source_id)
        warnings = await service.warnings_of(tx, visit.user.id, source_id)
    return visit.page("agenda/source.html", found=found, warnings=warnings, wall=Wall.of(visit.user))


@routes.post(f"{HERE}/{{source_id}}/read")
async def read_one(visit: SignedIn, source_id: UUID) -> Response:
    """Enqueue a refresh of one source."""
    async with visit.transaction() as tx:
        found = await service.get(tx, visit.user.id, source_id)
    return await _start(visit, [source_id], f"Syncing “{found.source.name}”.")


@routes.post(f"{HERE}/{{source_id}}/remove")
async def remove_source(visit: SignedIn, source_id: UUID) -> Response:
    """Delete a source and its items."""
    async with visit.transaction() as tx:
        gone = await service.forget(tx, visit.user.id, source_id)
    return visit.redirect(HERE, f"Removed “{gone.name}” and everything from it.")


routes.include_router(receiving)


async def _start(visit: Visit, chosen: Collection[UUID] | None, sentence: str) -> Response:
    async with visit.transaction() as tx:
        run = await jobs.start_refresh(tx, visit.user.id, chosen)
    return visit.redirect(f"{HERE}?run={run.id}", sentence)


async def _page(
    visit: Visit,
    form: Form[AddressForm] | None = None,
    *,
    run_id: UUID | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    async with visit.transaction() as tx:
        known = await service.overview_in(tx, visit.user.id)
        run = await _run(tx, visit.user.id, run_id)
    return visit.page(
        "agenda/sources.html",
        status=status,
        wall=Wall.of(visit.user),
        known=known,
        run=run,
        form=form or Form[AddressForm](),
        trouble=trouble or Trouble(),
        formats=FORMATS,
    )


async def _run(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID | None) -> Run | None:
    return await runs.get(tx, owner_id, run_id) if run_id else None
