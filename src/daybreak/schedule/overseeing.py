"""Where the schedule stands as a whole: what is to come, who is late, what was left out and why."""

from datetime import timedelta

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.model import MOST_COUNTED, Outcome, Overview, Reason, Trouble, forecast
from daybreak.schedule.settings import ScheduleSettings

_sql = load(__package__)
_AHEAD = timedelta(hours=24)
_BACK = timedelta(hours=24)
_GRACE = timedelta(minutes=1)
_MOST_TROUBLES = 200


async def overview(database: Database, settings: ScheduleSettings) -> Overview:
    """An operator's view over everybody; people are counted some minutes ago, not for each look."""
    now = clock.now()
    async with database.ownerless() as connection:
        crowds = await connection.fetch(_sql.read_crowds, now, now + _AHEAD)
        pace = await connection.fetchrow(_sql.read_pace)
        behind = await connection.fetchval(_sql.count_behind, now - _GRACE, MOST_COUNTED)
        troubles = await connection.fetch(_sql.read_troubles, now - _BACK, _MOST_TROUBLES)
    instants = [(row["due_at"], row["people"]) for row in crowds]
    return Overview(
        to_come=forecast(instants, pace["per_second"], settings.lead),
        behind=behind,
        troubles=tuple(_trouble(row) for row in troubles),
        took=pace["took"],
        per_second=pace["per_second"],
        measured_at=pace["measured_at"],
    )


def _trouble(row: asyncpg.Record) -> Trouble:
    aside = row["outcome"] == "aside"
    sentence = f"{row['reason']} Write the preferences anew to mend it." if aside else _why(row["reason"])
    return Trouble(
        owner_id=row["owner_id"],
        at=row["at"],
        local_date=row["local_date"],
        edition=row["edition"],
        outcome=None if aside else Outcome(row["outcome"]),
        sentence=sentence,
    )


def _why(reason: str) -> str:
    return Reason(reason).sentence
