"""Example pages to test the web framework, like those of a slice."""

import asyncio
from collections import Counter
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import InternalError, Unavailable
from daybreak.web import Anyone, Pages, SignedIn, StreamEvent, Undo, read_form, stream

pages = Pages("daybreak.web")
TOPIC_LINES: dict[str, list[str]] = {}
TOPIC_GATES: dict[str, asyncio.Event] = {}
TOPIC_READS: Counter[str] = Counter()


class RenameForm(BaseModel):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    colours: list[str] = []


@pages.post("/example/rename")
async def rename(context: SignedIn) -> Response:
    form = await read_form(context.request, RenameForm)
    if form.errors:
        return context.page(
            "sign_in.html", form=form.with_error(InternalError(form.error("title"))), status=422
        )
    undo = Undo(action="/example/rename", values={"title": "<before>"})
    return context.redirect(
        "/settings", f"Now it is “{form.validated.title}” {form.validated.colours}.", undo=undo
    )


@pages.get("/example/elsewhere")
async def redirect_elsewhere(context: SignedIn) -> Response:
    return context.redirect("//evil.example")


@pages.get("/example/breaks")
async def raise_unexpected_error() -> Response:
    raise ZeroDivisionError("a secret value")


@pages.get("/example/silent")
async def raise_unavailable() -> Response:
    raise Unavailable("PostgreSQL does not answer; try again.")


@pages.get("/example/strange")
async def echo_number(number: int) -> Response:
    return Response(str(number))


@pages.post("/example/body")
async def measure_body(request: Request) -> Response:
    return Response(str(len(await request.body())))


@pages.get("/example/stream/{topic}")
async def stream_topic(context: Anyone, topic: UUID) -> Response:
    async def read(after: str) -> list[StreamEvent]:
        lines = TOPIC_LINES.get(str(topic), [])
        number = int(after or 0)
        found = lines[number:]
        TOPIC_READS[str(topic)] += 1
        if gate := TOPIC_GATES.get(str(topic)):
            await gate.wait()
        return [
            StreamEvent(id=str(n), data=f"<p>{line}</p>", is_last=line == "last")
            for n, line in enumerate(found, number + 1)
        ]

    return stream(context, read, str(topic))
