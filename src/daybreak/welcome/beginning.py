"""What a first visit does, for its page and for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import asyncpg

from daybreak import agenda, clock, people
from daybreak.agenda import Upload
from daybreak.intake import SentFile
from daybreak.people import User
from daybreak.runs import Run
from daybreak.welcome.jobs import Begin, start

_SAMPLE = "Sample"


def placed(user: User, timezone: str, country: str) -> User:
    """Somebody where they say they are; no country means no public holidays.

    Raises:
        InvalidInput: there is no such zone, or no such country.
    """
    clock.zone(timezone)
    return replace(user, timezone=timezone, country=people.checked_country(country) if country else None)


async def sort_files(files: Sequence[SentFile], user: User, *, with_sample: bool) -> list[Upload]:
    """What was sent as sources, and the sample when it is wanted.

    Raises:
        InvalidInput: nothing in the files can be read, or one of them is malformed.
    """
    uploads = await agenda.sort_sent(files) if files else []
    return [*uploads, _sample(user)] if with_sample else uploads


async def begin(tx: asyncpg.Connection, user: User, uploads: Iterable[Upload]) -> Run:
    """Keep where they are and what was sent, and have all sources read and the first brief written."""
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
