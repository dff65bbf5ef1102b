"""A seeded sample of `prove/days.py`: users in a few time zones, some travelling, across clock changes."""

import random
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from daybreak import telemetry

PROVE = Path(__file__).parents[2] / "prove"
# Offsets of 30 and 45 minutes, a gap of half an hour, gaps at midnight, the far side of the date line.
ZONES = ["Australia/Lord_Howe", "Africa/Cairo", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]


@pytest.fixture
async def proof(monkeypatch):
    monkeypatch.syspath_prepend(str(PROVE))
    telemetry.configure("error")
    return import_module("days")


async def test_every_user_gets_one_brief_per_local_date_at_the_right_instant(harness, proof):
    admin = await asyncpg.connect(harness.app.replace("daybreak_app", "postgres"))
    begin = datetime(2026, 2, 27, tzinfo=UTC)
    rng = random.Random(7)  # noqa: S311 - not a secret
    simulation = proof.Simulation(admin, harness.database, rng, begin, begin + timedelta(days=65))
    found = await proof.simulate(simulation, ZONES)
    await admin.close()
    assert proof.failures(found) == {}, proof.INVARIANT
    assert found["days"] + found["travelled_days"] == simulation.ticked.claimed > 2000
