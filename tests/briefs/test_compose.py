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
from daybreak.claims import why_unsupported

from .factories import agenda, compose_brief, section_hashes, task
from .strategies import agendas_on, days, days_with_agendas

relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def statements(document):
    yield from document.headline
    yield from document.next_actions
    yield from document.since_last.entries
    yield from document.timeline
    yield from (entry.context for entry in document.timeline if entry.context)
    yield from (*document.workload.statements, *document.workload.moves, *document.tomorrow)
    for section in document.sections:
        yield from (*section.statements, *section.notes)
        for view in section.buckets:
            yield from view.entries


@given(days_with_agendas())
@relaxed
def test_every_sentence_is_supported_by_its_facts(situation):
    day, found = situation
    composed = compose_brief(found, day)
    assert composed.withheld == ()
    for statement in statements(composed.document):
        assert why_unsupported(statement, composed.document.facts, PREDICATES, day.today) is None


@given(days_with_agendas())
@relaxed
def test_each_open_task_is_counted_once_in_one_section(situation):
    day, found = situation
    document = compose_brief(found, day).document
    open_tasks = sum(task.is_open for task in found.tasks)
    views = [view for section in document.sections for view in section.buckets]
    counted = sum(view.count for view in views if view.bucket is not Bucket.RECENTLY_COMPLETED)
    shown = [claim.facts for view in views for claim in view.entries]
    assert counted == open_tasks
    assert len(shown) == len(set(shown))


@given(days_with_agendas())
@relaxed
def test_the_counts_are_the_sums_over_the_sections(situation):
    day, found = situation
    document = compose_brief(found, day).document
    sums = Counter()
    for section in document.sections:
        sums.update({view.bucket: view.count for view in section.buckets})
    named = {bucket: str(bucket) for bucket in Bucket} | {Bucket.RECENTLY_COMPLETED: "done"}
    assert all(getattr(document.counts, name) == sums[bucket] for bucket, name in named.items())
    assert document.counts.projects == sum(section.project is not None for section in document.sections)


@given(days_with_agendas())
@relaxed
def test_there_are_at_most_three_next_actions(situation):
    day, found = situation
    document = compose_brief(found, day).document
    assert len(document.next_actions) <= 3
    assert document.next_actions_omitted == 0 or document.next_actions


@given(days_with_agendas(), st.randoms(use_true_random=False))
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
    last = compose_brief(replace(found, tasks=(), events=()), day).snapshot
    assert (
        compose_brief(found, day, last_received_snapshot=last).document
        == compose_brief(other, day, last_received_snapshot=last).document
    )


def test_changes_with_equal_texts_have_a_fixed_order():
    last = compose_brief(agenda()).snapshot
    one, other = task("Call"), task("Call")
    ways = [
        compose_brief(agenda(*pair), last_received_snapshot=last).document
        for pair in ((one, other), (other, one))
    ]
    assert ways[0] == ways[1]


@given(days_with_agendas())
@relaxed
def test_a_brief_survives_its_json(situation):
    day, found = situation
    written = codec.encode(compose_brief(found, day).document)
    assert codec.encode(codec.decode(written)) == written


@given(days_with_agendas())
@relaxed
def test_a_quiet_day_has_no_tasks_and_no_warnings(situation):
    day, found = situation
    document = compose_brief(found, day).document
    asking = {"due_today", "overdue", "starting_today", "in_progress", "stale"}
    if document.quiet:
        assert (document.timeline, document.warnings, document.since_last.entries) == ((), (), ())
        assert not any(getattr(document.counts, name) for name in asking)
        assert not any(
            task.is_open and (day.date_of(task.due) or date.max) <= day.today for task in found.tasks
        )
    kinds = {claim.kind for claim in document.headline}
    assert ("quiet" in kinds) == document.quiet


@st.composite
def two_days_with_agendas(draw):
    before = draw(days())
    then = draw(agendas_on(before))
    after = draw(agendas_on(before))
    kept = replace(after, tasks=(*after.tasks, *then.tasks[::2]), events=(*after.events, *then.events[::2]))
    today = before.today + timedelta(days=draw(st.integers(0, 3)))
    tz = draw(st.sampled_from((before.tz, draw(days()).tz)))
    return before, then, Day(today=today, tz=tz, as_of=clock.first_instant(today, time(7), tz)), kept


@given(two_days_with_agendas())
@relaxed
def test_changes_are_supported_by_facts_and_listed_once(mornings):
    before, then, now, found = mornings
    composed = compose_brief(found, now, last_received_snapshot=compose_brief(then, before).snapshot)
    cited = [claim.facts for claim in composed.document.since_last.entries]
    assert composed.withheld == ()
    assert len(cited) == len(set(cited))


@given(days_with_agendas())
@relaxed
def test_nothing_has_changed_since_a_brief_of_the_same_facts(situation):
    day, found = situation
    again = compose_brief(found, day, last_received_snapshot=compose_brief(found, day).snapshot).document
    assert again.since_last.entries == ()


@given(days_with_agendas())
@relaxed
def test_composing_again_reuses_every_section(situation):
    day, found = situation
    first = compose_brief(found, day).document
    again = compose_brief(found, day, previous_section_hashes=section_hashes(first)).document
    assert all(section.reused for section in again.sections)
    as_new = tuple(replace(section, reused=False) for section in again.sections)
    # Not compared as objects: in Python an instant in a repeated hour equals no instant of another zone.
    assert orjson.loads(codec.encode(replace(again, sections=as_new))) == orjson.loads(codec.encode(first))


@given(days_with_agendas(), days())
@relaxed
def test_a_reused_section_is_identical(situation, other: Day):
    day, found = situation
    last = compose_brief(found, replace(day, tz=other.tz)).document
    changed = replace(found, tasks=tuple(task for task in found.tasks if task.is_open)[1:])
    again = compose_brief(changed, day, previous_section_hashes=section_hashes(last)).document
    reused_by_hash = {section.content_hash: replace(section, reused=True) for section in last.sections}
    for section in again.sections:
        assert section.reused == (section.content_hash in reused_by_hash)
        assert not section.reused or section == reused_by_hash[section.content_hash]


@given(days_with_agendas())
@relaxed
def test_a_document_cites_every_fact_it_contains(situation):
    day, found = situation
    document = compose_brief(found, day).document
    assert {i for statement in statements(document) for i in statement.facts} == document.facts.keys()
