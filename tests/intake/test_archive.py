"""Test that archives are unpacked within the budget of their request."""

import asyncio
import io
import os
import resource
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake import (
    BudgetExceeded,
    IntakeBudget,
    IntakeSettings,
    ReceivedFile,
    Spool,
    SpooledContent,
    archive,
    unpack_archives,
)

MIB = 1024 * 1024
LIMITS = IntakeSettings()
NOW = datetime(2026, 3, 29, tzinfo=UTC)


def make_zip(compression: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as opened:
        for name, content in files.items():
            opened.writestr(f"{name}.md", content)
    return made.getvalue()


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as opened:
        yield opened


def receive(spool: Spool, *contents: bytes) -> list[ReceivedFile]:
    received = []
    for number, content in enumerate(contents):
        start = spool.end
        spool.append(content)
        part = SpooledContent(spool.descriptor, start, len(content))
        received.append(ReceivedFile(f"{number}.zip", part, NOW))
    return received


def unpack(spool: Spool, contents: Sequence[bytes], budget: IntakeBudget) -> list[dict[str, bytes]]:
    archives = receive(spool, *contents)
    return [
        {file.path: zlib.decompress(file.read_compressed()) for file in files}
        for _, files in unpack_archives(archives, spool, budget, LIMITS)
    ]


def test_all_archives_are_unpacked_into_the_spool_by_one_process(spool, monkeypatch) -> None:
    pools = []

    class CountedPool(archive.BoundedPool):
        def __init__(self, *arguments, **options):
            pools.append(self)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(archive, "BoundedPool", CountedPool)
    budget = IntakeBudget.for_upload(LIMITS)
    long = b"0123456789" * 100_000
    assert unpack(spool, [make_zip(a=b"1", b=b""), make_zip(c=long)], budget) == [
        {"a.md": b"1", "b.md": b""},
        {"c.md": long},
    ]
    assert len(pools) == 1
    assert (budget.size, budget.files) == (1_000_001, 3)


def test_sum_of_declared_sizes_is_checked_before_any_file_is_unpacked(spool) -> None:
    bombs = [make_zip(a=bytes(20 * MIB))] * 2
    with pytest.raises(BudgetExceeded, match="more than 32 MiB of files"):
        unpack(spool, bombs, IntakeBudget.for_upload(LIMITS))
    assert spool.end == sum(map(len, bombs)), "nothing was unpacked"


def test_files_of_all_archives_are_counted(spool) -> None:
    budget = IntakeBudget.for_upload(IntakeSettings(max_files=3))
    with pytest.raises(BudgetExceeded, match="more than 3 files"):
        unpack(spool, [make_zip(a=b"", b=b"")] * 2, budget)


def test_file_larger_than_it_declares_is_rejected(spool) -> None:
    bomb = make_zip(a=bytes(MIB)).replace(struct.pack("<L", MIB), struct.pack("<L", 10))
    with pytest.raises(InvalidInput, match="is damaged"):
        unpack(spool, [bomb], IntakeBudget.for_upload(LIMITS))
    assert spool.end - len(bomb) < MIB


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_damaged_file_in_an_archive_is_rejected(spool, compression: int) -> None:
    damaged = bytearray(make_zip(compression, a=os.urandom(200)))
    damaged[60:80] = bytes(20)
    with pytest.raises(InvalidInput, match="is damaged, or not a zip archive"):
        unpack(spool, [bytes(damaged)], IntakeBudget.for_upload(LIMITS))


def test_full_disk_while_unpacking_is_unavailable(spool) -> None:
    content = make_zip(a=os.urandom(2 * MIB))
    archives = receive(spool, content)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (spool.end + MIB, hard))
    try:
        with pytest.raises(Unavailable, match=r"cannot be stored temporarily \(file too large\)"):
            list(unpack_archives(archives, spool, IntakeBudget.for_upload(LIMITS), LIMITS))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_spool_is_not_closed_while_a_thread_uses_it() -> None:
    entered, leave = threading.Event(), threading.Event()
    ends: list[int] = []

    def use(spool: Spool) -> None:
        entered.set()
        assert leave.wait(60)
        spool.append(b"1")

    async def receive_and_close() -> None:
        with Spool() as spool:
            try:
                await spool.run(use, spool)
            finally:
                ends.append(spool.end)

    task = asyncio.create_task(receive_and_close())
    assert await asyncio.to_thread(entered.wait, 60)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    leave.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ends == [1]


def test_end_of_the_event_loop_waits_for_no_call_and_closes_no_file_in_use() -> None:
    entered, leave, spools = threading.Event(), threading.Event(), []

    def use() -> None:
        entered.set()
        leave.wait()

    async def receive() -> None:
        with Spool() as spool:
            spools.append(spool)
            await spool.run(use)

    async def start() -> None:
        receiving = asyncio.create_task(receive())
        assert await asyncio.to_thread(entered.wait, 60)
        assert not receiving.done()

    loop = threading.Thread(target=asyncio.run, args=[start()], daemon=True)
    loop.start()
    loop.join(60)
    try:
        assert not loop.is_alive()
        assert os.fstat(spools[0].descriptor)
    finally:
        leave.set()


def test_endless_directory_is_not_read(spool) -> None:
    size = 9 * MIB
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, size, 0, 0)
    with pytest.raises(InvalidInput, match="lists too many files"):
        unpack(spool, [bytes(size) + end], IntakeBudget.for_upload(LIMITS))


def test_full_disk_is_unavailable_and_not_a_defect(monkeypatch) -> None:
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with Spool() as opened, pytest.raises(Unavailable, match="no space left on device"):
        opened.append(b"1")
