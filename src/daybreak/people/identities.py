"""The identities of users: proposed, confirmed, rejected, added and removed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import load
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.people.identity import (
    Identities,
    Identity,
    IdentityKind,
    IdentitySource,
    PersonText,
    parse_people,
    profile_identities,
)
from daybreak.people.model import User
from daybreak.people.resemblance import find_assumed_name, resembles_profile
from daybreak.people.rows import user_of

_sql = load(__package__)
MAX_IDENTITIES = 100
MAX_VALUE_LENGTH = 200
_MAX_PROPOSALS = 50
# More names than these are proposed if they resemble the user's.
_MAX_SIMILAR_PROPOSALS = 70


class Sighting(NamedTuple):
    """A text of a file that names a person, and how many items of that file have it."""

    text: str
    file_name: str
    items: int


async def read_identities(tx: asyncpg.Connection, owner_ids: Collection[UUID]) -> dict[UUID, Identities]:
    """Return the names and addresses that are each owner's, in one round trip."""
    rows = await tx.fetch(_sql.read_identity_facts, list(owner_ids))
    return {row["id"]: Identities.from_rows(row["answers"], user_of(row)) for row in rows}


async def list_identities(tx: asyncpg.Connection, user_id: UUID) -> list[Identity]:
    """Return a user's identities: those that count, then proposals by frequency, then rejected ones."""
    found = [_identity_of(row) for row in await tx.fetch(_sql.list_identities, user_id)]
    return sorted(found, key=lambda one: (not one.counts, one.rejected_at is not None))


async def find_likely_identity(tx: asyncpg.Connection, user: User) -> Identity | None:
    """Return the most frequent proposal without an answer that resembles the user's profile, or None."""
    for one in await list_identities(tx, user.id):
        if not (one.counts or one.is_answered) and resembles_profile(one.value, user):
            return one
    return None


async def get_identity(tx: asyncpg.Connection, user_id: UUID, identity_id: UUID) -> Identity:
    """Return one identity of a user.

    Raises:
        NotFound: the user has no such identity.
    """
    return _found(await tx.fetchrow(_sql.read_identity, user_id, identity_id))


async def propose_profile(tx: asyncpg.Connection, user: User) -> None:
    """Propose the name and address of a user's profile, in place of those of the earlier profile."""
    people = [one for one in profile_identities(user) if one.value]
    columns = [[one.kind for one in people], [one.value for one in people], [one.key for one in people]]
    await tx.execute(_sql.propose_profile, user.id, *columns)


async def propose_identities(
    tx: asyncpg.Connection, user: User, source_id: UUID, sightings: Iterable[Sighting]
) -> None:
    """Propose people whom the files of a source name and who may be the user, in one statement.

    People who are the user by the profile are no proposals, and answered ones stay answered. The only short
    form of the user's name counts at once, unless the source also has another name of the user. At most 50
    are proposed, and some more that resemble the profile. Earlier proposals of the source that were not
    found are deleted.
    """
    rows = [(*key, value, *rest) for key, (value, *rest) in _count_people(user, sightings).items()]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 7
    await tx.execute(
        _sql.propose_identities, user.id, source_id, *columns, _MAX_PROPOSALS, _MAX_SIMILAR_PROPOSALS
    )


async def withdraw_proposals(tx: asyncpg.Connection, user_id: UUID, source_id: UUID) -> None:
    """Delete the proposals of a removed source; answered ones stay."""
    await tx.execute(_sql.withdraw_proposals, user_id, source_id)


def _count_people(
    user: User, sightings: Iterable[Sighting]
) -> dict[tuple[IdentityKind, str], tuple[str, str, int, bool, bool]]:
    """Return value, file, number of items, similarity and whether it is assumed, the likeliest person first.

    The file is the one that names the person most often.
    """
    known = Identities.from_rows((), user)
    others: dict[tuple[IdentityKind, str], PersonText] = {}
    is_named = False
    counts: defaultdict[tuple[IdentityKind, str], Counter[str]] = defaultdict(Counter)
    for sighting in sightings:
        for person in parse_people(sighting.text):
            if known.matches(person.value):
                is_named = True
            elif len(person.value) <= MAX_VALUE_LENGTH:
                key = person.kind, person.key
                others.setdefault(key, person)
                counts[key][sighting.file_name] += sighting.items
    assumed = None if is_named else find_assumed_name(others.values(), user)
    found = {
        key: (
            others[key].value,
            *files.most_common(1)[0],
            resembles_profile(others[key].value, user),
            others[key] is assumed,
        )
        for key, files in counts.items()
    }
    likeliest = sorted(found.items(), key=lambda one: (not one[1][3], -one[1][2], one[0]))
    return dict(likeliest[:_MAX_SIMILAR_PROPOSALS])


async def add_identity(tx: asyncpg.Connection, user_id: UUID, text: str) -> Identity:
    """Add a name or an address of a user, which is confirmed with it; one that exists is confirmed.

    Raises:
        InvalidInput: it is empty, too long, or names several people.
        Conflict: the user has too many identities.
    """
    person = _parse_added(text)
    values = person.kind, person.value, person.key, MAX_IDENTITIES
    row = await tx.fetchrow(_sql.add_identity, user_id, uuid4(), *values)
    if row is None:
        raise Conflict(
            f"You already have {MAX_IDENTITIES} names and addresses. Remove one that you no longer need."
        )
    return _identity_of(row)


def _parse_added(text: str) -> PersonText:
    people = parse_people(text)
    if len(people) != 1:
        reason = "Enter one name or address at a time." if people else "Enter a name or an e-mail address."
        raise InvalidInput(reason)
    if len(text.strip()) > MAX_VALUE_LENGTH or not people[0].value.isprintable():
        raise InvalidInput(f"Enter a name or address of at most {MAX_VALUE_LENGTH} printable characters.")
    return people[0]


async def confirm_identity(tx: asyncpg.Connection, user_id: UUID, identity_id: UUID) -> Identity:
    """Record that a name or address is the user's.

    Raises:
        NotFound: the user has no such identity.
    """
    return _found(await tx.fetchrow(_sql.answer_identity, user_id, identity_id, True))  # noqa: FBT003 - a column


async def reject_identity(tx: asyncpg.Connection, user_id: UUID, identity_id: UUID) -> Identity:
    """Record that a name or address is another person's.

    Raises:
        NotFound: the user has no such identity.
    """
    return _found(await tx.fetchrow(_sql.answer_identity, user_id, identity_id, False))  # noqa: FBT003 - a column


async def remove_identity(tx: asyncpg.Connection, user_id: UUID, identity_id: UUID) -> Identity:
    """Delete an identity that the user added; withdraw the answer to one of the profile or of a file.

    Raises:
        NotFound: the user has no such identity, or has not answered it.
    """
    return _found(await tx.fetchrow(_sql.remove_identity, user_id, identity_id))


def _found(row: asyncpg.Record | None) -> Identity:
    if row is None:
        raise NotFound("This name or address does not exist. It may have been removed already.")
    return _identity_of(row)


def _identity_of(row: asyncpg.Record) -> Identity:
    typed = {"kind": IdentityKind(row["kind"]), "source": IdentitySource(row["source"])}
    return Identity(**{**row, **typed})
