"""The first visit for programs."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from daybreak import agenda
from daybreak.errors import InvalidInput
from daybreak.runs import Status
from daybreak.web import (
    Api,
    IdempotencyKey,
    Resource,
    UploadRoute,
    Writer,
    answer,
    once,
    read_files,
    replayed,
)
from daybreak.welcome.beginning import begin, placed, sort_files
from daybreak.welcome.resources import Beginning

api = Api("welcome")
receiving = APIRouter(route_class=UploadRoute)
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["timezone"],
                    "properties": {
                        "timezone": {"type": "string", "examples": ["Europe/Berlin"]},
                        "country": {
                            "type": "string",
                            "description": "ISO 3166-1 alpha-2; empty for no public holidays.",
                            "examples": ["DE"],
                        },
                        "address": {
                            "type": "string",
                            "maxLength": 4000,
                            "description": "A calendar's.",
                            "examples": ["https://calendar.example/my.ics"],
                        },
                        "sample": {"type": "boolean", "description": "Whether to add the sample."},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


class BeginningView(Resource):
    """A run that reads the sources and then has the first brief written; `/api/v1/runs/{run}` tells of it."""

    run: UUID = Field(examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"])
    status: Status


@receiving.post("/welcome", status_code=202, response_model=BeginningView, openapi_extra=_FORM)
async def begin_first_visit(visit: Writer, key: IdempotencyKey = None) -> Response:
    """Say where one is and what to read, and have the first brief written: 202 with the run that does it.

    Files are named as for `agenda.send_files`. What cannot be used is refused, and nothing is begun.
    """
    # With a key the body is looked at once more, to tell whether it was sent before.
    form, files = await read_files(visit, Beginning, keep_body=key is not None)
    if form.errors:
        sentences = " ".join(f"{field}: {why}" for field, why in form.errors.items())
        raise InvalidInput(sentences).telling(errors=form.errors)
    if (before := await replayed(visit, key)) is not None:
        return before
    said = form.filled
    user = placed(visit.user, said.timezone, said.country)
    uploads = await sort_files(files, user, with_sample=said.sample)
    if said.address.strip():
        await agenda.add_and_read(visit.database, user, said.address)

    async def work(tx: asyncpg.Connection) -> Response:
        run = await begin(tx, user, uploads)
        view = BeginningView(run=run.id, status=run.status)
        return answer(view, 202, headers={"Location": f"/api/v1/runs/{run.id}"})

    return await once(visit, key, work)


api.include_router(receiving)
