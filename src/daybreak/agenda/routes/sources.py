"""Pages of sources: their contents and errors, refreshes, and forms for calendar URLs and uploads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak import people, runs
from daybreak.agenda import jobs
from daybreak.agenda.forms import AddressForm, CredentialsForm, FilesOnlyForm, UnassignedForm
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.sources import folders, service, uploads
from daybreak.agenda.sources.defaults import add_and_read, make_reader
from daybreak.agenda.sources.imports import change_credentials
from daybreak.agenda.sources.uploads import SUPPORTED_FORMATS
from daybreak.errors import DaybreakError, InvalidInput, Unavailable, UserError
from daybreak.intake import BasicCredentials, PrivateAddress, separate_password
from daybreak.runs import Run
from daybreak.web import (
    Form,
    RequestContext,
    SignedIn,
    StreamEvent,
    UploadRoute,
    read_form,
    receive_upload,
    stream,
    upload_slot,
)

routes = APIRouter(include_in_schema=False)
upload_routes = APIRouter(include_in_schema=False, route_class=UploadRoute)
BASE_PATH = "/agenda/sources"


@dataclass(frozen=True, slots=True)
class UploadError:
    """The reason why an upload was rejected."""

    message: str = ""


@routes.get(BASE_PATH)
async def list_sources(context: SignedIn, run: Annotated[UUID | None, Query()] = None) -> Response:
    """Show all sources, and the forms to add one."""
    return await _show_sources(context, run_id=run)


@routes.post(f"{BASE_PATH}/refresh")
async def refresh_all(context: SignedIn) -> Response:
    """Enqueue a refresh of all sources."""
    return await _enqueue_refresh(context, None, "Syncing your sources.")


@routes.get(f"{BASE_PATH}/refresh/{{run_id}}/stream")
async def stream_refresh(context: SignedIn, run_id: UUID) -> Response:
    """Stream the progress of a refresh while the page is open."""
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)

    async def read(after: str) -> Sequence[StreamEvent]:
        async with context.transaction() as tx:
            run = await runs.get(tx, context.user.id, run_id)
        number = f"{run.status}-{run.epoch}-{run.current}"
        if number == after:
            return ()
        text = context.render("agenda/refresh_progress.html", run=run)
        return [StreamEvent(id=number, data=text, is_last=run.status.ended)]

    return stream(context, read, str(run_id))


@routes.post(f"{BASE_PATH}/address")
async def add_address(context: SignedIn) -> Response:
    """Add a calendar URL and read it; one that cannot be read is not added."""
    form = await read_form(context.request, AddressForm)
    if form.errors:
        return await _show_sources(context, form, status=InvalidInput.status)
    entered = form.validated
    try:
        async with context.app_state.limiters.addresses.acquire(context.user.id):
            added = await add_and_read(
                context.database,
                context.user,
                entered.address,
                strip_unstorable(entered.name.strip()) or None,
                credentials=BasicCredentials.parse(entered.user_name, entered.password),
                confirmed_addresses=entered.confirmed_addresses,
                can_confirm=context.can_confirm_private,
            )
    except (UserError, Unavailable) as error:
        question = error.to_confirm if isinstance(error, PrivateAddress) else ""
        failed = _without_password(form).with_error(error, _field_of(error))
        return await _show_sources(context, failed, question=question, status=error.status)
    return context.redirect(f"{BASE_PATH}/{added.source.id}", f"Added “{added.source.name}”.")


@upload_routes.post(f"{BASE_PATH}/files")
async def upload_files(context: SignedIn) -> Response:
    """Store uploaded files as sources, and enqueue a refresh of them."""
    try:
        async with receive_upload(context, FilesOnlyForm) as (_, received), upload_slot(context):
            sent = await uploads.group_uploads_in_thread(received)
            async with context.transaction() as tx:
                ids = [await uploads.add_upload(tx, context.user.id, one) for one in sent]
                run = await jobs.enqueue_refresh(tx, context.user.id, ids)
    except UserError as error:
        return await _show_sources(context, upload_error=UploadError(str(error)), status=error.status)
    names = ", ".join(f"“{one.name}”" for one in sent[:3]) + (" and others" if len(sent) > 3 else "")  # noqa: PLR2004 - a sentence's worth
    return context.redirect(f"{BASE_PATH}?run={run.id}", f"Uploaded {names}. Reading now.")


@routes.get(f"{BASE_PATH}/{{source_id}}")
async def show_source(context: SignedIn, source_id: UUID) -> Response:
    """Show one source with its warnings."""
    return await _show_source(context, source_id)


async def _show_source(
    context: RequestContext, source_id: UUID, form: Form[CredentialsForm] | None = None, *, status: int = 200
) -> Response:
    async with context.transaction() as tx:
        found = await service.get_source(tx, context.user.id, source_id)
        warnings = await service.list_warnings_in(tx, context.user.id, source_id)
        likely = await people.find_likely_identity(tx, context.user)
    return context.page(
        "agenda/source.html",
        status=status,
        form=form or Form[CredentialsForm](),
        overview=found,
        warnings=warnings,
        likely=likely,
        calendar=LocalCalendar.of(context.user),
    )


@routes.post(f"{BASE_PATH}/{{source_id}}/refresh")
async def refresh_one(context: SignedIn, source_id: UUID) -> Response:
    """Enqueue a refresh of one source."""
    async with context.transaction() as tx:
        found = await service.get_source(tx, context.user.id, source_id)
    return await _enqueue_refresh(context, [source_id], f"Syncing “{found.source.name}”.")


@routes.post(f"{BASE_PATH}/{{source_id}}/credentials")
async def set_credentials(context: SignedIn, source_id: UUID) -> Response:
    """Read a calendar URL with another user name and password, and keep these if they are accepted."""
    form = await read_form(context.request, CredentialsForm)
    async with context.transaction() as tx:
        found = await service.get_source(tx, context.user.id, source_id)
    if form.errors:
        return await _show_source(context, source_id, form, status=InvalidInput.status)
    entered = form.validated
    try:
        credentials = BasicCredentials.parse(entered.user_name, entered.password)
        async with context.app_state.limiters.addresses.acquire(context.user.id):
            await change_credentials(make_reader(context.database, context.user), found.source, credentials)
    except (UserError, Unavailable) as error:
        failed = form.with_error(error, "password")
        return await _show_source(context, source_id, failed, status=error.status)
    return context.redirect(f"{BASE_PATH}/{source_id}", "Saved, and read with it.")


@routes.post(f"{BASE_PATH}/{{source_id}}/accept")
async def accept_absence(context: SignedIn, source_id: UUID) -> Response:
    """Remove the items that a source no longer has."""
    async with context.transaction() as tx:
        count = await service.accept_absence(tx, context.user.id, source_id)
    removed = f"Removed {count} {'item' if count == 1 else 'items'}." if count else "No item was missing."
    return context.redirect(f"{BASE_PATH}/{source_id}", removed)


@routes.post(f"{BASE_PATH}/{{source_id}}/unassigned")
async def set_unassigned(context: SignedIn, source_id: UUID) -> Response:
    """Set the holder of the unassigned tasks of a source's team boards."""
    form = await read_form(context.request, UnassignedForm)
    if form.errors:
        raise InvalidInput("Choose “mine” or “the team’s”.")
    async with context.transaction() as tx:
        await service.set_unassigned(tx, context.user.id, source_id, form.validated.unassigned)
    return context.redirect(f"{BASE_PATH}/{source_id}", "Saved.")


@routes.post(f"{BASE_PATH}/{{source_id}}/remove")
async def delete_source(context: SignedIn, source_id: UUID) -> Response:
    """Delete a source and its items."""
    async with context.transaction() as tx:
        deleted = await service.delete_source(tx, context.user.id, source_id)
    return context.redirect(BASE_PATH, f"Removed “{deleted.name}” and everything from it.")


routes.include_router(upload_routes)


async def _enqueue_refresh(
    context: RequestContext, source_ids: Collection[UUID] | None, message: str
) -> Response:
    async with context.transaction() as tx:
        run = await jobs.enqueue_refresh(tx, context.user.id, source_ids)
    return context.redirect(f"{BASE_PATH}?run={run.id}", message)


async def _show_sources(
    context: RequestContext,
    form: Form[AddressForm] | None = None,
    *,
    run_id: UUID | None = None,
    upload_error: UploadError | None = None,
    question: str = "",
    status: int = 200,
) -> Response:
    async with context.transaction() as tx:
        known = await service.list_sources_in(tx, context.user.id)
        run = await _find_run(tx, context.user.id, run_id)
    return context.page(
        "agenda/sources.html",
        status=status,
        calendar=LocalCalendar.of(context.user),
        sources=known,
        run=run,
        form=form or Form[AddressForm](),
        question=question,
        upload_error=upload_error or UploadError(),
        formats=SUPPORTED_FORMATS,
        allows_folders=folders.allows_folders(),
        how_to_allow=folders.HOW_TO_ALLOW,
    )


def _without_password(form: Form[AddressForm]) -> Form[AddressForm]:
    """Return the form to show again; a password in its URL is not repeated."""
    address, user_name = separate_password(form.value("address"))
    return form.with_values(address=address, user_name=form.value("user_name") or user_name)


def _field_of(error: DaybreakError) -> str:
    """Return the field of the form for calendar URLs at which to show an error."""
    return "password" if "credentials" in error.details else "address"


async def _find_run(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID | None) -> Run | None:
    return await runs.get(tx, owner_id, run_id) if run_id else None
