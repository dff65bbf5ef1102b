"""How states, times and kinds are told to people."""

from datetime import date, datetime, tzinfo

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
_MENDED = {
    "expired": (
        "run taken back from a worker that fell silent",
        "runs taken back from workers that fell silent",
    ),
    "rung": ("run called anew that nobody had heard of", "runs called anew that nobody had heard of"),
    "admitted": ("run let into the queue", "runs let into the queue"),
    "recounted": ("run counted anew", "runs counted anew"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s"))


def title(run: Run) -> str:
    """What a run is about, in words; of kinds that are not known here its key."""
    match run.kind:
        case "briefs.compose":
            return _brief(*run.key.partition("/")[::2])
        case "agenda.refresh":
            return "Reading all sources" if run.key == "all" else "Reading sources"
        case "agenda.read":
            return f"Reading “{run.key}”"
        case "welcome.begin":
            return "Your first brief"
    return run.key or run.kind


def _brief(day: str, edition: str) -> str:
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return f"Brief of {day}"
    told = f"{on:%A} {on.day} {on:%B %Y}"
    return f"Brief of {told}" if edition in {"", "standard"} else f"Brief of {told}, {edition}"


def mended(name: str, number: int) -> str:
    """What upkeep did so many times, in words."""
    one, many = _MENDED.get(name, (name.replace("_", " "),) * 2)
    return f"{size(number)} {one if number == 1 else many}"


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
