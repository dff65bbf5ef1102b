"""Strategies for whole agendas, on difficult dates and in difficult zones."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from daybreak import clock
from daybreak.agenda import Agenda, Priority, SourceWarning, TaskStatus
from daybreak.briefs.facts.day import Day

from . import factories

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Apia",
)
DATES = (
    date(2011, 12, 30),  # Apia skipped it
    date(2018, 11, 4),  # in São Paulo it began at 01:00
    date(2024, 2, 29),
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 3, 30),
    date(2026, 10, 25),
    date(2026, 12, 31),
)
_TITLES = ("Ship it", "Call “Bob”", "a\nb", "", "x" * 130, "3 overdue")
_DAY = timedelta(days=1)

day_offsets = st.integers(-16, 16)


@st.composite
def days(draw) -> Day:
    tz = ZoneInfo(draw(st.sampled_from(ZONES)))
    today = draw(st.sampled_from(DATES) | st.dates(date(2011, 1, 1), date(2030, 1, 1)))
    as_of = clock.first_instant(
        today, draw(st.sampled_from((time(0), time(0, 10), time(7), time(23, 59)))), tz
    )
    return Day(today=today, tz=tz, as_of=as_of)


def instants(day: Day) -> st.SearchStrategy[datetime]:
    """Return instants near the midnights of adjacent days, and near the brief itself."""
    midnights = day_offsets.map(lambda apart: clock.start_of_day(day.today + apart * _DAY, day.tz))
    nudges = st.sampled_from((-3600, -1, 0, 1, 5400, 36_000)).map(lambda seconds: timedelta(seconds=seconds))
    anchors = midnights | st.sampled_from((day.as_of, day.as_of - _DAY, day.end, day.start))
    return st.builds(lambda anchor, nudge: (anchor + nudge).astimezone(UTC), anchors, nudges)


def dates(day: Day) -> st.SearchStrategy[date]:
    return day_offsets.map(lambda apart: day.today + apart * _DAY)


def floating(day: Day) -> st.SearchStrategy[datetime]:
    times = st.sampled_from((time(0), time(0, 30), time(2, 30), time(9), time(23, 30)))
    return st.builds(datetime.combine, dates(day), times)


@st.composite
def events(draw, day: Day):
    of_kind = draw(st.sampled_from((dates, floating, instants)))
    start = draw(of_kind(day))
    length = draw(st.sampled_from((0, 1, 3))) * _DAY
    if isinstance(start, datetime):
        length = timedelta(minutes=draw(st.sampled_from((0, 30, 90, 3000))))
    return factories.event(
        draw(st.sampled_from(_TITLES)),
        start,
        start + length,
        busy=draw(st.booleans()),
        tentative=draw(st.booleans()),
        location=draw(st.sampled_from(("", "Room 4", "a\nb"))),
        source_id=draw(st.sampled_from((factories.HOME.id, None))),
    )


@st.composite
def tasks(draw, day: Day, projects, phases, known):
    moments = st.none() | dates(day) | instants(day)
    return factories.task(
        draw(st.sampled_from(_TITLES)),
        status=draw(st.sampled_from(TaskStatus)),
        priority=draw(st.sampled_from(Priority)),
        start=draw(moments),
        due=draw(moments),
        completed=draw(moments),
        estimate_minutes=draw(st.sampled_from((None, 0, 30, 600))),
        blocked_by=tuple(draw(st.lists(st.sampled_from(known), max_size=2))) if known else (),
        touched_at=draw(instants(day)),
        project_id=draw(st.sampled_from((None, UUID(int=99), *(p.id for p in projects)))),
        phase_id=draw(st.sampled_from((None, *(p.id for p in phases)))),
        source_id=draw(st.sampled_from((factories.HOME.id, None))),
    )


@st.composite
def agendas_on(draw, day: Day) -> Agenda:
    """Draw an agenda around a day; blockers may be open, closed or unknown."""
    projects = [factories.project(f"P{n}", description="Why" * n) for n in range(draw(st.integers(0, 3)))]
    ends = st.none() | dates(day)
    phases = [factories.phase(p, start_on=draw(ends), end_on=draw(ends)) for p in projects]
    found: list = []
    for _ in range(draw(st.integers(0, 10))):
        found.append(draw(tasks(day, projects, phases, [UUID(int=98), *(task.id for task in found)])))
    notes = [
        factories.note(noted_at=moment, project_id=draw(st.sampled_from((None, *(p.id for p in projects)))))
        for moment in draw(st.lists(instants(day), max_size=7))
    ]
    warnings = draw(
        st.sampled_from(((), (SourceWarning(source_id=factories.HOME.id, path="a", line=1, message="b"),)))
    )
    return factories.agenda(
        *projects, *phases, *found, *notes, *draw(st.lists(events(day), max_size=6)), warnings=warnings
    )


@st.composite
def days_with_agendas(draw) -> tuple[Day, Agenda]:
    day = draw(days())
    return day, draw(agendas_on(day))
