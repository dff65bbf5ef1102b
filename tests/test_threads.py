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
    threads, release = DedicatedThreads("test", 1, max_waiting=1), threading.Event()
    monkeypatch.setattr(passwords, "_threads", threads)
    occupying = asyncio.create_task(threads.run(release.wait))
    waiting = asyncio.create_task(passwords.verify_password("correct horse", None))
    await asyncio.sleep(0)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await passwords.verify_password("correct horse", None)
    release.set()
    assert await asyncio.wait_for(waiting, 60) is False
    assert await asyncio.wait_for(occupying, 60)
