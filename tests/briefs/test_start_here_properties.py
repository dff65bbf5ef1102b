from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda import Holder, Priority, TaskStatus
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.start_here import Situation, pick_start_here
from daybreak.briefs.facts.fact_book import FactBook

from .factories import TODAY, agenda, day, days_later, event, local, task
from .start_here_picks import best_points, first_titles, pick, rank

HIGHEST = Priority.HIGHEST

PRIORITIES = st.sampled_from(list(Priority))
DAYS = st.one_of(st.none(), st.integers(-400, 40))


def make_task(number: int, due, start, priority, status, estimate, flags):
    return task(
        f"Task {number}",
        due=None if due is None else days_later(due),
        start=None if start is None else days_later(start),
        priority=priority,
        status=status,
        estimate_minutes=estimate,
        is_someday=flags == "someday",
        is_waiting_for_other=flags == "waiting",
        holder=Holder.OTHER if flags == "other" else Holder.MINE,
        assignee="Bob" if flags == "other" else None,
    )


PARTS = st.tuples(
    DAYS,
    DAYS,
    PRIORITIES,
    st.sampled_from(list(TaskStatus)),
    st.one_of(st.none(), st.integers(1, 600)),
    st.sampled_from(["", "", "", "someday", "waiting", "other"]),
)
TASKS = st.lists(PARTS, max_size=8).map(lambda rows: [make_task(n, *row) for n, row in enumerate(rows)])


@settings(max_examples=100, deadline=None)
@given(TASKS, st.randoms(use_true_random=False), st.integers(0, 600))
def test_the_order_of_the_input_does_not_matter(tasks, random, free):
    shuffled = random.sample(tasks, len(tasks))
    assert first_titles(*tasks, free=free) == first_titles(*shuffled, free=free)


@settings(max_examples=200, deadline=None)
@given(TASKS, st.integers(0, 600))
def test_what_is_shown_can_be_begun_today_and_is_shown_once(tasks, free):
    found = pick(*tasks, free=free)
    by_id = {f"task:{one.id}": one for one in tasks}
    ids = [action.facts[0] for action in found.actions]
    assert len(ids) == len(set(ids)) <= 3
    for fact_id in ids:
        one = by_id[fact_id]
        assert one.is_open
        assert one.is_mine
        assert one.status is not TaskStatus.BLOCKED
        assert one.start is None or one.start <= TODAY
        assert not one.is_waiting_for_other
        assert not one.is_someday or (one.due is not None and one.due <= TODAY)
    assert len(ids) + found.omitted <= max(3, len(rank(*tasks, free=free)))


@settings(max_examples=100, deadline=None)
@given(PRIORITIES, st.one_of(st.none(), st.integers(1, 600)), st.integers(0, 500), st.integers(1, 500))
def test_an_older_debt_is_never_worth_more(priority, estimate, age, further):
    younger = task("Debt", due=days_later(-age), priority=priority, estimate_minutes=estimate)
    older = task("Debt", due=days_later(-age - further), priority=priority, estimate_minutes=estimate)
    assert best_points(older) <= best_points(younger)


@settings(max_examples=100, deadline=None)
@given(PRIORITIES, PRIORITIES, st.integers(31, 500))
def test_a_very_old_debt_never_beats_what_is_due_today(of_debt, of_due, age):
    debt, due = task("Debt", due=days_later(-age), priority=of_debt), task("Due", due=TODAY, priority=of_due)
    assert rank(debt, due)[0].task.title == "Due"


@settings(max_examples=100, deadline=None)
@given(TASKS, st.integers(0, 600))
def test_a_further_pressing_task_is_first_and_none_is_doubled(tasks, free):
    base = task("Certificate", due=TODAY, priority=HIGHEST, estimate_minutes=1, start=TODAY)
    after = first_titles(
        *tasks, base, task("Renewal", blocked_by=(base.id,), due=TODAY, priority=HIGHEST), free=free + 1
    )
    assert after[0] == "Certificate"
    assert len(after) == len(set(after))


@settings(max_examples=50, deadline=None)
@given(TASKS)
def test_every_reason_is_supported_by_its_facts(tasks):
    found = agenda(*tasks, event("Task 1 review", local(10)))
    book = FactBook(found, day())
    pick_start_here(book, Situation(words=AgendaWords(found)))
    assert book.withheld == []
