import pytest
from hypothesis import HealthCheck, example, given, settings

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.formatting import duration, long_date

from .document_factories import hostile, quiet, rich
from .strategies import documents
from .text_extraction import visible_texts, without_whitespace


def expected(document):
    """Return all texts that a format must show, in order; derived from the document, not from the outline."""
    yield long_date(document.date)
    yield document.user.name if one_line(document.user.name) else document.user.email
    yield from expected_opening(document)
    yield from (claim.text for claim in document.headline)
    for warning in document.warnings:
        yield from (warning.source, warning.text)
    for action in document.next_actions:
        yield from (action.text, action.reason)
        if action.estimate_minutes is not None:
            yield duration(action.estimate_minutes)
    if document.next_actions and document.next_actions_omitted:
        yield f"{document.next_actions_omitted} more wait"
    yield from (entry.text for entry in document.timeline)
    yield from (claim.text for claim in document.workload.statements)
    yield from (claim.text for claim in document.since_last.entries)
    if document.since_last.omitted:
        yield f"and {document.since_last.omitted} more"
    if document.week:
        yield from expected_of_week(document.week)
    for section in document.sections:
        yield from expected_of_section(section)
    yield from (f"{v.count} task" for s in document.sections for v in s.buckets if v.count and is_later(v))
    yield from expected_closing(document)


def expected_opening(document):
    counts = document.counts
    if document.reengagement:
        yield document.reengagement.opening
    elif not any(claim.kind == "counts" for claim in document.headline):
        yield from (
            f"{counts.projects} project",
            f"{counts.due_today} due today",
            f"{counts.overdue} overdue",
        )
        yield from (f"{counts.upcoming} upcoming", f"{counts.blocked} blocked", f"{counts.done} done")


def expected_closing(document):
    if document.excluded:
        yield f"{document.excluded.projects} project"
    if document.reengagement:
        yield document.reengagement.closing


def expected_of_week(week):
    for project in week.projects:
        if project.project is not None and project.topics:
            yield project.project
        for view in project.topics:
            yield f"({view.count})"
            yield from (claim.text for claim in view.entries)
            yield f"and {view.count - len(view.entries)} more"
    yield from (claim.text for claim in week.calendar)


def expected_of_section(section):
    near = [view for view in section.buckets if not is_later(view) and view.count]
    if section.project is not None and (section.statements or section.notes or near):
        yield section.project
    yield from (claim.text for claim in section.statements)
    for view in near:
        yield f"({view.count})"
        yield from (claim.text for claim in view.entries)
        if omitted := view.count - len(view.entries):
            yield f"and {omitted} more"
    yield from (claim.text for claim in section.notes)


def is_later(view):
    return view.bucket is Bucket.LATER


def missing(text, parts):
    at = 0
    for part in parts:
        wanted = without_whitespace(one_line(part))
        found = text.find(wanted, at)
        if found < 0:
            return wanted
        at = found + len(wanted)
    return None


@given(documents)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@example(rich())
@example(quiet())
@example(hostile())
def test_every_format_shows_all_claims_counts_and_warnings_in_the_same_order(document):
    assert {
        form: missing(text, expected(document)) for form, text in visible_texts(document).items()
    } == dict.fromkeys(["text", "markdown", "html", "terminal"])


@pytest.mark.parametrize("document", [rich(), quiet(), hostile()], ids=["rich", "quiet", "hostile"])
def test_every_format_shows_the_reference_of_every_cited_fact(document):
    cited = {fact_id for claim in shown_claims(document) for fact_id in claim.facts}
    places = {
        fact.source if fact.kind in {"event", "holiday"} else fact.source_ref
        for fact_id, fact in document.facts.items()
        if fact_id in cited and fact.kind != "stat" and "\n" not in fact.source_ref
    }
    for form, text in visible_texts(document).items():
        assert {place for place in places if without_whitespace(one_line(place)) not in text} == set(), form


def shown_claims(document):
    yield from (*document.headline, *document.next_actions, *document.timeline, *document.since_last.entries)
    yield from document.workload.statements
    for section in document.sections:
        yield from (*section.statements, *section.notes)
        yield from (claim for view in section.buckets for claim in view.entries)
