"""A sample of `prove/kills.py`: a day of briefs with killed processes and a database restart."""

from importlib import import_module
from pathlib import Path

PROVE = Path(__file__).parents[2] / "prove"


async def test_killed_processes_and_database_restart_lose_and_duplicate_no_brief(monkeypatch):
    monkeypatch.syspath_prepend(str(PROVE))
    proof = import_module("kills")
    with proof.home() as folder:
        found = await proof.day(folder, kills=12, people=120, seed=3)
    assert sum(found["killed"].values()) == 12
    assert proof.failures(found) == {}, proof.INVARIANT
