"""Labels of statuses, kinds, events and times on pages."""

from datetime import date, datetime, tzinfo

from markupsafe import Markup

from daybreak.runs import Run, RunEvent, Status

STATUS_LABELS = {
    Status.QUEUED: "Queued",
    Status.RUNNING: "Running",
    Status.SUCCEEDED: "Done",
    Status.PARTIAL: "Finished with errors",
    Status.FAILED: "Failed",
    Status.CANCELLED: "Cancelled",
    Status.SKIPPED: "Skipped",
}
OUTCOME_LABELS = {
    **{str(status): label.lower() for status, label in STATUS_LABELS.items()},
    "queued": "will retry",
    "items": "split into items",
    "lost": "worker stopped responding",
}
EDITION_LABELS = {"weekly": "Weekly review", "reengagement": "Reminder"}
_HIDDEN_DATA = {"epoch", "attempt"}
_RESCUE_LABELS = {
    "expired": (
        "run recovered from an unresponsive worker",
        "runs recovered from unresponsive workers",
    ),
    "redispatched": ("re-queued run", "re-queued runs"),
    "dispatched": ("run admitted to the queue", "runs admitted to the queue"),
    "recounted": ("run recounted", "runs recounted"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s"))


def run_title(run: Run) -> str:
    """Return the title of a run; for unknown kinds its key."""
    match run.kind:
        case "briefs.compose":
            return _brief_title(*run.key.partition("/")[::2])
        case "agenda.refresh":
            return "Reading all sources" if run.key == "all" else "Reading sources"
        case "agenda.read":
            return f"Reading “{run.key}”"
        case "onboarding.run":
            return "Your first brief"
    return run.key or run.kind


def _brief_title(day: str, edition: str) -> str:
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return f"Brief for {day}"
    day_name = f"{on:%A} {on.day} {on:%B %Y}"
    name = EDITION_LABELS.get(edition, "Brief")
    return f"{name} for {day_name}"


def rescue_label(name: str, count: int) -> str:
    """Return the text for a result of a maintenance run and its count."""
    one, many = _RESCUE_LABELS.get(name, (name.replace("_", " "),) * 2)
    return f"{format_number(count)} {one if count == 1 else many}"


def status_label(run: Run) -> str:
    """Return the label of a run's status."""
    if run.cancel_requested and not run.status.ended:
        return "Cancelling"
    if run.status is Status.QUEUED and run.errors:
        return "Waiting to retry"
    return STATUS_LABELS[run.status]


def elapsed(run: Run) -> str:
    """Return the text for the time from a run's start to its end, with its items."""
    if run.started_at is None or run.finished_at is None:
        return "never started"
    return f"took {format_duration((run.finished_at - run.started_at).total_seconds())}"


def event_label(event: RunEvent) -> tuple[str, str]:
    """Return the title and the details of an event."""
    data = event.data
    match event.name:
        case "running" if data.get("worker"):
            return f"Started by {data['worker']}", f"attempt {data.get('attempt')}"
        case "running":
            return "Reopened", ""
        case "items":
            return "Split into items", f"{data.get('items')} items"
        case "item":
            return f"{data.get('key')}", OUTCOME_LABELS.get(str(data.get("status")), "")
        case name if name in OUTCOME_LABELS:
            reason = data.get("reason") or ", ".join(data.get("gaps", ()))
            return OUTCOME_LABELS[name].capitalize(), str(reason)
        case name:
            return name, " ".join(
                f"{word}={value}" for word, value in data.items() if word not in _HIDDEN_DATA
            )


def format_duration(seconds: float) -> str:
    """Format a duration: 40 ms, 3.2 s, 4 min 5 s, 2 h 10 min, 3 d 4 h."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:  # noqa: PLR2004 - below, tenths are significant
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, name, part, smaller in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {name} {rest} {smaller}" if rest else f"{whole // unit} {name}"
    return f"{whole} s"


def format_instant(instant: datetime, tz: tzinfo, *, relative_to: datetime | None = None) -> Markup:
    """Format an instant in a time zone to the second, without the date if `relative_to` has the same one."""
    local = instant.astimezone(tz)
    is_same_day = relative_to is not None and relative_to.astimezone(tz).date() == local.date()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}",
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S.%f %Z}",
        f"{local:%H:%M:%S}" if is_same_day else f"{local.day} {local:%b %Y, %H:%M:%S}",
    )


def format_number(number: int) -> str:
    """Format a number with separated thousands."""
    return f"{number:,}"
