"""The schedule: slots, due dates, the tick and catch-up. It knows no facts and enqueues runs by kind."""

from daybreak.schedule.housekeeping import housekeeping
from daybreak.schedule.keepers import schedulers
from daybreak.schedule.model import (
    Aside,
    DayPlace,
    Decision,
    Due,
    LeftOut,
    LeftOutPlace,
    Minute,
    Outcome,
    Overview,
    Reason,
    SchedulerSeen,
    Standing,
)
from daybreak.schedule.overseeing import left_out, overview, retry, set_aside
from daybreak.schedule.scheduler import Scheduler
from daybreak.schedule.service import (
    explain,
    history,
    next_briefs,
    note_quiet,
    note_reach,
    note_received,
    outlook,
    preview,
    reasons,
    simulate,
    standing,
    try_again,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.ticking import Ticked, Ticker
from daybreak.schedule.upkeep import (
    UPKEEP,
    Upkeep,
    UpkeepKind,
    UpkeepRun,
    UpkeepStanding,
    upkeep,
    upkeep_kind,
)

__all__ = [
    "UPKEEP",
    "Aside",
    "DayPlace",
    "Decision",
    "Due",
    "LeftOut",
    "LeftOutPlace",
    "Minute",
    "Outcome",
    "Overview",
    "Reason",
    "ScheduleSettings",
    "Scheduler",
    "SchedulerSeen",
    "Standing",
    "Ticked",
    "Ticker",
    "Upkeep",
    "UpkeepKind",
    "UpkeepRun",
    "UpkeepStanding",
    "explain",
    "history",
    "housekeeping",
    "left_out",
    "next_briefs",
    "note_quiet",
    "note_reach",
    "note_received",
    "outlook",
    "overview",
    "preview",
    "reasons",
    "retry",
    "schedulers",
    "set_aside",
    "simulate",
    "standing",
    "try_again",
    "upkeep",
    "upkeep_kind",
]
