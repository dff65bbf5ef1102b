"""A sample of `prove/kills.py`: a day of briefs while processes are killed and the database stops."""

from importlib import import_module
from pathlib import Path

PROVE = Path(__file__).parents[2] / "prove"


async def test_a_dozen_kills_and_a_stop_of_the_database_lose_and_double_no_brief(monkeypatch):
    monkeypatch.syspath_prepend(str(PROVE))
    proof = import_module("kills")
    with proof.home() as folder:
        found = await proof.day(folder, kills=12, people=120, seed=3)
    assert sum(found["killed"].values()) == 12
    assert proof.failures(found) == {}, proof.INVARIANT
