"""Test dedicated threads: their bound, and that a cancelled call makes room."""

import asyncio
import threading

import pytest

from daybreak.errors import Unavailable
from daybreak.people.access import passwords
from daybreak.threads import DedicatedThreads


async def test_call_beyond_the_bound_is_rejected_until_another_has_ended():
    threads, release = DedicatedThreads("test", 1, max_waiting=1), threading.Event()
    running, waiting = (asyncio.create_task(threads.run(release.wait)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as rejection:
        await threads.run(release.wait)
    assert rejection.value.retry_after == 5
    waiting.cancel()
    await asyncio.wait([waiting])
    again = asyncio.create_task(threads.run(threading.current_thread))
    release.set()
    assert await asyncio.wait_for(running, 60)
    assert (await asyncio.wait_for(again, 60)).name.startswith("test")


async def test_passwords_that_wait_to_be_verified_are_bounded(monkeypatch):
    monkeypatch.setattr(passwords, "_threads", DedicatedThreads("test", 1, max_waiting=1))
    tries = (passwords.verify_password("correct horse", None) for _ in range(5))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(one, Unavailable) for one in answers] == [False, False, True, True, True]
