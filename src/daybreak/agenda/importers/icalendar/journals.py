"""Conversion of VJOURNALs to notes."""

from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import to_instant
from daybreak.agenda.parsed import ImportContext, ImportedNote, SourceFile


def read_notes(group: UidGroup, file: SourceFile, context: ImportContext) -> list[ImportedNote]:
    """Return the notes of one UID, one per entry as written: a journal entry has no future occurrences.

    Raises:
        ValueError: the date of one cannot be read; the message has the reason.
    """
    return [_make_note(group, entry, file, context) for entry in group.entries if not entry.is_cancelled]


def _make_note(
    group: UidGroup, entry: CalendarEntry, file: SourceFile, context: ImportContext
) -> ImportedNote:
    component, timestamps = entry.component, entry.calendar.timestamps
    written = timestamps.read_first(component, "DTSTART") or timestamps.read_first(component, "CREATED")
    recurrence_id = component.get_value("RECURRENCE-ID")
    if group.has_siblings and not recurrence_id:
        recurrence_id = entry.written_start[0] or entry.title
    return ImportedNote(
        external_id=f"{entry.uid}/{recurrence_id}" if recurrence_id else entry.uid,
        title=entry.title or "(no title)",
        body="\n\n".join(parse_text(found.value) for found in component.get_all("DESCRIPTION")),
        source_ref=entry.uid,
        noted_at=file.modified_at if written is None else to_instant(written.moment, context.tz),
        project=entry.calendar.name,
    )
