from itertools import pairwise

import pytest
from hypothesis import example, given, settings

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.rendering.outline import (
    Closing,
    Heading,
    ListBlock,
    Prose,
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.titles import without_marks
from daybreak.people import BriefLength

from .document_factories import hostile, quiet, rich, waiting
from .strategies import documents
from .text_extraction import visible_texts, without_whitespace

SAMPLES = {"rich": rich(), "quiet": quiet(), "hostile": hostile(), "waiting": waiting()}


def expected(outline):
    """Yield all texts of an outline that every format must show, in order."""
    for block in outline:
        match block:
            case Title(text, subtitle):
                yield from (text, subtitle)
            case Heading():
                yield from (block.text, without_marks(block.remark))
                if block.count is not None:
                    yield f"({block.count})"
            case Prose(sentences) | ListBlock(_, sentences):
                for sentence in sentences:
                    yield from (sentence.time, without_marks(sentence.text))
                    yield without_marks(", ".join(sentence.remarks))
            case Warnings(title, lines):
                yield from (title, *lines)
            case Remark(text) | Closing(text):
                yield text


def missing(text, parts):
    """Return the first part that the text does not show after those before it."""
    text, at = text.casefold(), 0
    for part in parts:
        wanted = without_whitespace(part).casefold()
        found = text.find(wanted, at)
        if found < 0:
            return wanted
        at = found + len(wanted)
    return None


@pytest.mark.parametrize("length", BriefLength)
@given(documents)
@settings(max_examples=15)
@example(rich())
@example(quiet())
@example(hostile())
@example(waiting())
def test_every_format_shows_the_same_sentences_in_the_same_order(length, document):
    outline = build_outline(document, length)
    assert {
        form: missing(text, expected(outline)) for form, text in visible_texts(document, length).items()
    } == dict.fromkeys(["text", "markdown", "html", "terminal"])


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_every_format_shows_the_reference_of_every_sentence(document):
    outline = build_outline(document, BriefLength.FULL)
    refs = {ref.rpartition("/")[2] for sentence in sentences_of(outline) for ref in sentence.source_refs}
    for form, text in visible_texts(document, BriefLength.FULL).items():
        assert {ref for ref in refs if without_whitespace(ref) not in text} == set(), form


@given(documents.filter(lambda document: document.week is None))
@settings(max_examples=60)
@example(rich())
@example(waiting())
def test_the_full_length_names_every_open_task_once(document):
    outline = build_outline(document, BriefLength.FULL)
    buckets = {str(bucket) for bucket in Bucket} | {"waiting_for"}
    listed = [s.facts[0] for s in sentences_of(outline) if s.kind in buckets and s.text.startswith("“")]
    named_before = {
        *(action.facts[0] for action in document.next_actions),
        *(
            one
            for claim in (document.still_wanted, *document.since_last.entries)
            if claim
            for one in claim.facts
        ),
        *(one for entry in document.timeline if entry.context for one in entry.context.facts),
    }
    wanted = [*open_tasks(document)]
    assert len(listed) == len(set(listed))
    assert set(wanted) - set(listed) <= named_before


@given(documents.filter(lambda document: document.week is None))
@settings(max_examples=60)
@example(rich())
@example(waiting())
def test_the_full_length_points_to_the_tasks_that_are_named_above(document):
    outline = build_outline(document, BriefLength.FULL)
    lists = [
        (above, below) for above, below in pairwise(outline) if isinstance(above, Heading) and above.count
    ]
    for heading, below in lists:
        shown = len(below.sentences) if isinstance(below, ListBlock) else 0
        remark = Remark(f"{heading.count - shown} named above")
        assert shown == heading.count or remark in outline


def open_tasks(document):
    for section in document.sections:
        yield from (claim.facts[0] for view in section.buckets for claim in view.entries)
        for claim in section.waiting:
            yield from (one for one in claim.facts[1:] if document.facts[one].holder == "other")


def sentences_of(outline):
    for block in outline:
        if isinstance(block, Prose | ListBlock):
            yield from block.sentences


def test_the_standard_length_never_names_a_task_in_two_lines_of_projects():
    for document in SAMPLES.values():
        lines = [s.text for s in sentences_of(build_outline(document)) if s.kind in {"overdue", "due_today"}]
        titles = [one_line(fact.title) for fact in document.facts.values() if fact.kind == "task"]
        assert [title for title in titles if sum(f"“{title}”" in line for line in lines) > 1] == []
