"""Test that hostile uploads cost a server process little memory and other users little time."""

import asyncio
import base64
import io
import os
import sys
import zipfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from daybreak import people
from daybreak.db import Database
from daybreak.people import ClientInfo, User

from .chromium import free_port

pytestmark = pytest.mark.integration

MIB = 1024 * 1024
PATH = "/api/v1/agenda/sources/files"
TEXT = b"- [ ] a\n"
PATIENCE = {"DAYBREAK_WEB_UPLOAD_WAIT_SECONDS": "300", "DAYBREAK_INTAKE_READ_SECONDS": "300"}


def make_zip(content: bytes) -> bytes:
    """Return an archive of one Markdown file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", content)
    return made.getvalue()


@dataclass
class WebProcess:
    """A running web process, and its users' sessions."""

    process: Process
    port: int
    database: Database

    async def client(self, user: User) -> httpx2.AsyncClient:
        async with self.database.transaction([user.id]) as tx:
            secret = await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
        return httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            cookies={f"daybreak-{self.port}": secret},
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=300,
        )

    async def upload(self, user: User, *files: tuple[str, bytes]) -> httpx2.Response:
        parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
        async with await self.client(user) as client:
            return await client.post(PATH, files=parts)

    def reset_peak(self) -> int:
        """Forget the peak, and return the resident size in MiB."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self.peak_memory()

    def peak_memory(self) -> int:
        """Return the largest resident size since `reset_peak`, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024


@pytest.fixture
async def web_process(postgres, database) -> AsyncIterator[WebProcess]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("daybreak"),
        *("web", "--port", str(port)),
        env=kept | PATIENCE | {"DAYBREAK_DATABASE_URL": postgres.app},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert str(port).encode() in await asyncio.wait_for(process.stdout.readline(), 60)
    yield WebProcess(process, port, database)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 60) == 0


@pytest.fixture
async def members(database) -> list[User]:
    """Return five users."""
    return [
        await people.create_user(database, f"{os.urandom(8).hex()}@example.org", timezone="UTC", name="Eve")
        for _ in range(5)
    ]


async def test_many_archives_in_one_upload_are_rejected_without_unpacking_them(web_process, members):
    bomb = make_zip(TEXT * (31 * MIB // len(TEXT)))
    bombs = [(f"{number}.zip", bomb) for number in range(40)]
    await web_process.upload(members[0], ("todo.txt", b"Call Berta\n"))
    before = web_process.reset_peak()
    answers = await asyncio.gather(*(web_process.upload(user, *bombs) for user in members[:4]))
    assert {answer.status_code for answer in answers} == {422}
    assert "more than 32 MiB of files" in answers[0].json()["detail"]
    assert web_process.peak_memory() - before < 100


@pytest.mark.parametrize("is_zipped", [True, False])
async def test_largest_uploads_of_several_users_need_little_memory(web_process, members, *, is_zipped: bool):
    content = base64.b64encode(os.urandom(23 * MIB))
    file = ("large.zip", make_zip(content)) if is_zipped else ("large.md", content)
    web_process.reset_peak()
    answers = await asyncio.gather(*(web_process.upload(user, file) for user in members[:4]))
    assert {answer.status_code for answer in answers} == {202}
    assert web_process.peak_memory() < 300


async def test_medium_files_of_several_users_need_little_memory(web_process, members):
    files = [(f"{number}.md", base64.b64encode(os.urandom(MIB // 2))) for number in range(45)]
    before = web_process.reset_peak()
    answers = await asyncio.gather(*(web_process.upload(user, *files) for user in members[:4]))
    assert {answer.status_code for answer in answers} == {202}
    assert web_process.peak_memory() - before < 100


async def test_archives_of_one_user_do_not_delay_the_upload_of_another(web_process, members):
    archive = ("a.zip", make_zip(TEXT * 2_000_000))
    many = [asyncio.create_task(web_process.upload(members[0], archive)) for _ in range(8)]
    await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
    assert (await web_process.upload(members[1], ("todo.txt", b"Call Berta\n"))).status_code == 202
    assert sum(one.done() for one in many) < 5, "the other user’s upload does not wait for these"
    assert {one.status_code for one in await asyncio.gather(*many)} == {202}
