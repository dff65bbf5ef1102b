"""Test that every length and form of a brief is true: supported and complete, with right sums."""

import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from daybreak.agenda import Holder, TaskStatus
from daybreak.briefs.document.model import Bucket
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.outline import Heading, ListBlock, Part, Prose
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.rendering.terminal import render_terminal
from daybreak.briefs.wording.titles import split_titles, without_marks
from daybreak.claims import Claim, why_unsupported
from daybreak.people import BriefLength

from .factories import agenda, compose_brief, days_later, project, task
from .rendering.text_extraction import COMMONMARK, HtmlText, without_whitespace
from .strategies import agendas_on, days

relaxed = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
# After the first title of these follow reasons: what it waits for, or what it holds up.
REASONED = {"blocked", "blocks", "waiting_for"}
# What these sentences name in addition, or at all, is listed elsewhere: they say why, or what is next.
POINTERS = {"next_in_phase", "next_up", "meeting_context", "move", "tomorrow"}
PEOPLE = {Holder.MINE: None, Holder.OTHER: "Bob Miller", Holder.UNASSIGNED: None}


@st.composite
def documents(draw, *, unique_titles: bool = False):
    """Draw a brief of a day, with what has changed since another, and with tasks of other people."""
    day = draw(days())
    found = draw(agendas_on(day))
    holders = st.sampled_from([*[Holder.MINE] * 4, Holder.OTHER, Holder.UNASSIGNED])
    tasks = tuple(
        replace(one, holder=holder, assignee=PEOPLE[holder])
        for one, holder in ((one, draw(holders)) for one in found.tasks)
    )
    if unique_titles:
        tasks = tuple(replace(one, title=f"Task {number}") for number, one in enumerate(tasks))
    before = tuple(
        replace(one, due=draw(st.sampled_from((one.due, None, day.today - timedelta(days=1)))))
        for one in tasks[1:4]
    )
    yesterday = replace(day, today=day.today - timedelta(days=1), as_of=day.as_of - timedelta(days=1))
    last = (
        compose_brief(replace(found, tasks=(*before, *tasks[4:])), yesterday).snapshot
        if draw(st.booleans())
        else None
    )
    return compose_brief(replace(found, tasks=tasks), day, last_received_snapshot=last).document


@st.composite
def crowded_documents(draw):
    """Draw a brief of one project with many open tasks, each of which has a title of its own."""
    garden = project()
    moments = st.sampled_from([None, *map(days_later, (-12, -9, -5, -4, -3, -2, -1, 0, 1, 8))])
    statuses = st.sampled_from((*[TaskStatus.OPEN] * 4, TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED))
    tasks = [
        task(f"Task {number}", project_id=garden.id, due=draw(moments), status=draw(statuses))
        for number in range(draw(st.integers(8, 16)))
    ]
    return compose_brief(agenda(garden, *tasks)).document


def sentences(document, length):
    for block in build_outline(document, length):
        if isinstance(block, Prose | ListBlock):
            yield from block.sentences


def open_tasks(document) -> dict[str, str]:
    """Return the titles of the reader's open tasks, by the ids of their facts."""
    return {
        claim.facts[0]: document.facts[claim.facts[0]].title
        for section in document.sections
        for view in section.buckets
        if view.bucket is not Bucket.RECENTLY_COMPLETED
        for claim in view.entries
    }


def titles_of(sentence) -> list[str]:
    # A remark gives a reason and points to what is listed elsewhere.
    return [piece for piece, is_title in split_titles(sentence.text) if is_title]


@pytest.mark.parametrize("length", BriefLength)
@given(document=documents())
@relaxed
def test_every_sentence_of_a_length_is_supported_by_its_facts(length, document):
    for sentence in sentences(document, length):
        for one in (sentence, *sentence.more):
            # A line of several kinds sums up its single sentences, which are claims of their own.
            assert one.kind or one.more or not one.facts, one
            if one.kind:
                claim = Claim(kind=one.kind, text=one.text, facts=one.facts)
                assert why_unsupported(claim, document.facts, PREDICATES, document.date) is None
            if one.kind == "blocks":
                # A predicate sees one fact alone; that one task waits for another is in the facts together.
                assert one.facts[-1] in document.facts[one.facts[0]].blockers or len(one.facts) == 1


@pytest.mark.parametrize("length", BriefLength)
@given(document=documents(unique_titles=True) | crowded_documents())
@relaxed
def test_a_task_is_named_once(length, document):
    named = defaultdict(list)
    for sentence in sentences(document, length):
        for title in titles_of(sentence)[: 1 if sentence.kind in REASONED else None]:
            if sentence.kind not in POINTERS:
                named[title].append((sentence.kind, sentence.text))
    for title in open_tasks(document).values():
        assert len(named[title]) <= 1
        assert named[title] or length is not BriefLength.FULL


@given(document=documents())
@relaxed
def test_no_open_task_is_left_out_of_a_standard_brief(document):
    told = {fact for sentence in sentences(document, BriefLength.STANDARD) for fact in sentence.facts}
    assert open_tasks(document).keys() <= told


@given(document=documents() | crowded_documents())
@relaxed
def test_the_opening_counts_what_the_facts_say(document):
    tasks = [document.facts[fact] for fact in open_tasks(document)]
    free = [fact for fact in tasks if fact.due and fact.status != "blocked" and not fact.waiting]
    late = [(document.date - day_of(fact.due)).days for fact in free]
    (text,) = [claim.text for claim in document.headline if claim.kind == "counts"] or [""]
    assert number(r"(\d+) due today", text) == sum(days == 0 for days in late)
    assert number(r"(\d+) overdue", text) == sum(days > 0 for days in late)
    assert number(r"(\d+)(?: overdue)? for over a week", text) == sum(days > 7 for days in late)


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def day_of(moment) -> date:
    return moment.date() if hasattr(moment, "hour") else moment


@given(document=documents(unique_titles=True) | crowded_documents())
@relaxed
def test_the_numbers_of_a_line_sum_up_to_what_it_cites(document):
    for sentence in sentences(document, BriefLength.STANDARD):
        named, plain = titles_of(sentence), re.sub("“[^”]*”", "", sentence.text)
        counted = sum(map(int, re.findall(r"(\d+) (?:above|older|more)\b", plain)))
        if sentence.kind in {"overdue", "due_today", "starting_today"}:
            total = number(r"^[A-Z][a-z ]+ (\d+):", plain) or 1
            assert len(named) + counted == total == len(sentence.facts), sentence.text
        elif sentence.kind == "rest":
            numbers = re.findall(r"\b(\d+) (?!days)", plain)
            assert sum(map(int, numbers)) == len(sentence.facts), sentence.text


@pytest.mark.parametrize("length", BriefLength)
@given(document=documents())
@relaxed
def test_every_form_has_all_sentences_in_the_same_order(length, document):
    outline = build_outline(document, length)
    wanted = [
        without_whitespace(without_marks(text))
        for block in outline
        for text in (
            [block.text] if isinstance(block, Heading) and block.part is Part.PROJECT else texts_of(block)
        )
    ]
    for form, text in visible_texts(document, length).items():
        at = 0
        for one in wanted:
            found = text.find(one, at)
            assert found >= 0, (form, one)
            at = found + len(one)


def texts_of(block) -> list[str]:
    return [one.text for one in block.sentences] if isinstance(block, Prose | ListBlock) else []


def visible_texts(document, length) -> dict[str, str]:
    console = Console(width=100, file=io.StringIO(), color_system=None)
    console.print(render_terminal(document, length))
    markdown = COMMONMARK.render(render(document, OutputFormat.MARKDOWN, length))
    texts = {
        "text": render(document, OutputFormat.TEXT, length),
        "markdown": HtmlText(markdown).text,
        "html": HtmlText(render(document, OutputFormat.HTML, length)).text,
        "terminal": console.file.getvalue(),
    }
    return {form: without_whitespace(text) for form, text in texts.items()}
