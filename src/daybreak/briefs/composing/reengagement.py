"""The edition for a reader who is away: short and friendly, and plainer the longer they are away.

Its sentences about tasks are claims like all others; the text around them is fixed and about no fact.

==========  ===========================  =========================================
gentle      away for four days or more   the numbers, three things to do first
motivating  away for ten days or more    what was done meanwhile, one thing to do
warm        away for a month             the numbers, and whether to go on
offer       every month after that       whether to go on
==========  ===========================  =========================================
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from daybreak.agenda import TaskStatus
from daybreak.briefs.composing.base import ComposedBrief, ComposeInput, CompositionBase, count_buckets
from daybreak.briefs.composing.start_here import Situation, pick_start_here
from daybreak.briefs.document.model import AbsenceTier, Counts, NextAction, ReengagementText
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import reengagement
from daybreak.claims import Claim

OPENING_PART = "The opening"
NEXT_ACTIONS_PART = "What to do first"
_MAX_ACTIONS = {AbsenceTier.GENTLE: 3, AbsenceTier.MOTIVATING: 1, AbsenceTier.WARM: 0, AbsenceTier.OFFER: 0}


def compose_reengagement(compose_input: ComposeInput) -> ComposedBrief:
    """Compose the note to a reader who is away."""
    base, tier = CompositionBase(compose_input), compose_input.tier or AbsenceTier.GENTLE
    parts, numbers = base.parts, count_buckets(base.projects)
    headline: tuple[Claim, ...] = parts.write(OPENING_PART, partial(_opening, base, tier, numbers), ())
    actions: tuple[NextAction, ...] = parts.write(NEXT_ACTIONS_PART, partial(_pick_actions, base, tier), ())
    gaps = [*base.failed_projects, *parts.gaps]
    facts = parts.cited_facts(OPENING_PART, NEXT_ACTIONS_PART)
    document = replace(
        base.make_document(gaps, parts.withheld, facts, quiet=False, counts=numbers),
        headline=headline,
        next_actions=actions,
        reengagement=ReengagementText(
            tier=tier, opening=reengagement.OPENINGS[tier], closing=reengagement.HOW_TO_STOP
        ),
    )
    return base.make_brief(document, gaps, parts.withheld)


def _opening(base: CompositionBase, tier: AbsenceTier, numbers: Counts, book: FactBook) -> tuple[Claim, ...]:
    match tier:
        case AbsenceTier.GENTLE | AbsenceTier.WARM:
            return book.keep_supported([_counts_claim(book, numbers)])
        case AbsenceTier.MOTIVATING:
            return book.keep_supported(_done_claims(base, book))
        case _:
            return ()


def _counts_claim(book: FactBook, numbers: Counts) -> Claim:
    facts = (
        book.cite_stat(
            "due_today", "tasks due today", numbers.due_today, "open, not blocked, due on the date"
        ),
        book.cite_stat("overdue", "tasks overdue", numbers.overdue, "open, not blocked, due before the date"),
        book.cite_stat("upcoming", "tasks upcoming", numbers.upcoming, "due or starting in the next 7 days"),
    )
    return Claim(kind="counts", text=reengagement.waiting(numbers), facts=facts)


def _done_claims(base: CompositionBase, book: FactBook) -> Iterator[Claim]:
    last, day = base.compose_input.last_received_snapshot, book.day
    if last is None:
        return
    done = sum(
        task.is_mine
        and task.status is TaskStatus.DONE
        and last.day <= (day.date_of(task.latest_completion) or date.min) <= day.today
        for task in base.agenda.tasks
    )
    if done:
        fact = book.cite_stat("done_since", "tasks done", done, f"finished from {last.day} on")
        yield Claim(kind="counts", text=reengagement.done_meanwhile(done, last.day, day.today), facts=(fact,))


def _pick_actions(base: CompositionBase, tier: AbsenceTier, book: FactBook) -> tuple[NextAction, ...]:
    most = _MAX_ACTIONS[tier]
    return pick_start_here(book, Situation(words=base.words), most).actions if most else ()
