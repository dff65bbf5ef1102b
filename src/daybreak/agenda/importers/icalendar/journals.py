"""Conversion of VJOURNALs to notes."""

from daybreak.agenda.importers.icalendar.entries import Entry, Group
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import instant
from daybreak.agenda.parsed import ImportContext, ImportedNote, SourceFile


def read_notes(group: Group, file: SourceFile, context: ImportContext) -> list[ImportedNote]:
    """Return the notes of one UID, one per entry as written: a journal entry has no future occurrences.

    Raises:
        ValueError: the date of one cannot be read; the message has the reason.
    """
    return [_note(entry, file, context) for entry in group.entries if not entry.cancelled]


def _note(entry: Entry, file: SourceFile, context: ImportContext) -> ImportedNote:
    component, stamps = entry.component, entry.calendar.stamps
    written = stamps.first(component, "DTSTART") or stamps.first(component, "CREATED")
    recurrence_id = component.value("RECURRENCE-ID")
    return ImportedNote(
        external_id=f"{entry.uid}/{recurrence_id}" if recurrence_id else entry.uid,
        title=parse_text(component.value("SUMMARY")) or "(no title)",
        body="\n\n".join(parse_text(found.value) for found in component.all("DESCRIPTION")),
        place=entry.uid,
        noted_at=file.modified_at if written is None else instant(written.moment, context.tz),
        project=entry.calendar.name,
    )
