"""The archive: earlier briefs by date, and full-text search.

Briefs are indexed by the first search after they were composed: composing does not wait for it, and most
users never search. A search indexes a limited number of briefs and reports whether more remain.
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
from daybreak.briefs.document.model import Edition
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
    """The characters of a search: lower case, and beyond ASCII only letters and digits.

    PostgreSQL treats capitals and quotation marks by the locale of the database, so they are replaced here.
    """

    def __missing__(self, code: int) -> int:
        sign = chr(code).lower()
        is_taken = len(sign) == 1 and sign.isprintable() and (sign.isascii() or sign.isalnum())
        return self.setdefault(code, ord(sign) if is_taken else ord(" "))


_PLAIN = _Plain()


class Place(NamedTuple):
    """A position in the archive, after which a list continues."""

    date: date
    edition: Edition


class Piece(NamedTuple):
    """A piece of a sentence; ``is_match`` if it matches the search."""

    text: str
    is_found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A brief of the archive.

    Attributes:
        opening: its first sentences.
        lines: the sentences that match a search, in pieces.
    """

    id: UUID
    date: date
    edition: Edition
    composed_at: datetime
    opening: str
    lines: tuple[tuple[Piece, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of briefs, newest first.

    Attributes:
        after: the cursor of the next page; None on the last one.
        unsearched: whether older briefs are not indexed yet.
    """

    briefs: Sequence[Kept]
    after: Place | None
    unsearched: bool = False


async def browse(
    database: Database, owner_id: UUID, after: Place | None = None, *, limit: int = PAGE
) -> Page:
    """List the archive by date, after a cursor."""
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.list_editions, owner_id, *_parts(after), limit + 1)
    return _page([_kept(row) for row in rows], limit)


async def search(
    database: Database, owner_id: UUID, words: str, after: Place | None = None, *, limit: int = PAGE
) -> Page:
    """Return the briefs that match a search, after a cursor, with the matching sentences.

    Args:
        database: the database.
        owner_id: the owner of the archive.
        words: the query, as in web searches: all words, “or”, "exact words", -without.
        after: the cursor to continue from.
        limit: at most this many briefs.

    Raises:
        InvalidInput: the query is too long.
    """
    if len(words) > LONGEST_SEARCH or "\0" in words:
        raise InvalidInput(f"A search has at most {LONGEST_SEARCH} characters; use fewer words.")
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
    """Index the newest briefs that are not indexed yet; return whether more remain."""
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
    """Yield the sentences of a brief, from its JSON."""
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
    """Split a sentence; ``marked`` is its normalized form, with the matches between marks."""
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
