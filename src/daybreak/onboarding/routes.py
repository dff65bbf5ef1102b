"""The onboarding pages: the form, and the progress until the first brief."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import agenda, people, runs
from daybreak.errors import DaybreakError, InvalidInput
from daybreak.intake import BasicCredentials, PrivateAddress, separate_password
from daybreak.onboarding.schemas import OnboardingIn
from daybreak.onboarding.service import group_files, start_onboarding, with_location
from daybreak.web import (
    Form,
    Pages,
    RequestContext,
    SignedIn,
    StreamEvent,
    UploadRoute,
    receive_upload,
    stream,
    upload_slot,
)

pages = Pages(__package__)
upload_router = APIRouter(include_in_schema=False, route_class=UploadRoute)
PATH = "/welcome"


@pages.get(PATH)
async def show_welcome(context: SignedIn) -> Response:
    """Show the onboarding form."""
    user = context.user
    values = {"timezone": user.timezone, "country": user.country or ""}
    async with context.transaction() as tx:
        is_first = await agenda.is_empty(tx, user.id)
    if is_first:
        values["guess"] = "yes"
    return _welcome_page(context, Form[OnboardingIn](values))


@upload_router.post(PATH)
async def submit_onboarding(context: SignedIn) -> Response:
    """Save the form, add the sources and enqueue the run."""
    async with receive_upload(context, OnboardingIn) as (form, received):
        if form.errors:
            return _welcome_page(context, form, status=InvalidInput.status)
        answers, field = form.validated, "timezone"
        try:
            user = with_location(context.user, answers.timezone, answers.country)
            field = "files"
            async with upload_slot(context):
                uploads = await group_files(received, user, with_sample=answers.sample)
            field = "address"
            if answers.address.strip():
                await agenda.add_and_read(
                    context.database,
                    user,
                    answers.address,
                    credentials=BasicCredentials.parse(answers.user_name, answers.password),
                    confirmed_addresses=answers.confirmed_addresses,
                    can_confirm=context.can_confirm_private,
                )
        except DaybreakError as error:
            field = "password" if "credentials" in error.details else field
            question = error.to_confirm if isinstance(error, PrivateAddress) else ""
            address, user_name = separate_password(form.value("address"))
            shown = form.with_values(address=address, user_name=form.value("user_name") or user_name)
            failed = shown.with_error(error, field)
            return _welcome_page(context, failed, question=question, status=error.status)
        async with upload_slot(context), context.transaction() as tx:
            run = await start_onboarding(tx, user, uploads)
    return context.redirect(f"{PATH}/{run.id}")


pages.include_router(upload_router)


@pages.get(f"{PATH}/{{run_id}}")
async def show_progress(context: SignedIn, run_id: UUID) -> Response:
    """Show the progress of reading; redirect to the first brief once the run has ended."""
    async with context.transaction() as tx:
        run = await runs.get(tx, context.user.id, run_id)
    if run.status.ended:
        return context.redirect("/")
    return context.page("onboarding/running.html", run=run)


@pages.get(f"{PATH}/{{run_id}}/stream")
async def stream_progress(context: SignedIn, run_id: UUID) -> Response:
    """Stream the progress to an open page."""
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)

    async def read(after: str) -> Sequence[StreamEvent]:
        async with context.transaction() as tx:
            run = await runs.get(tx, context.user.id, run_id)
        number = f"{run.status}-{run.epoch}-{run.current}"
        if number == after:
            return ()
        text = context.render("onboarding/progress.html", run=run)
        return [StreamEvent(id=number, data=text, is_last=run.status.ended)]

    return stream(context, read, str(run_id))


def _welcome_page(
    context: RequestContext, form: Form[OnboardingIn], *, question: str = "", status: int = 200
) -> Response:
    return context.page(
        "onboarding/welcome.html",
        status=status,
        form=form,
        question=question,
        zones=people.list_timezones(form.value("timezone")),
        countries=[("", "No public holidays"), *people.list_countries().items()],
    )
