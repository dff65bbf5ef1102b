"""Onboarding for the page and the API: validate the location, group the files, enqueue the run."""

from collections.abc import Iterable
from dataclasses import replace

import asyncpg

from daybreak import agenda, clock, people
from daybreak.agenda import Upload
from daybreak.intake import SpooledUpload, UploadedFile
from daybreak.onboarding.jobs import OnboardingParameters, enqueue_onboarding
from daybreak.people import User
from daybreak.runs import Run

_SAMPLE_NAME = "Sample"


def with_location(user: User, timezone: str, country: str) -> User:
    """Return the user with that time zone and country; no country means no public holidays.

    Raises:
        InvalidInput: the time zone or the country does not exist.
    """
    clock.parse_timezone(timezone)
    return replace(user, timezone=timezone, country=people.normalize_country(country) if country else None)


async def group_files(received: SpooledUpload, user: User, *, with_sample: bool) -> list[Upload]:
    """Return the uploaded files grouped into sources, with the sample if requested.

    Raises:
        InvalidInput: no file has a supported format, or a file is malformed.
    """
    uploads = await agenda.group_uploads_in_thread(received) if received.files else []
    return [*uploads, _sample_upload(user)] if with_sample else uploads


async def start_onboarding(tx: asyncpg.Connection, user: User, uploads: Iterable[Upload]) -> Run:
    """Save the user's location and uploads, and enqueue the run that reads all sources."""
    known = await people.lock_user(tx, user.id)
    await people.save_user(tx, replace(known, timezone=user.timezone, country=user.country))
    for upload in uploads:
        await agenda.add_upload(tx, user.id, upload)
    return await enqueue_onboarding(tx, user.id, OnboardingParameters(date=user.today()))


def _sample_upload(user: User) -> Upload:
    now = clock.now()
    return Upload(
        _SAMPLE_NAME,
        [UploadedFile.from_text(path, text, now) for path, text in agenda.sample_files(user.today())],
    )
