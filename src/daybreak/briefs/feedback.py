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
from daybreak.briefs.rendering.outline import Items, Prose, Statement
from daybreak.briefs.rendering.outline_builder import outline
from daybreak.db import load
from daybreak.errors import NotFound

_sql = load(__package__)
_BYTES = 8


class Opinion(StrEnum):
    """An opinion of a sentence."""

    USEFUL = "useful"
    WRONG = "wrong"


def claim_id(text: str, facts: Collection[str]) -> str:
    """Return the id of a sentence: 16 hexadecimal digits derived from its text and its facts."""
    return blake2b("\0".join((text, *facts)).encode(), digest_size=_BYTES).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A reader's opinion of one sentence, with its text and facts."""

    claim: str
    text: str
    facts: tuple[str, ...]
    opinion: Opinion


async def opinions(tx: asyncpg.Connection, owner_id: UUID, edition_id: UUID) -> dict[str, Given]:
    """Return the feedback of a brief's reader by the ids of the sentences."""
    rows = await tx.fetch(_sql.list_opinions, owner_id, edition_id)
    return {row["claim"]: _given(row) for row in rows}


def _given(row: asyncpg.Record) -> Given:
    opinion = Opinion(row["opinion"])
    return Given(claim=row["claim"], text=row["said"], facts=tuple(row["facts"]), opinion=opinion)


async def judge(
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
        await tx.execute(_sql.take_opinion_back, owner_id, brief.id, claim)
        return
    said = _statement(brief.document, claim)
    row = (claim, said.text, list(said.facts), opinion, clock.now())
    await tx.execute(_sql.give_opinion, owner_id, brief.id, *row)


def _statement(document: Document, claim: str) -> Statement:
    for block in outline(document):
        if isinstance(block, Prose | Items):
            for statement in block.statements:
                if claim_id(statement.text, statement.facts) == claim:
                    return statement
    raise NotFound("The brief no longer contains this sentence; reload it and try again.")
