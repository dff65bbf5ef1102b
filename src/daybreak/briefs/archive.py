"""The archive: earlier briefs by date, and the search in what they say.

The words of a brief are indexed when somebody searches: composing need not wait for it, and most people never
search. A search reads at most so many briefs anew and says how many it has left out.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from daybreak.briefs import store
from daybreak.briefs.model import Edition
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.db import Database, load
from daybreak.errors import InvalidInput

_sql = load(__package__)
PAGE = 20
LONGEST_SEARCH = 200
_INDEXED_AT_ONCE = 400
_END = "\ue001"
_TO_MARK = re.compile("([^\ue000\ue001]*)([\ue000\ue001]|$)")


class _Plain(dict[int, int]):
    """Signs as the search takes them: lower case, and only letters and digits beyond ASCII.

    What PostgreSQL does about capitals and quotation marks depends on the locale of the database.
    """

    def __missing__(self, code: int) -> int:
        sign = chr(code).lower()
        is_taken = len(sign) == 1 and sign.isprintable() and (sign.isascii() or sign.isalnum())
        return self.setdefault(code, ord(sign) if is_taken else ord(" "))


_PLAIN = _Plain()


class Place(NamedTuple):
    """A place in the archive, from which a list goes on."""

    date: date
    edition: Edition


class Piece(NamedTuple):
    """A piece of a line; ``is_found`` if it is what was searched for."""

    text: str
    is_found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A brief of the archive.

    Attributes:
        opening: its first sentences.
        lines: the sentences that a search is about, in pieces.
    """

    id: UUID
    date: date
    edition: Edition
    composed_at: datetime
    opening: str
    lines: tuple[tuple[Piece, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some briefs, newest first.

    Attributes:
        after: where the next page goes on; None if there is none.
        unsearched: whether there are older briefs that the search has not read yet.
    """

    briefs: Sequence[Kept]
    after: Place | None
    unsearched: bool = False


async def browse(
    database: Database, owner_id: UUID, after: Place | None = None, *, limit: int = PAGE
) -> Page:
    """The archive by date, after that place."""
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.list_editions, owner_id, *_parts(after), limit + 1)
    return _page([_kept(row) for row in rows], limit)


async def search(
    database: Database, owner_id: UUID, words: str, after: Place | None = None, *, limit: int = PAGE
) -> Page:
    """The briefs that say something with these words, after that place, with the sentences.

    Args:
        database: where everything is.
        owner_id: whose archive.
        words: as in web searches: all of them, “or”, "exact words", -without.
        after: where to go on.
        limit: how many briefs at most.

    Raises:
        InvalidInput: it is too much to search for.
    """
    if len(words) > LONGEST_SEARCH or "\0" in words:
        raise InvalidInput(f"A search has at most {LONGEST_SEARCH} characters; give fewer words.")
    wanted = words.translate(_PLAIN)
    unsearched = await _index(database, owner_id)
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.search_editions, owner_id, wanted, *_parts(after), limit + 1)
        shown = rows[:limit]
        said = [(row["id"], line) for row in shown for line in _lines(store.unpacked(row["document"]))]
        plain = [line.translate(_PLAIN) for _, line in said]
        found = await tx.fetch(_sql.find_lines, wanted, [one for one, _ in said], plain)
    lines: defaultdict[UUID, list[tuple[Piece, ...]]] = defaultdict(list)
    for row in found:
        lines[row["brief"]].append(_pieces(said[row["place"] - 1][1], row["marked"]))
    briefs = [_kept(row, tuple(lines[row["id"]])) for row in rows]
    return _page(briefs, limit, unsearched=unsearched)


async def _index(database: Database, owner_id: UUID) -> bool:
    """Index what is not indexed yet; gives whether something was left for another time."""
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.list_unindexed, owner_id, _INDEXED_AT_ONCE + 1)
    rows, is_more = rows[:_INDEXED_AT_ONCE], len(rows) > _INDEXED_AT_ONCE
    if rows:
        texts = await asyncio.to_thread(lambda: [_text(row["document"]) for row in rows])
        ids, composed = [row["id"] for row in rows], [row["composed_at"] for row in rows]
        async with database.transaction([owner_id]) as tx:
            await tx.execute(_sql.write_words, owner_id, ids, composed, texts)
    return is_more


def _text(document: bytes) -> str:
    found = store.unpacked(document)
    titles = (fact["title"] for fact in found["facts"].values() if fact["kind"] != "stat")
    return "\n".join(dict.fromkeys((*_lines(found), *titles))).translate(_PLAIN)


def _lines(document: dict[str, Any]) -> Iterator[str]:
    """The sentences of a brief, as its JSON has them."""
    claims = [
        *document["headline"],
        *document["next_actions"],
        *document["since_last"]["entries"],
        *document["timeline"],
        *document["workload"]["statements"],
    ]
    if week := document.get("week"):
        claims += week["calendar"]
        for project in week["projects"]:
            claims += [claim for view in project["topics"] for claim in view["entries"]]
            if project["project"]:
                yield one_line(project["project"])
    for section in document["sections"]:
        claims += section["statements"]
        claims += [claim for view in section["buckets"] for claim in view["entries"]]
        claims += section["notes"]
        if section["project"]:
            yield one_line(section["project"])
    for claim in claims:
        yield one_line(claim["text"])


def _kept(row: asyncpg.Record, lines: tuple[tuple[Piece, ...], ...] = ()) -> Kept:
    document = store.unpacked(row["document"])
    opening = " ".join(one_line(claim["text"]) for claim in document["headline"])
    edition = Edition(row["edition"])
    return Kept(
        id=row["id"],
        date=row["brief_date"],
        edition=edition,
        composed_at=row["composed_at"],
        opening=opening,
        lines=lines,
    )


def _pieces(line: str, marked: str) -> tuple[Piece, ...]:
    """A line in pieces; ``marked`` is the same, sign by sign, in its plain form, with marks in between."""
    pieces, begin = [], 0
    for text, mark in _TO_MARK.findall(marked):
        pieces.append(Piece(line[begin : begin + len(text)], mark == _END))
        begin += len(text)
    return tuple(piece for piece in pieces if piece.text)


def _page(briefs: Sequence[Kept], limit: int, *, unsearched: bool = False) -> Page:
    shown = briefs[:limit]
    last = shown[-1] if len(briefs) > limit else None
    after = Place(last.date, last.edition) if last else None
    return Page(briefs=shown, after=after, unsearched=unsearched)


def _parts(after: Place | None) -> tuple[date | None, str | None]:
    return (after.date, after.edition) if after else (None, None)
