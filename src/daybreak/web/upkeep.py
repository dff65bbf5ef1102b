"""What a web process does beside answering: clearing away sessions, links and people whose time is up."""

import asyncio

from daybreak import people
from daybreak.db import Database
from daybreak.errors import DaybreakError
from daybreak.telemetry import log

_EVERY = 3600.0


async def keep_tidy(database: Database) -> None:
    """Tidy now and every hour, until cancelled; any number of processes may."""
    while True:
        try:
            await people.tidy(database)
        except DaybreakError as error:
            log.warning("web.untidy", error=type(error).__name__)
        await asyncio.sleep(_EVERY)
