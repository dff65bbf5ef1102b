"""Warnings for sources, or pieces of them, that could not be read, or not recently."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from daybreak.agenda import Agenda, Source, SourceKind
from daybreak.briefs.document.model import Blindspot
from daybreak.briefs.facts.day import Day
from daybreak.briefs.wording import sentences

_OLD_AFTER = timedelta(hours=36)
_MOST_WARNINGS = 20


def blindspots(agenda: Agenda, day: Day, now: datetime) -> Iterator[Blindspot]:
    """Yield a warning per failing source and per piece that could not be parsed, up to a limit."""
    if not (agenda.sources or agenda.tasks or agenda.events):
        yield Blindspot(source="Daybreak", text=sentences.NO_SOURCES)
    names = {source.id: source.name for source in agenda.sources}
    for source in agenda.sources:
        yield from _source_blindspot(source, day, now)
    for warning in agenda.warnings[:_MOST_WARNINGS]:
        yield Blindspot(source=names.get(warning.source_id, ""), text=str(warning))
    if (more := len(agenda.warnings) - _MOST_WARNINGS) > 0:
        yield Blindspot(source="", text=sentences.more_warnings(more))


def _source_blindspot(source: Source, day: Day, now: datetime) -> Iterator[Blindspot]:
    read = source.last_read_at.astimezone(day.tz) if source.last_read_at else None
    if source.error:
        yield Blindspot(source=source.name, text=sentences.source_unread(read, source.error, day.today))
    elif read is None:
        yield Blindspot(source=source.name, text=sentences.SOURCE_NEVER_READ)
    elif source.kind is not SourceKind.UPLOAD and now - read > _OLD_AFTER:
        yield Blindspot(source=source.name, text=sentences.source_old(read, day.today))
