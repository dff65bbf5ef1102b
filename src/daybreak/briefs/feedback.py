"""Readers' opinions of the sentences of their briefs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.briefs import store
from daybreak.briefs.document.claims import list_claims
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.rendering.outline import ListBlock, Prose
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.entries import with_texts
from daybreak.db import load
from daybreak.errors import NotFound
from daybreak.people import BriefLength

_sql = load(__package__)
_DIGEST_BYTES = 8


class Opinion(StrEnum):
    """An opinion of a sentence."""

    USEFUL = "useful"
    WRONG = "wrong"


def claim_id(text: str, facts: Collection[str]) -> str:
    """Return the id of a sentence: 16 hexadecimal digits derived from its text and its facts."""
    return blake2b("\0".join((text, *facts)).encode(), digest_size=_DIGEST_BYTES).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A reader's opinion of one sentence, with its text and facts."""

    claim: str
    text: str
    facts: tuple[str, ...]
    opinion: Opinion


class _Sentence(NamedTuple):
    """A sentence as a reader sees it, and the ids of its facts."""

    text: str
    facts: tuple[str, ...]


async def list_feedback(tx: asyncpg.Connection, owner_id: UUID, edition_id: UUID) -> dict[str, Feedback]:
    """Return the feedback of a brief's reader by the ids of the sentences."""
    rows = await tx.fetch(_sql.list_feedback, owner_id, edition_id)
    return {row["claim"]: _feedback_from_row(row) for row in rows}


def _feedback_from_row(row: asyncpg.Record) -> Feedback:
    opinion = Opinion(row["opinion"])
    return Feedback(claim=row["claim"], text=row["sentence"], facts=tuple(row["facts"]), opinion=opinion)


async def record_feedback(
    tx: asyncpg.Connection,
    owner_id: UUID,
    day: date,
    claim: str,
    opinion: Opinion | None,
    edition: Edition = Edition.STANDARD,
) -> None:
    """Record a reader's opinion of a sentence of a brief; None removes it.

    Raises:
        NotFound: the brief does not exist or does not contain the sentence.
    """
    brief = await store.find(tx, owner_id, day, edition)
    if brief is None:
        raise NotFound(f"There is no brief for {day}.")
    if opinion is None:
        await tx.execute(_sql.delete_feedback, owner_id, brief.id, claim)
        return
    sentence = _find_sentence(brief.document, claim)
    row = (claim, sentence.text, list(sentence.facts), opinion, clock.now())
    await tx.execute(_sql.record_feedback, owner_id, brief.id, *row)


def _find_sentence(document: Document, claim: str) -> _Sentence:
    """Return a sentence of the document, or of a form at any length."""
    for sentence in _list_sentences(document):
        if claim_id(*sentence) == claim:
            return sentence
    raise NotFound("The brief no longer contains this sentence; reload it and try again.")


def _list_sentences(document: Document) -> Iterator[_Sentence]:
    for claim in list_claims(with_texts(document)):
        yield _Sentence(one_line(claim.text), claim.facts)
    for length in BriefLength:
        for block in build_outline(document, length):
            if isinstance(block, Prose | ListBlock):
                for line in block.sentences:
                    yield from (_Sentence(one.text, one.facts) for one in (line, *line.more))
