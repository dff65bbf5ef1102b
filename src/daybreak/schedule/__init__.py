"""The schedule: slots, due dates, the tick and catch-up. It knows no facts and enqueues runs by kind."""

from daybreak.schedule.heartbeat import schedulers
from daybreak.schedule.maintenance.builtin import housekeeping
from daybreak.schedule.maintenance.tasks import (
    UPKEEP,
    Upkeep,
    UpkeepKind,
    UpkeepRun,
    UpkeepStanding,
    upkeep,
    upkeep_kind,
)
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
from daybreak.schedule.overview import get_overview, left_out, retry, set_aside
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
from daybreak.schedule.tick import Ticked, Ticker

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
    "get_overview",
    "history",
    "housekeeping",
    "left_out",
    "next_briefs",
    "note_quiet",
    "note_reach",
    "note_received",
    "outlook",
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
