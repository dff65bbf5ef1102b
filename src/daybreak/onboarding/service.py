"""Onboarding for the page and the API: validate the location, group the files, enqueue the run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import asyncpg

from daybreak import agenda, clock, people
from daybreak.agenda import Upload
from daybreak.intake import SentFile
from daybreak.onboarding.jobs import Begin, start
from daybreak.people import User
from daybreak.runs import Run

_SAMPLE = "Sample"


def placed(user: User, timezone: str, country: str) -> User:
    """Return the user with that time zone and country; no country means no public holidays.

    Raises:
        InvalidInput: the time zone or the country does not exist.
    """
    clock.zone(timezone)
    return replace(user, timezone=timezone, country=people.checked_country(country) if country else None)


async def sort_files(files: Sequence[SentFile], user: User, *, with_sample: bool) -> list[Upload]:
    """Return the uploaded files grouped into sources, with the sample if requested.

    Raises:
        InvalidInput: no file has a supported format, or a file is malformed.
    """
    uploads = await agenda.sort_sent(files) if files else []
    return [*uploads, _sample(user)] if with_sample else uploads


async def begin(tx: asyncpg.Connection, user: User, uploads: Iterable[Upload]) -> Run:
    """Save the user's location and uploads, and enqueue the run that reads all sources."""
    known = await people.hold(tx, user.id)
    await people.update_in(tx, replace(known, timezone=user.timezone, country=user.country))
    for upload in uploads:
        await agenda.add_upload(tx, user.id, upload)
    return await start(tx, user.id, Begin(date=user.today()))


def _sample(user: User) -> Upload:
    now = clock.now()
    return Upload(
        _SAMPLE, [SentFile(path, text.encode(), now) for path, text in agenda.sample_files(user.today())]
    )
