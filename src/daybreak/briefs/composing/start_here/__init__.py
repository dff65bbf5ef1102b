"""Start here: at most three tasks to begin today, by a pure function that ages.

A candidate is a task of the reader that can be begun: open, not blocked, not waiting for another person, not
starting later, and not a wish for someday unless its date has come. Its worth is a sum of points.

==========================================  ===============================================
due today                                   50; a trifle 28
due by the next working day                 35, and 10 if it takes two hours or more; a trifle 24
due within 3 / 7 / 14 / 30 days             26 / 20 / 8 / 3; a trifle at most 18
highest / high / medium / low priority      30 / 20 / 8 / -22; half without a date or after a week
overdue                                     as on its day, times 14 / (14 + days late);
                                            after 30 days at most 5
was to start before, without a due date     30, and fades in the same way
starts today, without a due date            25
in progress                                 6; without a date 15, untouched for a week 6
a title with money, a deadline, health      8
a title with a person who waits             6
for a meeting of today, by its words        22, or 14 by one word alone
for a meeting of today, by its project      12 if it is due today, 8 if it is dated otherwise
for a meeting of tomorrow, by its words     11
next step of a phase that ends in 14 days   5
put off to a later day before               -4 each time, up to three
blocks other tasks                          95 % of the points of the best, if more, and 8
==========================================  ===============================================

A trifle has low priority, recurs, takes 15 minutes or less, is a chore by its title, or has neither priority
nor estimate in a list that uses priorities (a fifth of the candidates have one). Nothing speaks for a trifle:
no meeting, no task or person that waits, no consequence, no phase.

Those with the most points are shown, ties by due date, priority, title and id. Not shown are

* what is longer than any free time of today, if there is any;
* what is worth less than 10 points, and trifles where two others are worth more;
* what three briefs showed untouched, unless it is due today or tomorrow; a brief asks once if it is wanted.

If nothing is left, the best of the others are shown, those that fit first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from daybreak.briefs.composing.start_here.candidates import (
    Candidate,
    Situation,
    choose_first,
    count_worthwhile,
    rank_candidates,
)
from daybreak.briefs.composing.start_here.memory import FirstMemory
from daybreak.briefs.composing.start_here.reasons import make_action
from daybreak.briefs.document.model import NextAction
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.briefs.wording import start_here as wording
from daybreak.claims import Claim

__all__ = ["MAX_ACTIONS", "Situation", "StartHere", "pick_start_here", "remember_shown"]

MAX_ACTIONS = 3


class StartHere(NamedTuple):
    """What to begin today.

    Attributes:
        omitted: the number of further candidates that are worth it.
        still_wanted: the question whether a task is still wanted that was shown three times.
    """

    actions: tuple[NextAction, ...] = ()
    omitted: int = 0
    still_wanted: Claim | None = None


def pick_start_here(book: FactBook, situation: Situation, max_actions: int = MAX_ACTIONS) -> StartHere:
    """Return what to begin today, over all projects."""
    ranked = rank_candidates(book, situation)
    chosen = choose_first(ranked, max_actions)
    actions = book.keep_supported(make_action(book, candidate) for candidate in chosen)
    asked = _ask_about(book, ranked, FirstMemory(situation.last, book.day))
    return StartHere(actions, count_worthwhile(ranked, besides=chosen), asked)


def remember_shown(snapshot: Snapshot, book: FactBook, first: StartHere, last: Snapshot | None) -> Snapshot:
    """Return the snapshot with what this brief shows first, for the next one."""
    asked = first.still_wanted.facts[0].removeprefix("task:") if first.still_wanted else None
    shown = {action.facts[0].removeprefix("task:") for action in first.actions}
    return FirstMemory(last, book.day).amend(snapshot, book.open, shown, asked)


def _ask_about(book: FactBook, ranked: Sequence[Candidate], memory: FirstMemory) -> Claim | None:
    tired = (one.task for one in ranked if one.is_tired and not memory.was_asked(one.task))
    task = next(tired, None)
    if task is None:
        return None
    fact_id = book.cite_task(task)
    text = wording.still_wanted(book.facts[fact_id], book.day.tense)
    return next(iter(book.keep_supported([Claim(kind="still_wanted", text=text, facts=(fact_id,))])), None)
