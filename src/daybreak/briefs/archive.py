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
from typing import NamedTuple
from uuid import UUID

import asyncpg

from daybreak.briefs import store
from daybreak.briefs.document.claims import list_claims
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.entries import with_texts
from daybreak.briefs.wording.titles import without_marks
from daybreak.db import Database, load
from daybreak.errors import InvalidInput

_sql = load(__package__)
PAGE_SIZE = 20
MAX_QUERY_LENGTH = 200
_MAX_INDEXED_PER_SEARCH = 400
_MARK_END = "\ue001"
_MARKED_PIECE = re.compile("([^\ue000\ue001]*)([\ue000\ue001]|$)")


class _SearchNormalization(dict[int, int]):
    """The characters of a search: lower case, and beyond ASCII only letters and digits.

    PostgreSQL treats capitals and quotation marks by the locale of the database, so they are replaced here.
    """

    def __missing__(self, code: int) -> int:
        sign = chr(code).lower()
        is_taken = len(sign) == 1 and sign.isprintable() and (sign.isascii() or sign.isalnum())
        return self.setdefault(code, ord(sign) if is_taken else ord(" "))


_NORMALIZE = _SearchNormalization()


class ArchiveCursor(NamedTuple):
    """A position in the archive, after which a list continues."""

    date: date
    edition: Edition


class Highlight(NamedTuple):
    """A piece of a sentence; ``is_match`` if it matches the search."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedBrief:
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
    lines: tuple[tuple[Highlight, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage:
    """A page of briefs, newest first.

    Attributes:
        after: the cursor of the next page; None on the last one.
        is_incomplete: whether older briefs are not indexed yet.
    """

    briefs: Sequence[ArchivedBrief]
    after: ArchiveCursor | None
    is_incomplete: bool = False


async def list_archive(
    database: Database, owner_id: UUID, after: ArchiveCursor | None = None, *, limit: int = PAGE_SIZE
) -> ArchivePage:
    """List the archive by date, after a cursor."""
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.list_archive, owner_id, *_cursor_values(after), limit + 1)
    return _make_page([_archived_brief(row) for row in rows], limit)


async def search_archive(
    database: Database,
    owner_id: UUID,
    query: str,
    after: ArchiveCursor | None = None,
    *,
    limit: int = PAGE_SIZE,
) -> ArchivePage:
    """Return the briefs that match a search, after a cursor, with the matching sentences.

    Args:
        database: the database.
        owner_id: the owner of the archive.
        query: the query, as in web searches: all words, “or”, "exact words", -without.
        after: the cursor to continue from.
        limit: at most this many briefs.

    Raises:
        InvalidInput: the query is too long.
    """
    if len(query) > MAX_QUERY_LENGTH or "\0" in query:
        raise InvalidInput(f"A search has at most {MAX_QUERY_LENGTH} characters; use fewer words.")
    normalized = query.translate(_NORMALIZE)
    is_incomplete = await _index_new_briefs(database, owner_id)
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.search_editions, owner_id, normalized, *_cursor_values(after), limit + 1)
        shown = rows[:limit]
        sentences = await asyncio.to_thread(_sentences_of, shown)
        plain = [line.translate(_NORMALIZE) for _, line in sentences]
        ids = [brief_id for brief_id, _ in sentences]
        found = await tx.fetch(_sql.find_matching_sentences, normalized, ids, plain)
    lines: defaultdict[UUID, list[tuple[Highlight, ...]]] = defaultdict(list)
    for row in found:
        lines[row["brief"]].append(_highlights(sentences[row["position"] - 1][1], row["marked"]))
    briefs = [_archived_brief(row, tuple(lines[row["id"]])) for row in rows]
    return _make_page(briefs, limit, is_incomplete=is_incomplete)


async def _index_new_briefs(database: Database, owner_id: UUID) -> bool:
    """Index the newest briefs that are not indexed yet; return whether more remain."""
    async with database.transaction([owner_id]) as tx:
        rows = await tx.fetch(_sql.list_unindexed, owner_id, _MAX_INDEXED_PER_SEARCH + 1)
    rows, is_more = rows[:_MAX_INDEXED_PER_SEARCH], len(rows) > _MAX_INDEXED_PER_SEARCH
    if rows:
        texts = await asyncio.to_thread(lambda: [_searchable_text(row["document"]) for row in rows])
        ids, composed = [row["id"] for row in rows], [row["composed_at"] for row in rows]
        async with database.transaction([owner_id]) as tx:
            await tx.execute(_sql.write_search_index, owner_id, ids, composed, texts)
    return is_more


def _searchable_text(stored: bytes) -> str:
    document = store.decode(stored)
    titles = (one_line(fact.title) for fact in document.facts.values() if fact.kind != "stat")
    return "\n".join(dict.fromkeys((*_list_sentences(document), *titles))).translate(_NORMALIZE)


def _sentences_of(rows: Sequence[asyncpg.Record]) -> list[tuple[UUID, str]]:
    """Return the sentences of several briefs, each with the id of its brief."""
    return [(row["id"], line) for row in rows for line in _list_sentences(store.decode(row["document"]))]


def _list_sentences(document: Document) -> Iterator[str]:
    """Yield the names of the projects of a brief and its sentences, without the marks of titles."""
    names = [section.project for section in document.sections]
    names += [project.project for project in document.week.projects] if document.week else []
    yield from (one_line(name) for name in names if name)
    for claim in list_claims(with_texts(document)):
        yield one_line(without_marks(claim.text))


def _archived_brief(row: asyncpg.Record, lines: tuple[tuple[Highlight, ...], ...] = ()) -> ArchivedBrief:
    headline = store.unpack(row["document"])["headline"]
    opening = " ".join(one_line(without_marks(claim["text"])) for claim in headline)
    edition = Edition(row["edition"])
    return ArchivedBrief(
        id=row["id"],
        date=row["brief_date"],
        edition=edition,
        composed_at=row["composed_at"],
        opening=opening,
        lines=lines,
    )


def _highlights(line: str, marked: str) -> tuple[Highlight, ...]:
    """Split a sentence; ``marked`` is its normalized form, with the matches between marks."""
    pieces, begin = [], 0
    for text, mark in _MARKED_PIECE.findall(marked):
        pieces.append(Highlight(line[begin : begin + len(text)], mark == _MARK_END))
        begin += len(text)
    return tuple(piece for piece in pieces if piece.text)


def _make_page(briefs: Sequence[ArchivedBrief], limit: int, *, is_incomplete: bool = False) -> ArchivePage:
    shown = briefs[:limit]
    last = shown[-1] if len(briefs) > limit else None
    after = ArchiveCursor(last.date, last.edition) if last else None
    return ArchivePage(briefs=shown, after=after, is_incomplete=is_incomplete)


def _cursor_values(after: ArchiveCursor | None) -> tuple[date | None, str | None]:
    return (after.date, after.edition) if after else (None, None)
