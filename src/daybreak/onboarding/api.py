"""The onboarding operation of the API."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from daybreak import agenda
from daybreak.errors import InvalidInput
from daybreak.intake import BasicCredentials
from daybreak.onboarding.schemas import OnboardingIn
from daybreak.onboarding.service import group_files, start_onboarding, with_location
from daybreak.runs import Status
from daybreak.web import (
    ApiRouter,
    ApiWriter,
    IdempotencyKey,
    OutputModel,
    UploadRoute,
    json_response,
    receive_upload,
    run_once,
    stored_response,
    upload_slot,
)

api = ApiRouter("onboarding")
upload_router = APIRouter(route_class=UploadRoute)
_REQUEST_BODY: dict[str, Any] = {
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
                        "user_name": {
                            "type": "string",
                            "maxLength": 500,
                            "description": "For the server of the URL; stored encrypted.",
                        },
                        "password": {"type": "string", "format": "password", "maxLength": 1000},
                        "private_addresses": {
                            "type": "string",
                            "description": "As for `agenda.add_address`, separated by spaces.",
                        },
                        "sample": {"type": "boolean", "description": "Whether to add sample data."},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


class OnboardingOut(OutputModel):
    """A run that reads the sources and then enqueues the first brief; see `/api/v1/runs/{run}`."""

    run: UUID = Field(examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"])
    status: Status


@upload_router.post("/onboarding", status_code=202, response_model=OnboardingOut, openapi_extra=_REQUEST_BODY)
async def create_onboarding(context: ApiWriter, key: IdempotencyKey = None) -> Response:
    """Set location and sources and create the first brief: 202 with the run that does it.

    Files are named as for `agenda.upload_files`. Invalid input is rejected, and nothing is started.
    """
    async with receive_upload(context, OnboardingIn) as (form, received):
        if form.errors:
            raise InvalidInput(" ".join(form.errors.values())).with_details(errors=form.errors)
        if (before := await stored_response(context, key)) is not None:
            return before
        answers = form.validated
        user = with_location(context.user, answers.timezone, answers.country)
        async with upload_slot(context):
            uploads = await group_files(received, user, with_sample=answers.sample)
        if answers.address.strip():
            await agenda.add_and_read(
                context.database,
                user,
                answers.address,
                credentials=BasicCredentials.parse(answers.user_name, answers.password),
                confirmed_addresses=answers.private_addresses,
                can_confirm=context.can_confirm_private,
            )

        async def work(tx: asyncpg.Connection) -> Response:
            run = await start_onboarding(tx, user, uploads)
            view = OnboardingOut(run=run.id, status=run.status)
            return json_response(view, 202, headers={"Location": f"/api/v1/runs/{run.id}"})

        async with upload_slot(context):
            return await run_once(context, key, work)


api.include_router(upload_router)
