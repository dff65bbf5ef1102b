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
from daybreak.briefs.composing.base import Composed, Groundwork, Occasion, count
from daybreak.briefs.composing.next_actions import next_actions
from daybreak.briefs.document.model import Absence, Counts, NextAction, Tier
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import reengagement
from daybreak.claims import Claim

OPENING = "The opening"
NEXT_ACTIONS = "What to do first"
_MOST_ACTIONS = {Tier.GENTLE: 3, Tier.MOTIVATING: 1, Tier.WARM: 0, Tier.OFFER: 0}


def compose_word(occasion: Occasion) -> Composed:
    """Compose the note to a reader who is away."""
    ground, tier = Groundwork(occasion), occasion.tier or Tier.GENTLE
    parts, numbers = ground.parts, count(ground.materials)
    said: tuple[Claim, ...] = parts.write(OPENING, partial(_opening, ground, tier, numbers), ())
    actions: tuple[NextAction, ...] = parts.write(NEXT_ACTIONS, partial(_actions, tier), ())
    gaps = [*ground.lost, *parts.gaps]
    facts = parts.facts(OPENING, NEXT_ACTIONS)
    document = replace(
        ground.document(gaps, parts.withheld, facts, quiet=False, counts=numbers),
        headline=said,
        next_actions=actions,
        absence=Absence(tier=tier, opening=reengagement.OPENINGS[tier], closing=reengagement.HOW_TO_STOP),
    )
    return ground.composed(document, gaps, parts.withheld)


def _opening(ground: Groundwork, tier: Tier, numbers: Counts, page: FactBook) -> tuple[Claim, ...]:
    match tier:
        case Tier.GENTLE | Tier.WARM:
            return page.admit([_waiting(page, numbers)])
        case Tier.MOTIVATING:
            return page.admit(_done_meanwhile(ground, page))
        case _:
            return ()


def _waiting(page: FactBook, numbers: Counts) -> Claim:
    facts = (
        page.stat("due_today", "tasks due today", numbers.due_today, "open, not blocked, due on the date"),
        page.stat("overdue", "tasks overdue", numbers.overdue, "open, not blocked, due before the date"),
        page.stat("upcoming", "tasks upcoming", numbers.upcoming, "due or starting in the next 7 days"),
    )
    return Claim(kind="counts", text=reengagement.waiting(numbers), facts=facts)


def _done_meanwhile(ground: Groundwork, page: FactBook) -> Iterator[Claim]:
    last, day = ground.occasion.last_received, page.day
    if last is None:
        return
    done = sum(
        task.status is TaskStatus.DONE and last.day <= (day.on(task.completed) or date.min) <= day.today
        for task in ground.agenda.tasks
    )
    if done:
        fact = page.stat("done_since", "tasks done", done, f"finished from {last.day} on")
        yield Claim(kind="counts", text=reengagement.done_meanwhile(done, last.day, day.today), facts=(fact,))


def _actions(tier: Tier, page: FactBook) -> tuple[NextAction, ...]:
    most = _MOST_ACTIONS[tier]
    return page.admit(next_actions(page, 0, most)[0]) if most else ()
