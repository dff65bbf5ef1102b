"""Warnings for sources or pieces that could not be read, or not recently, and for unknown assignees."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from daybreak.agenda import Agenda, Source, SourceKind
from daybreak.briefs.document.model import CoverageWarning
from daybreak.briefs.facts.day import Day
from daybreak.briefs.wording import people, warnings

_OUTDATED_AFTER = timedelta(hours=36)
_MAX_WARNINGS = 20
_MAX_NAMES = 3


def find_coverage_warnings(agenda: Agenda, day: Day, now: datetime) -> Iterator[CoverageWarning]:
    """Yield a warning per failing source, unknown assignee and unparsed piece, up to a limit."""
    names = {source.id: source.name for source in agenda.sources}
    for source in agenda.sources:
        yield from _source_warning(source, day, now)
    for name in agenda.unanswered_assignees[:_MAX_NAMES]:
        yield CoverageWarning(source=people.display_name(name), text=people.MAY_BE_READER)
    for warning in agenda.warnings[:_MAX_WARNINGS]:
        yield CoverageWarning(source=names.get(warning.source_id, ""), text=str(warning))
    if (more := len(agenda.warnings) - _MAX_WARNINGS) > 0:
        yield CoverageWarning(source="", text=warnings.more_warnings(more))


def _source_warning(source: Source, day: Day, now: datetime) -> Iterator[CoverageWarning]:
    read = source.last_read_at.astimezone(day.tz) if source.last_read_at else None
    if source.error:
        since = source.failing_since.astimezone(day.tz) if source.failing_since else None
        text = warnings.source_unreadable(read, since, source.error, day.today)
        yield CoverageWarning(source=source.name, text=text)
    elif read is None:
        yield CoverageWarning(source=source.name, text=warnings.SOURCE_NEVER_READ)
    elif source.kind is not SourceKind.UPLOAD and now - read > _OUTDATED_AFTER:
        yield CoverageWarning(source=source.name, text=warnings.source_outdated(read, day.today))
