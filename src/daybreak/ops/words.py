"""How states, times and kinds are told to people."""

from datetime import datetime, tzinfo

from markupsafe import Markup

from daybreak.runs import Event, Run, Status

STATUSES = {
    Status.QUEUED: "Waiting",
    Status.RUNNING: "Under way",
    Status.SUCCEEDED: "Done",
    Status.PARTIAL: "Done with gaps",
    Status.FAILED: "Failed",
    Status.CANCELLED: "Cancelled",
    Status.SKIPPED: "Skipped",
}
OUTCOMES = {
    **{str(status): words.lower() for status, words in STATUSES.items()},
    "queued": "to be tried again",
    "items": "fanned out",
    "lost": "worker lost",
}
_UNTOLD = {"epoch", "attempt"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s"))


def state(run: Run) -> str:
    """Where a run stands, in a word or two."""
    if run.cancel and not run.status.ended:
        return "Being cancelled"
    if run.status is Status.QUEUED and run.errors:
        return "Waiting to try again"
    return STATUSES[run.status]


def took(run: Run) -> str:
    """How long one had to wait for it from when it began, with its items; of what never began nothing."""
    if run.started_at is None or run.finished_at is None:
        return "never began"
    return f"took {duration((run.finished_at - run.started_at).total_seconds())}"


def happened(event: Event) -> tuple[str, str]:
    """What an event says: a few words, and what is behind them."""
    data = event.data
    match event.name:
        case "running" if data.get("worker"):
            return f"{data['worker']} began", f"attempt {data.get('attempt')}"
        case "running":
            return "Opened again", ""
        case "items":
            return "Fanned out", f"to {data.get('items')} items"
        case "item":
            return f"{data.get('key')}", OUTCOMES.get(str(data.get("status")), "")
        case name if name in OUTCOMES:
            reason = data.get("reason") or ", ".join(data.get("gaps", ()))
            return OUTCOMES[name].capitalize(), str(reason)
        case name:
            return name, " ".join(f"{word}={value}" for word, value in data.items() if word not in _UNTOLD)


def duration(seconds: float) -> str:
    """A time as people say it: 40 ms, 3.2 s, 4 min 5 s, 2 h 10 min, 3 d 4 h."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:  # noqa: PLR2004 - below, tenths tell something
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


def clock(instant: datetime, tz: tzinfo, *, beside: datetime | None = None) -> Markup:
    """The time on somebody's wall to the second, with the date unless it is that of another instant."""
    local = instant.astimezone(tz)
    is_same_day = beside is not None and beside.astimezone(tz).date() == local.date()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}",
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S.%f %Z}",
        f"{local:%H:%M:%S}" if is_same_day else f"{local:%Y-%m-%d %H:%M:%S}",
    )


def size(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
