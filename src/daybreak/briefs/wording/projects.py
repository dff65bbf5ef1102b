"""The sentences about projects, phases and notes, in English."""

from datetime import date, datetime

from daybreak.agenda import Phase
from daybreak.briefs.wording.formatting import Tense, day_month
from daybreak.briefs.wording.tasks import was_due, when
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

_MAX_PREVIEW_LENGTH = 120


def phase(phase: Phase, today: date) -> str:
    """Return the sentence about the current phase and its dates."""
    since = f", since {day_month(phase.start_on, today)}" if phase.start_on else ""
    until = f", until {day_month(phase.end_on, today)}" if phase.end_on else ""
    return f"Current phase: {quoted(phase.name)}{since}{until}."


def next_in_phase(title: str, fact: Fact, tense: Tense) -> str:
    """Return the sentence about the next task of the current phase."""
    return f"Next in it: {quoted(title)}{_next_clause(fact, tense)}."


def _next_clause(fact: Fact, tense: Tense) -> str:
    if fact.due is not None:
        is_past = tense.is_past(fact.due)
        return f", which {was_due(fact.due, tense)}" if is_past else f", due {when(fact.due, tense.today)}"
    if fact.start is None or fact.status == "in_progress":
        return ""
    verb = "which was to begin" if tense.is_past(fact.start) else "which begins"
    return f", {verb} {when(fact.start, tense.today)}"


def note(title: str, body: str, noted: datetime, today: date) -> str:
    """Return a note's title with the beginning of its text."""
    preview = own_words(body)
    if len(preview) > _MAX_PREVIEW_LENGTH:
        preview = preview[: _MAX_PREVIEW_LENGTH - 1].rsplit(" ", 1)[0] + " …"
    told = f": {preview}" if preview and preview != own_words(title) else ""
    return f"{quoted(title)}, {when(noted.date(), today)}{told}"


def description(text: str) -> str:
    """Return a project's description, shortened at the end of a word."""
    clean = own_words(text)
    longest = 2 * _MAX_PREVIEW_LENGTH
    return clean if len(clean) <= longest else clean[: longest - 1].rsplit(" ", 1)[0] + " …"
