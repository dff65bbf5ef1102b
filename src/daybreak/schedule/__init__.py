"""Who is due when: slots, the tick, catch-up, backoff. It knows no facts, and rings runs by their kind."""

from daybreak.schedule.housekeeping import housekeeping
from daybreak.schedule.model import Decision, Due, Minute, Outcome, Overview, Reason, Standing, Trouble
from daybreak.schedule.overseeing import overview
from daybreak.schedule.scheduler import Scheduler
from daybreak.schedule.service import (
    explain,
    history,
    next_briefs,
    note_quiet,
    note_reach,
    note_received,
    reasons,
    simulate,
    standing,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.ticking import Ticked, Ticker
from daybreak.schedule.upkeep import Upkeep, UpkeepRun, UpkeepStanding, upkeep

__all__ = [
    "Decision",
    "Due",
    "Minute",
    "Outcome",
    "Overview",
    "Reason",
    "ScheduleSettings",
    "Scheduler",
    "Standing",
    "Ticked",
    "Ticker",
    "Trouble",
    "Upkeep",
    "UpkeepRun",
    "UpkeepStanding",
    "explain",
    "history",
    "housekeeping",
    "next_briefs",
    "note_quiet",
    "note_reach",
    "note_received",
    "overview",
    "reasons",
    "simulate",
    "standing",
    "upkeep",
]
