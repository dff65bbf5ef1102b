"""Readers' opinions of the sentences of their briefs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.briefs import store
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.rendering.outline import ListBlock, OutlineSentence, Prose
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.db import load
from daybreak.errors import NotFound

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


def _find_sentence(document: Document, claim: str) -> OutlineSentence:
    for block in build_outline(document):
        if isinstance(block, Prose | ListBlock):
            for sentence in block.sentences:
                if claim_id(sentence.text, sentence.facts) == claim:
                    return sentence
    raise NotFound("The brief no longer contains this sentence; reload it and try again.")
