"""A seeded sample of `prove/days.py`: people in a few zones, some of whom travel, when clocks change."""

import random
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from daybreak import telemetry

PROVE = Path(__file__).parents[2] / "prove"
# Half an hour and 45 minutes off, a gap of half an hour, gaps at midnight, the far side of the date line.
ZONES = ["Australia/Lord_Howe", "Africa/Cairo", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]


@pytest.fixture
async def proof(monkeypatch):
    monkeypatch.syspath_prepend(str(PROVE))
    telemetry.configure("error")
    return import_module("days")


async def test_everybody_gets_one_brief_for_each_local_date_at_the_right_instant(office, proof):
    admin = await asyncpg.connect(office.app.replace("daybreak_app", "postgres"))
    begin = datetime(2026, 2, 27, tzinfo=UTC)
    dice = random.Random(7)  # noqa: S311 - not a secret
    place = proof.World(admin, office.database, dice, begin, begin + timedelta(days=65))
    found = await proof.simulate(place, ZONES)
    await admin.close()
    assert proof.failures(found) == {}, proof.INVARIANT
    assert found["days"] + found["travelled_days"] == place.ticked.claimed > 2000
