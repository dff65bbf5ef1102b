"""The onboarding pages: the form, and the progress until the first brief."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import agenda, people, runs
from daybreak.errors import DaybreakError, InvalidInput
from daybreak.onboarding.schemas import Beginning
from daybreak.onboarding.service import begin, placed, sort_files
from daybreak.web import Form, News, Pages, SignedIn, UploadRoute, Visit, read_files, stream

pages = Pages(__package__)
receiving = APIRouter(include_in_schema=False, route_class=UploadRoute)
HERE = "/welcome"


@pages.get(HERE)
async def show_welcome(visit: SignedIn) -> Response:
    """Show the onboarding form."""
    user = visit.user
    values = {"timezone": user.timezone, "country": user.country or ""}
    async with visit.transaction() as tx:
        is_first = await agenda.is_empty(tx, user.id)
    if is_first:
        values["guess"] = "yes"
    return _page(visit, Form[Beginning](values))


@receiving.post(HERE)
async def begin_first_visit(visit: SignedIn) -> Response:
    """Save the form, add the sources and enqueue the run."""
    form, files = await read_files(visit, Beginning)
    if form.errors:
        return _page(visit, form, status=InvalidInput.status)
    said, field = form.filled, "timezone"
    try:
        user = placed(visit.user, said.timezone, said.country)
        field = "files"
        uploads = await sort_files(files, user, with_sample=said.sample)
        field = "address"
        if said.address.strip():
            await agenda.add_and_read(visit.database, user, said.address)
    except DaybreakError as error:
        return _page(visit, form.refused(error, field), status=error.status)
    async with visit.transaction() as tx:
        run = await begin(tx, user, uploads)
    return visit.redirect(f"{HERE}/{run.id}")


pages.include_router(receiving)


@pages.get(f"{HERE}/{{run_id}}")
async def show_beginning(visit: SignedIn, run_id: UUID) -> Response:
    """Show the progress of reading; redirect to the first brief once the run has ended."""
    async with visit.transaction() as tx:
        run = await runs.get(tx, visit.user.id, run_id)
    if run.status.ended:
        return visit.redirect("/")
    return visit.page("onboarding/beginning.html", run=run)


@pages.get(f"{HERE}/{{run_id}}/news")
async def follow_beginning(visit: SignedIn, run_id: UUID) -> Response:
    """Stream the progress to an open page."""
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)

    async def read(after: str) -> Sequence[News]:
        async with visit.transaction() as tx:
            run = await runs.get(tx, visit.user.id, run_id)
        number = f"{run.status}-{run.epoch}-{run.current}"
        if number == after:
            return ()
        text = visit.render("onboarding/progress.html", run=run)
        return [News(id=number, data=text, is_last=run.status.ended)]

    return stream(visit, read, str(run_id))


def _page(visit: Visit, form: Form[Beginning], *, status: int = 200) -> Response:
    return visit.page(
        "onboarding/welcome.html",
        status=status,
        form=form,
        zones=people.zones(form.value("timezone")),
        countries=[("", "No public holidays"), *people.countries().items()],
    )
