import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest

from daybreak import clock, people
from daybreak.db import Database
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.people import Preferences, User


def unique_email() -> str:
    return f"{uuid4().hex}@example.org"


async def test_user_is_found_by_address_in_any_case(database: Database, user: User):
    assert await people.find_by_email(database, f" {user.email.upper()} ") == user


async def test_unknown_address_finds_no_user(database: Database):
    assert await people.find_by_email(database, unique_email()) is None


async def test_duplicate_address_is_rejected(database: Database, user: User):
    with pytest.raises(Conflict, match="already"):
        await people.create_user(database, user.email.upper(), timezone="UTC")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "CEST", "+02:00", "", "localtime", "europe/berlin"])
async def test_invalid_timezone_is_rejected(database: Database, user: User, zone: str):
    with pytest.raises(InvalidInput, match="time zone"):
        await people.create_user(database, unique_email(), timezone=zone)
    with pytest.raises(InvalidInput, match="time zone"):
        await people.update_user_with(database, user.id, lambda _: replace(user, timezone=zone))


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a b@c", "a@b@c", "a\0@b", f"{'a' * 250}@b.de", "\ud800@b"]
)
async def test_invalid_address_is_rejected(database: Database, email: str):
    with pytest.raises(InvalidInput, match="e-mail address"):
        await people.create_user(database, email, timezone="UTC")


@pytest.mark.parametrize("country", ["DEU", "D", "12", "ß", "Österreich"])
async def test_invalid_country_is_rejected(database: Database, user: User, country: str):
    with pytest.raises(InvalidInput, match="No country"):
        await people.create_user(database, unique_email(), timezone="UTC", country=country)
    with pytest.raises(InvalidInput, match="No country"):
        await people.update_user_with(database, user.id, lambda _: replace(user, country=country))


@pytest.mark.parametrize("name", ["   ", "Anna\0", "An\nna", "\ud800", "x" * 201])
async def test_invalid_name_is_rejected(database: Database, user: User, name: str):
    with pytest.raises(InvalidInput, match="name"):
        await people.create_user(database, unique_email(), timezone="UTC", name=name)
    with pytest.raises(InvalidInput, match="name"):
        await people.update_user_with(database, user.id, lambda _: replace(user, name=name))


async def test_name_defaults_to_local_part_of_address(database: Database):
    assert (await people.create_user(database, f"zoë+{unique_email()}", timezone="UTC")).name.startswith(
        "zoë+"
    )


async def test_changed_user_is_stored(database: Database, user: User):
    changed = replace(
        user,
        name="Annika",
        timezone="Asia/Kolkata",
        country=None,
        preferences=Preferences(brief_time=time(6, 15), workday_start=time(8), workday_end=time(23, 59)),
    )
    await people.update_user_with(database, changed.id, lambda _: changed)
    assert await people.find_by_email(database, user.email) == changed


async def test_update_returns_the_stored_user(database: Database, user: User):
    stored = await people.update_user_with(
        database, user.id, lambda _: replace(user, name=" Annika ", country="fr")
    )
    assert (stored.name, stored.country) == ("Annika", "FR")
    assert await people.find_by_email(database, user.email) == stored


async def test_deleted_user_cannot_be_updated(database: Database, user: User):
    with pytest.raises(NotFound):
        await people.update_user_with(database, uuid4(), lambda current: current)


async def test_concurrent_updates_do_not_overwrite_each_other(database: Database, user: User):
    changes = (
        lambda current: replace(current, name="Annika"),
        lambda current: replace(current, country="FR"),
    )
    await asyncio.gather(*(people.update_user_with(database, user.id, change) for change in changes))
    stored = await people.find_by_email(database, user.email)
    assert (stored.name, stored.country) == ("Annika", "FR")


async def test_user_cannot_be_read_in_the_transaction_of_another(database, user, other_user):
    with pytest.raises(NotFound):
        async with database.transaction([user.id]) as tx:
            await people.get_user(tx, other_user.id)


async def test_operator_sees_all_users_oldest_first(database, user, other_user):
    everyone = list(await people.list_users(database))
    assert everyone.index(user) < everyone.index(other_user)


def test_working_day_without_hours_is_rejected():
    with pytest.raises(InvalidInput, match="has no hours"):
        Preferences(workday_start=time(17), workday_end=time(9))


async def test_today_is_the_date_in_the_users_timezone(user: User, other_user: User, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 29, 21, 59, tzinfo=UTC))
    assert (user.today(), other_user.today()) == (date(2026, 3, 29), date(2026, 3, 30))


async def test_brief_describes_now_or_its_due_time(user: User):
    assert user.as_of(user.today()) == clock.now()
    assert user.as_of(date(2026, 3, 30)) == datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
