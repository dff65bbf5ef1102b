"""Factories of agenda items with plausible defaults; a test names only the fields that matter to it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda import (
    Agenda,
    Event,
    Note,
    Phase,
    Priority,
    Project,
    Source,
    SourceKind,
    Task,
    TaskStatus,
)
from daybreak.briefs.composing.base import ComposedBrief, ComposeInput
from daybreak.briefs.composing.editions import compose
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.facts.day import Day
from daybreak.people import Preferences, User

TODAY = date(2026, 3, 31)
_numbers = count(1)


def new_id() -> UUID:
    return UUID(int=next(_numbers))


HOME = Source(
    id=new_id(),
    kind=SourceKind.FOLDER,
    name="home",
    locator="/home/anna/plans",
    last_read_at=datetime(2026, 3, 31, 4, tzinfo=UTC),
)


def day(today: date = TODAY, zone: str = "Europe/Berlin", at: time = time(7)) -> Day:
    tz = ZoneInfo(zone)
    return Day(today=today, tz=tz, as_of=clock.first_instant(today, at, tz))


def local(hour: int, minute: int = 0, on: date = TODAY, zone: str = "Europe/Berlin") -> datetime:
    return clock.first_instant(on, time(hour, minute), ZoneInfo(zone))


def days_later(days: int, today: date = TODAY) -> date:
    return today + timedelta(days=days)


def project(name: str = "Garden", **changes) -> Project:
    parts = {"id": new_id(), "source_id": HOME.id, "name": name, "description": "", "source_ref": "plan.md:1"}
    return Project(**parts | changes)


def phase(of: Project, name: str = "Build", **changes) -> Phase:
    parts = {
        "id": new_id(),
        "project_id": of.id,
        "name": name,
        "description": "",
        "start_on": None,
        "end_on": None,
        "source_ref": "plan.md:2",
    }
    return Phase(**parts | changes)


def task(title: str = "Water the plants", **changes) -> Task:
    parts = {
        "id": new_id(),
        "source_id": HOME.id,
        "project_id": None,
        "phase_id": None,
        "title": title,
        "status": TaskStatus.OPEN,
        "priority": Priority.NORMAL,
        "start": None,
        "due": None,
        "completed": None,
        "estimate_minutes": None,
        "blocked_by": (),
        "touched_at": datetime(2026, 3, 30, 12, tzinfo=UTC),
        "source_ref": "plan.md:3",
        "path": "plan.md",
    }
    return Task(**parts | changes)


def event(title: str = "Standup", start=None, end=None, **changes) -> Event:
    begins = start if start is not None else local(9)
    ends = (
        end
        if end is not None
        else begins + (timedelta(hours=1) if isinstance(begins, datetime) else timedelta(1))
    )
    parts = {
        "id": new_id(),
        "source_id": HOME.id,
        "title": title,
        "location": "",
        "start": begins,
        "end": ends,
        "busy": True,
        "tentative": False,
        "source_ref": f"{title}@example.org",
        "path": "work.ics",
    }
    return Event(**parts | changes)


def note(title: str = "Seeds", **changes) -> Note:
    parts = {
        "id": new_id(),
        "source_id": HOME.id,
        "project_id": None,
        "title": title,
        "body": "",
        "noted_at": datetime(2026, 3, 30, 12, tzinfo=UTC),
        "source_ref": "seeds.md",
    }
    return Note(**parts | changes)


def agenda(*things: Project | Phase | Task | Event | Note, sources=(HOME,), warnings=()) -> Agenda:
    def of(kind):
        return tuple(thing for thing in things if isinstance(thing, kind))

    return Agenda(
        sources=tuple(sources),
        warnings=tuple(warnings),
        projects=of(Project),
        phases=of(Phase),
        tasks=of(Task),
        events=of(Event),
        notes=of(Note),
    )


def compose_brief(found: Agenda, on: Day | None = None, **parts) -> ComposedBrief:
    on = on or day()
    user = User(
        id=UUID(int=0),
        email="anna@example.org",
        name="Anna",
        timezone=str(on.tz),
        country=parts.pop("country", None),
        preferences=parts.pop("preferences", Preferences()),
    )
    edition = parts.pop("edition", Edition.STANDARD)
    return compose(ComposeInput(user=user, day=on, edition=edition, agenda=found, **parts))


def section_hashes(document: Document) -> set[str]:
    """Return the content hashes that the next compose of the same edition reads."""
    return {section.content_hash for section in document.sections}
