"""The onboarding operation of the API."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from daybreak import agenda
from daybreak.errors import InvalidInput
from daybreak.onboarding.schemas import Beginning
from daybreak.onboarding.service import begin, placed, sort_files
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
                            "description": "The URL of a calendar (.ics).",
                            "examples": ["https://calendar.example/my.ics"],
                        },
                        "sample": {"type": "boolean", "description": "Whether to add sample data."},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


class BeginningView(Resource):
    """A run that reads the sources and then enqueues the first brief; see `/api/v1/runs/{run}`."""

    run: UUID = Field(examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"])
    status: Status


@receiving.post("/welcome", status_code=202, response_model=BeginningView, openapi_extra=_FORM)
async def begin_first_visit(visit: Writer, key: IdempotencyKey = None) -> Response:
    """Set location and sources and create the first brief: 202 with the run that does it.

    Files are named as for `agenda.send_files`. Invalid input is rejected, and nothing is started.
    """
    # With a key the body is read a second time, to compare its fingerprint.
    form, files = await read_files(visit, Beginning, keep_body=key is not None)
    if form.errors:
        raise InvalidInput(" ".join(form.errors.values())).telling(errors=form.errors)
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
