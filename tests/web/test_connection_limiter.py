from dataclasses import dataclass

import pytest

from daybreak.web.connections.capacity import ConnectionCapacity
from daybreak.web.connections.limiter import ConnectionLimiter


@dataclass(eq=False)
class FakeConnection:
    is_evicted: bool = False

    def evict(self) -> None:
        self.is_evicted = True


@pytest.fixture
def limiter() -> ConnectionLimiter:
    return ConnectionLimiter(ConnectionCapacity(total=4, per_client=2, bodies=2))


def add(limiter: ConnectionLimiter, client: str | None = None) -> FakeConnection:
    connection = FakeConnection()
    assert limiter.add(connection, client)
    return connection


def test_full_limiter_evicts_the_connection_that_waited_longest(limiter):
    busy, *waiting = [add(limiter) for _ in range(4)]
    limiter.mark_busy(busy)
    limiter.mark_waiting(waiting[0], has_open_body=False)
    add(limiter)
    assert [one.is_evicted for one in (busy, *waiting)] == [False, False, True, False]


def test_connection_is_refused_if_all_others_are_busy(limiter):
    for _ in range(4):
        limiter.mark_busy(add(limiter))
    refused = FakeConnection()
    assert not limiter.add(refused, None)
    limiter.remove(refused)
    assert not limiter.add(FakeConnection(), None)


def test_crowded_client_evicts_its_own_connections_only(limiter):
    other = add(limiter, "203.0.113.9")
    first, second = add(limiter, "203.0.113.5"), add(limiter, "203.0.113.5")
    add(limiter, "203.0.113.5")
    assert [one.is_evicted for one in (other, first, second)] == [False, True, False]


def test_closed_connections_make_room(limiter):
    for _ in range(20):
        limiter.remove(add(limiter, "203.0.113.5"))
    kept = [add(limiter, "203.0.113.5") for _ in range(2)]
    assert not any(one.is_evicted for one in kept)


def test_incomplete_bodies_have_a_bound_of_their_own(limiter):
    first, second, third = (add(limiter) for _ in range(3))
    for one in (first, second, first, third):  # the first one has received data again
        limiter.mark_waiting(one, has_open_body=True)
    assert [one.is_evicted for one in (first, second, third)] == [False, True, False]


@pytest.mark.parametrize(
    ("descriptors", "total"), [(65_536, 2048), (4096, 2048), (1024, 768), (400, 200), (64, 32)]
)
def test_capacity_leaves_descriptors_for_other_uses(descriptors, total):
    capacity = ConnectionCapacity.of_descriptors(descriptors, 2048)
    assert (capacity.total, capacity.per_client) == (total, total // 8)
