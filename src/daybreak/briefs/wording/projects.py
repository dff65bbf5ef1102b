"""The sentences about projects, phases and notes, in English."""

from datetime import date, datetime

from daybreak.agenda import Phase
from daybreak.briefs.wording.formatting import Tense, calendar_date, near_date, on_near_moment
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

_MAX_PREVIEW_LENGTH = 80
_MAX_DESCRIPTION_LENGTH = 240


def phase(phase: Phase, today: date) -> str:
    """Return the sentence about the current phase: “Phase: “Build”, until 11 December.”."""
    if phase.end_on:
        dates = f", until {calendar_date(phase.end_on, today)}"
    else:
        dates = f", since {calendar_date(phase.start_on, today)}" if phase.start_on else ""
    return f"Phase: {quoted(phase.name)}{dates}."


def next_in_phase(title: str, fact: Fact, tense: Tense) -> str:
    """Return the sentence about the next task of the current phase."""
    return f"Up next: {quoted(title)}{_next_clause(fact, tense)}."


def _next_clause(fact: Fact, tense: Tense) -> str:
    if fact.due is not None:
        verb = "which was due" if tense.is_past(fact.due) else "due"
        return f", {verb} {on_near_moment(fact.due, tense.today)}"
    if fact.start is None or fact.status == "in_progress":
        return ""
    verb = "which was to start" if tense.is_past(fact.start) else "which starts"
    return f", {verb} {on_near_moment(fact.start, tense.today)}"


def note(title: str, body: str, noted: datetime, today: date) -> str:
    """Return a note's title and day with the beginning of its text: ““Seeds” (yesterday): order more”."""
    preview = own_words(body)
    if len(preview) > _MAX_PREVIEW_LENGTH:
        preview = preview[: _MAX_PREVIEW_LENGTH - 1].rsplit(" ", 1)[0] + " …"
    told = f": {preview}" if preview and preview != own_words(title) else ""
    return f"{quoted(title)} ({near_date(noted.date(), today)}){told}"


def description(text: str) -> str:
    """Return a project's description, shortened at the end of a word."""
    clean = own_words(text)
    longest = _MAX_DESCRIPTION_LENGTH
    return clean if len(clean) <= longest else clean[: longest - 1].rsplit(" ", 1)[0] + " …"
