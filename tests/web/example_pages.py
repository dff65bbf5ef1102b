"""Example pages to test the web framework, like those of a slice."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import Bug, Unavailable
from daybreak.web import Anyone, News, Pages, SignedIn, Undo, read_form, stream

pages = Pages("daybreak.web")
told: dict[str, list[str]] = {}


class Renaming(BaseModel):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    colours: list[str] = []


@pages.post("/trial/rename")
async def rename(visit: SignedIn) -> Response:
    form = await read_form(visit.request, Renaming)
    if form.errors:
        return visit.page("sign_in.html", form=form.refused(Bug(form.error("title"))), status=422)
    undo = Undo(action="/trial/rename", values={"title": "<before>"})
    return visit.redirect("/settings", f"Now it is “{form.filled.title}” {form.filled.colours}.", undo=undo)


@pages.get("/trial/elsewhere")
async def elsewhere(visit: SignedIn) -> Response:
    return visit.redirect("//evil.example")


@pages.get("/trial/breaks")
async def breaks() -> Response:
    raise ZeroDivisionError("a secret value")


@pages.get("/trial/silent")
async def silent() -> Response:
    raise Unavailable("PostgreSQL does not answer; try again.")


@pages.get("/trial/strange")
async def strange(number: int) -> Response:
    return Response(str(number))


@pages.post("/trial/body")
async def body(request: Request) -> Response:
    return Response(str(len(await request.body())))


@pages.get("/trial/news/{topic}")
async def news(visit: Anyone, topic: UUID) -> Response:
    async def read(after: str) -> list[News]:
        lines = told.get(str(topic), [])
        number = int(after or 0)
        return [
            News(id=str(n), data=f"<p>{line}</p>", is_last=line == "last")
            for n, line in enumerate(lines[number:], number + 1)
        ]

    return stream(visit, read, str(topic))
