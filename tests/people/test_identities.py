"""Identities of users: proposals, answers, limits and their comparison with files."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak import people
from daybreak.db import Database
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.people import Identity, Sighting, User

SOURCE = uuid4()


async def list_values(tx: asyncpg.Connection, user: User, source: str = "file") -> list[str]:
    return [one.value for one in await people.list_identities(tx, user.id) if one.source == source]


async def get_one(tx: asyncpg.Connection, user: User, value: str) -> Identity:
    (found,) = [one for one in await people.list_identities(tx, user.id) if one.value == value]
    return found


async def matches(tx: asyncpg.Connection, user: User, text: str) -> bool:
    return (await people.read_identities(tx, [user.id]))[user.id].matches(text)


@pytest.fixture
async def berg(database: Database, user: User) -> User:
    """Return the user with a full name."""
    return await people.update_user_with(
        database, user.id, lambda known: User(**{**_fields(known), "name": "Anna Berg"})
    )


def _fields(user: User) -> dict[str, object]:
    return {name: getattr(user, name) for name in ("id", "email", "timezone", "country", "preferences")}


async def test_profile_counts_at_once_and_its_parts_can_be_rejected(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        assert await list_values(tx, berg, "file") == []
        profile = {"Anna Berg", berg.email, berg.email.split("@")[0], "aberg", "aberg@example.org"}
        assert profile == {one.value for one in await people.list_identities(tx, berg.id) if one.counts}
        assert await matches(tx, berg, "BERG, ANNA")
        name = await get_one(tx, berg, "Anna Berg")
        await people.reject_identity(tx, berg.id, name.id)
        assert not await matches(tx, berg, "Anna Berg")
        assert await matches(tx, berg, f"Anna Berg <{berg.email}>")
        await people.remove_identity(tx, berg.id, name.id)
        assert await matches(tx, berg, "Anna Berg")


async def test_new_name_of_the_profile_replaces_the_old_one(database: Database, berg: User):
    await people.update_user_with(
        database, berg.id, lambda known: User(**{**_fields(known), "name": "Anna Holm"})
    )
    async with database.transaction([berg.id]) as tx:
        assert "Anna Holm" in await list_values(tx, berg, "profile")
        assert "Anna Berg" not in await list_values(tx, berg, "profile")
        assert await matches(tx, berg, "Holm, Anna")
        assert not await matches(tx, berg, "Berg, Anna")


async def test_confirmed_name_stays_when_the_profile_changes(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        await people.confirm_identity(tx, berg.id, (await get_one(tx, berg, "Anna Berg")).id)
    await people.update_user_with(
        database, berg.id, lambda known: User(**{**_fields(known), "name": "Anna Holm"})
    )
    async with database.transaction([berg.id]) as tx:
        assert await matches(tx, berg, "Berg, Anna")
        assert await matches(tx, berg, "Holm, Anna")


async def test_proposal_counts_only_after_it_is_confirmed(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        await people.propose_identities(
            tx, berg, SOURCE, [Sighting("Bergmann", "board.csv", 3), Sighting("Bob Miller", "board.csv", 5)]
        )
        proposal = await get_one(tx, berg, "Bergmann")
        assert (proposal.source_name, proposal.seen, proposal.counts) == ("board.csv", 3, False)
        assert not await matches(tx, berg, "Bergmann")
        await people.confirm_identity(tx, berg.id, proposal.id)
        assert await matches(tx, berg, "bergmann")
        await people.remove_identity(tx, berg.id, proposal.id)
        assert not await matches(tx, berg, "Bergmann")
        assert "Bergmann" in await list_values(tx, berg)


async def propose(tx: asyncpg.Connection, user: User, *texts: str, source: UUID = SOURCE) -> None:
    await people.propose_identities(tx, user, source, [Sighting(text, "board.csv", 1) for text in texts])


async def test_only_short_form_of_the_name_counts_at_once(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        await propose(tx, berg, "Anna", "Bob Miller")
        assert (await get_one(tx, berg, "Anna")).counts
        assert await matches(tx, berg, "@anna")
        assert not await matches(tx, berg, "Anna Schmidt")
        await propose(tx, berg, "Anna", "Bob Miller", "Anna Schmidt")
        assert not (await get_one(tx, berg, "Anna")).counts
        assert not await matches(tx, berg, "Anna")


async def test_short_form_does_not_count_beside_another_name_of_the_user(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        await propose(tx, berg, "Anna", "Anna Berg")
        assert not await matches(tx, berg, "Anna")
        await people.add_identity(tx, berg.id, "The Boss")
        await propose(tx, berg, "Anna", "The Boss")
        assert not await matches(tx, berg, "Anna")
        await propose(tx, berg, "Anna", "Bob Miller")
        assert await matches(tx, berg, "Anna")


async def test_short_form_does_not_count_while_another_source_has_a_namesake(database: Database, berg: User):
    other = uuid4()
    async with database.transaction([berg.id]) as tx:
        await propose(tx, berg, "Anna")
        await propose(tx, berg, "Annabel Stone", "Bob", source=other)
        assert await matches(tx, berg, "Anna")
        await propose(tx, berg, "Anna Schmidt", source=other)
        assert not await matches(tx, berg, "Anna")
        await people.withdraw_proposals(tx, berg.id, other)
        assert await matches(tx, berg, "Anna")


async def test_assumed_name_can_be_rejected(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        await propose(tx, berg, "Anna", "Bob Miller")
        anna = await get_one(tx, berg, "Anna")
        await people.reject_identity(tx, berg.id, anna.id)
        await propose(tx, berg, "Anna", "Bob Miller", "Eve Stone")
        assert not await matches(tx, berg, "Anna")
        await people.remove_identity(tx, berg.id, anna.id)
        assert await matches(tx, berg, "Anna")


async def test_reader_is_no_proposal_and_one_person_is_proposed_once(database: Database, berg: User):
    texts = ["Anna Berg", f"A. B. <{berg.email}>", "Miller, Bob", "bob miller", "BOB MILLER; Eve Stone"]
    async with database.transaction([berg.id]) as tx:
        await people.propose_identities(tx, berg, SOURCE, [Sighting(text, "board.csv", 1) for text in texts])
        assert await list_values(tx, berg) == ["Miller, Bob", "Eve Stone"]
        assert (await get_one(tx, berg, "Miller, Bob")).seen == 3


async def test_answers_stay_when_files_are_read_again(database: Database, berg: User):
    sightings = [
        Sighting("Anna", "board.csv", 3),
        Sighting("Bob", "board.csv", 5),
        Sighting("Eve", "b.csv", 1),
    ]
    async with database.transaction([berg.id]) as tx:
        await people.propose_identities(tx, berg, SOURCE, sightings)
        await people.confirm_identity(tx, berg.id, (await get_one(tx, berg, "Anna")).id)
        await people.reject_identity(tx, berg.id, (await get_one(tx, berg, "Bob")).id)
        await people.propose_identities(tx, berg, SOURCE, [one._replace(items=9) for one in sightings])
        assert (await get_one(tx, berg, "Anna")).confirmed_at
        assert (await get_one(tx, berg, "Bob")).rejected_at
        assert (await get_one(tx, berg, "Eve")).seen == 9


async def test_number_of_proposals_is_limited_but_similar_names_have_room(database: Database, berg: User):
    team = [
        Sighting(f"Member {chr(65 + number // 26)}{chr(65 + number % 26)}x", "board.csv", 9)
        for number in range(80)
    ]
    async with database.transaction([berg.id]) as tx:
        await people.propose_identities(tx, berg, SOURCE, team)
        assert len(await list_values(tx, berg)) == 50
        await people.propose_identities(tx, berg, SOURCE, [*team, Sighting("A. Berg", "other.csv", 1)])
        assert len(await list_values(tx, berg)) == 51
        assert "A. Berg" in await list_values(tx, berg)


@pytest.mark.parametrize("text", ["", "   ", "@", "<>", "Anna; Bob", "x" * 201, "Anna\0Berg"])
async def test_malformed_name_is_rejected(database: Database, user: User, text: str):
    async with database.transaction([user.id]) as tx:
        with pytest.raises(InvalidInput, match=r"Enter .*\."):
            await people.add_identity(tx, user.id, text)


async def test_added_name_counts_and_is_deleted_when_removed(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        added = await people.add_identity(tx, berg.id, "Annika <annika@work.example>")
        assert (added.kind, added.value) == ("email", "annika@work.example")
        assert await matches(tx, berg, "mailto:ANNIKA@work.example")
        assert await people.add_identity(tx, berg.id, "annika@work.example") == added
        await people.remove_identity(tx, berg.id, added.id)
        assert not await matches(tx, berg, "annika@work.example")
        with pytest.raises(NotFound):
            await people.get_identity(tx, berg.id, added.id)


async def test_adding_a_rejected_name_confirms_it(database: Database, berg: User):
    async with database.transaction([berg.id]) as tx:
        name = await get_one(tx, berg, "Anna Berg")
        await people.reject_identity(tx, berg.id, name.id)
        added = await people.add_identity(tx, berg.id, "berg, anna")
        assert (added.id, added.counts) == (name.id, True)


async def test_number_of_identities_is_limited(database: Database, user: User):
    async with database.transaction([user.id]) as tx:
        before = len(await people.list_identities(tx, user.id))
        for number in range(100 - before):
            await people.add_identity(tx, user.id, f"name{number}@work.example")
        with pytest.raises(Conflict, match="100 names"):
            await people.add_identity(tx, user.id, "late@work.example")
        await people.add_identity(tx, user.id, "name1@work.example")


async def test_answer_to_an_unknown_identity_is_not_found(database: Database, user: User, other_user: User):
    async with database.transaction([other_user.id]) as tx:
        foreign = (await people.list_identities(tx, other_user.id))[0].id
    for verb in (
        people.confirm_identity,
        people.reject_identity,
        people.remove_identity,
        people.get_identity,
    ):
        async with database.transaction([user.id]) as tx:
            with pytest.raises(NotFound, match="does not exist"):
                await verb(tx, user.id, foreign)


async def test_identities_of_many_owners_are_read_in_one_statement(
    database: Database, user: User, other_user: User
):
    async with database.transaction([user.id, other_user.id]) as tx:
        await people.add_identity(tx, user.id, "Kim Park")
        known = await people.read_identities(tx, [user.id, other_user.id])
    assert [known[one.id].matches("Kim Park") for one in (user, other_user)] == [True, False]
    assert known[other_user.id].matches(other_user.email)
