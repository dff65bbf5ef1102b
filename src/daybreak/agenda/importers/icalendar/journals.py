"""Conversion of VJOURNALs to notes."""

from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.recurrence.series_reader import WarnCallback
from daybreak.agenda.importers.icalendar.values import is_placeholder, parse_text
from daybreak.agenda.model import Moment, to_instant
from daybreak.agenda.parsed import ImportContext, ImportedNote, SourceFile


def read_notes(
    group: UidGroup, file: SourceFile, context: ImportContext, warn: WarnCallback
) -> list[ImportedNote]:
    """Return the notes of one UID, one per entry as written: a journal entry has no future occurrences.

    A note without a date that can be read has the date of the file.
    """
    return [
        _make_note(group, entry, file, _find_moment(entry, warn), context)
        for entry in group.entries
        if not entry.is_cancelled
    ]


def _find_moment(entry: CalendarEntry, warn: WarnCallback) -> Moment | None:
    for name in ("DTSTART", "CREATED"):
        try:
            written = entry.calendar.timestamps.read_first(entry.component, name)
        except ValueError:
            warn(entry, entry.describe_ignored(name, "it is not a date or a time"))
            continue
        if written is not None and not is_placeholder(written.wall):
            return written.moment
    return None


def _make_note(
    group: UidGroup, entry: CalendarEntry, file: SourceFile, moment: Moment | None, context: ImportContext
) -> ImportedNote:
    component = entry.component
    recurrence_id = component.get_value("RECURRENCE-ID")
    if group.has_siblings and not recurrence_id:
        recurrence_id = entry.written_start[0] or entry.title
    return ImportedNote(
        external_id=f"{entry.uid}/{recurrence_id}" if recurrence_id else entry.uid,
        title=entry.title or "(no title)",
        body="\n\n".join(parse_text(found.value) for found in component.get_all("DESCRIPTION")),
        source_ref=entry.uid,
        noted_at=file.modified_at if moment is None else to_instant(moment, context.tz),
        project=entry.calendar.name,
    )
