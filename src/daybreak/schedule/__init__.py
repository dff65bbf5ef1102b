"""The schedule: slots, due dates, the tick and catch-up. It knows no facts and enqueues runs by kind."""

from daybreak.schedule.heartbeat import list_schedulers
from daybreak.schedule.maintenance.builtin import builtin_tasks
from daybreak.schedule.maintenance.tasks import (
    MAINTENANCE,
    MaintenanceKind,
    MaintenanceRun,
    MaintenanceStatus,
    MaintenanceTask,
    list_maintenance,
    make_maintenance_kind,
)
from daybreak.schedule.model import (
    DayCursor,
    DayOutcome,
    DayWithoutBrief,
    DayWithoutBriefCursor,
    DueBrief,
    DueCount,
    Outcome,
    Reason,
    ScheduleError,
    ScheduleOverview,
    SchedulerInfo,
    ScheduleStatus,
)
from daybreak.schedule.overview import get_overview, list_days_without_brief, list_errors, retry_errors
from daybreak.schedule.scheduler import Scheduler
from daybreak.schedule.service import (
    explain,
    get_outlook,
    get_reasons,
    get_status,
    list_outcomes,
    next_briefs,
    preview,
    record_delivery,
    record_quiet_day,
    retry_user,
    set_reachability,
    simulate,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import Ticker, TickResult

__all__ = [
    "MAINTENANCE",
    "DayCursor",
    "DayOutcome",
    "DayWithoutBrief",
    "DayWithoutBriefCursor",
    "DueBrief",
    "DueCount",
    "MaintenanceKind",
    "MaintenanceRun",
    "MaintenanceStatus",
    "MaintenanceTask",
    "Outcome",
    "Reason",
    "ScheduleError",
    "ScheduleOverview",
    "ScheduleSettings",
    "ScheduleStatus",
    "Scheduler",
    "SchedulerInfo",
    "TickResult",
    "Ticker",
    "builtin_tasks",
    "explain",
    "get_outlook",
    "get_overview",
    "get_reasons",
    "get_status",
    "list_days_without_brief",
    "list_errors",
    "list_maintenance",
    "list_outcomes",
    "list_schedulers",
    "make_maintenance_kind",
    "next_briefs",
    "preview",
    "record_delivery",
    "record_quiet_day",
    "retry_errors",
    "retry_user",
    "set_reachability",
    "simulate",
]
