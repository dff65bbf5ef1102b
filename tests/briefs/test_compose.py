import random
from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import clock
from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Bucket
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.claims import unsupported

from .factories import agenda, brief, contents, task
from .strategies import agendas_on, days, situations

relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def statements(document):
    yield from document.headline
    yield from document.next_actions
    yield from document.since_last.entries
    yield from document.timeline
    yield from document.workload.statements
    for section in document.sections:
        yield from (*section.statements, *section.notes)
        for view in section.buckets:
            yield from view.entries


@given(situations())
@relaxed
def test_every_sentence_is_supported_by_its_facts(situation):
    day, found = situation
    composed = brief(found, day)
    assert composed.withheld == ()
    for statement in statements(composed.document):
        assert unsupported(statement, composed.document.facts, PREDICATES, day.today) is None


@given(situations())
@relaxed
def test_each_open_task_is_counted_once_in_one_section(situation):
    day, found = situation
    document = brief(found, day).document
    open_tasks = sum(task.is_open for task in found.tasks)
    views = [view for section in document.sections for view in section.buckets]
    counted = sum(view.count for view in views if view.bucket is not Bucket.RECENTLY_COMPLETED)
    shown = [claim.facts for view in views for claim in view.entries]
    assert counted == open_tasks
    assert len(shown) == len(set(shown))


@given(situations())
@relaxed
def test_the_counts_are_the_sums_over_the_sections(situation):
    day, found = situation
    document = brief(found, day).document
    sums = Counter()
    for section in document.sections:
        sums.update({view.bucket: view.count for view in section.buckets})
    named = {bucket: str(bucket) for bucket in Bucket} | {Bucket.RECENTLY_COMPLETED: "done"}
    assert all(getattr(document.counts, name) == sums[bucket] for bucket, name in named.items())
    assert document.counts.projects == sum(section.project is not None for section in document.sections)


@given(situations())
@relaxed
def test_there_are_at_most_three_next_actions(situation):
    day, found = situation
    document = brief(found, day).document
    assert len(document.next_actions) <= 3
    assert document.next_actions_left_out == 0 or len(document.next_actions) == 3


@given(situations(), st.randoms(use_true_random=False))
@relaxed
def test_the_order_of_the_rows_does_not_matter(situation, shuffle: random.Random):
    day, found = situation

    def mixed(rows):
        return tuple(shuffle.sample(rows, len(rows)))

    other = replace(
        found,
        projects=mixed(found.projects),
        tasks=mixed(found.tasks),
        events=mixed(found.events),
        notes=mixed(found.notes),
    )
    last = brief(replace(found, tasks=(), events=()), day).snapshot
    assert brief(found, day, last_received=last).document == brief(other, day, last_received=last).document


def test_changes_with_equal_texts_have_a_fixed_order():
    last = brief(agenda()).snapshot
    one, other = task("Call"), task("Call")
    ways = [brief(agenda(*pair), last_received=last).document for pair in ((one, other), (other, one))]
    assert ways[0] == ways[1]


@given(situations())
@relaxed
def test_a_brief_survives_its_json(situation):
    day, found = situation
    written = codec.encode(brief(found, day).document)
    assert codec.encode(codec.decode(written)) == written


@given(situations())
@relaxed
def test_a_quiet_day_has_no_tasks_and_no_warnings(situation):
    day, found = situation
    document = brief(found, day).document
    asking = {"due_today", "overdue", "starting_today", "in_progress", "stale"}
    if document.quiet:
        assert (document.timeline, document.warnings, document.since_last.entries) == ((), (), ())
        assert not any(getattr(document.counts, name) for name in asking)
        assert not any(task.is_open and (day.on(task.due) or date.max) <= day.today for task in found.tasks)
    kinds = {claim.kind for claim in document.headline}
    assert ("quiet" in kinds) == document.quiet


@st.composite
def two_mornings(draw):
    before = draw(days())
    then = draw(agendas_on(before))
    after = draw(agendas_on(before))
    kept = replace(after, tasks=(*after.tasks, *then.tasks[::2]), events=(*after.events, *then.events[::2]))
    today = before.today + timedelta(days=draw(st.integers(0, 3)))
    tz = draw(st.sampled_from((before.tz, draw(days()).tz)))
    return before, then, Day(today=today, tz=tz, as_of=clock.first_instant(today, time(7), tz)), kept


@given(two_mornings())
@relaxed
def test_changes_are_supported_by_facts_and_listed_once(mornings):
    before, then, now, found = mornings
    composed = brief(found, now, last_received=brief(then, before).snapshot)
    told = [claim.facts for claim in composed.document.since_last.entries]
    assert composed.withheld == ()
    assert len(told) == len(set(told))


@given(situations())
@relaxed
def test_nothing_has_changed_since_a_brief_of_the_same_facts(situation):
    day, found = situation
    again = brief(found, day, last_received=brief(found, day).snapshot).document
    assert again.since_last.entries == ()


@given(situations())
@relaxed
def test_composing_again_reuses_every_section(situation):
    day, found = situation
    first = brief(found, day).document
    again = brief(found, day, last_contents=contents(first)).document
    assert all(section.reused for section in again.sections)
    as_new = tuple(replace(section, reused=False) for section in again.sections)
    # Not compared as objects: in Python an instant in a repeated hour equals no instant of another zone.
    assert orjson.loads(codec.encode(replace(again, sections=as_new))) == orjson.loads(codec.encode(first))


@given(situations(), days())
@relaxed
def test_a_reused_section_is_identical(situation, other: Day):
    day, found = situation
    last = brief(found, replace(day, tz=other.tz)).document
    changed = replace(found, tasks=tuple(task for task in found.tasks if task.is_open)[1:])
    again = brief(changed, day, last_contents=contents(last)).document
    said = {section.content: replace(section, reused=True) for section in last.sections}
    for section in again.sections:
        assert section.reused == (section.content in said)
        assert not section.reused or section == said[section.content]


@given(situations())
@relaxed
def test_a_document_cites_every_fact_it_contains(situation):
    day, found = situation
    document = brief(found, day).document
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()
