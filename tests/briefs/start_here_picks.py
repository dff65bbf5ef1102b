"""Start here of a few things: what it shows, and the points behind it."""

from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.start_here import Situation, StartHere, pick_start_here
from daybreak.briefs.composing.start_here.candidates import Candidate, rank_candidates
from daybreak.briefs.facts.fact_book import FactBook

from .factories import agenda, day


def rank(*things, free: int | None = None, days_off=frozenset()) -> list[Candidate]:
    found = agenda(*things)
    situation = Situation(words=AgendaWords(found), longest_free_minutes=free, days_off=days_off)
    return rank_candidates(FactBook(found, day()), situation)


def pick(*things, free: int | None = None, last=None) -> StartHere:
    found = agenda(*things)
    situation = Situation(words=AgendaWords(found), longest_free_minutes=free, last=last)
    return pick_start_here(FactBook(found, day()), situation)


def first_titles(*things, free: int | None = None, last=None) -> list[str]:
    return titles(pick(*things, free=free, last=last).actions)


def titles(actions) -> list[str]:
    return [action.text.strip("“”") for action in actions]


def best_points(*things) -> int:
    return rank(*things)[0].score
