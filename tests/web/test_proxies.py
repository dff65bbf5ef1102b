"""Test the documented configurations of nginx and Caddy in front of a real web process."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from daybreak import people
from daybreak.people import ClientInfo

from .chromium import free_port
from .web_process import WebProcess, read_all

pytestmark = pytest.mark.integration

HOST = "daybreak.example.org"
HALF = b"GET /sign-in HTTP/1.1\r\nHost: daybreak.example.org\r\nX-Half: "
GUIDE = Path(__file__).parents[2] / "docs/howto/web.md"
NGINX_FRAME = """
{user} daemon off; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""
# What the test changes in a documented configuration: TLS, addresses, and limits that it reaches.
NGINX_CHANGES = {
    r"listen 443 ssl http2;": "listen 127.0.0.1:{port};",
    r"listen \[::\]:443 ssl http2;": "",
    r"ssl_certificate\w* .*;": "",
    r"10\.0\.0\.5:8321": "127.0.0.1:{upstream}",
    r"client_header_timeout 10s;": "client_header_timeout 1s;",
    r"limit_conn daybreak 100;": "limit_conn daybreak 3;",
}
CADDY_CHANGES = {
    r"^\{": "{{\n    admin off\n    auto_https off\n    storage file_system {folder}",
    r"^daybreak\.example\.org \{": f"http://{HOST}:{{port}} {{{{\n    bind 127.0.0.1",
    r"10\.0\.0\.5:8321": "127.0.0.1:{upstream}",
    r"read_header 10s": "read_header 1s",
}


@dataclass
class Proxy:
    """A proxy in front of a web process."""

    name: str
    front: WebProcess
    web: WebProcess

    def client(self, source: str = "127.0.0.1") -> httpx2.AsyncClient:
        """Return a client of the proxy at this address."""
        return self.front.client(source, HOST)


def configure(name: str, changes: dict[str, str], **values: object) -> str:
    """Return the documented configuration with the changes, each of which must apply."""
    (text,) = re.findall(rf"```{name}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for pattern, replacement in changes.items():
        new = replacement.format(**values)
        text, count = re.subn(pattern, lambda _match, new=new: new, text, flags=re.MULTILINE)
        assert count, f"{pattern} is not in the configuration of {name}"
    return text


@pytest.fixture(params=["nginx", "caddy"])
async def proxy(request, serve_web, tmp_path) -> AsyncIterator[Proxy]:
    name = request.param
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip(f"{name} is not installed: apt-get install nginx-light caddy")
    tmp_path.chmod(0o755)
    file, port = tmp_path / f"{name}.conf", free_port()
    async with serve_web(url=f"http://{HOST}") as web:
        values = {"port": port, "upstream": web.port, "folder": tmp_path}
        if name == "nginx":
            user = "user root;" if os.geteuid() == 0 else ""  # else its workers cannot read pytest's folder
            server = configure("nginx", NGINX_CHANGES, **values)
            file.write_text(NGINX_FRAME.format(user=user, folder=tmp_path, server=server), encoding="utf-8")
            command = [program, "-p", str(tmp_path), "-e", "stderr", "-c", str(file)]
        else:
            file.write_text(configure("caddyfile", CADDY_CHANGES, **values), encoding="utf-8")
            command = [program, "run", "--adapter", "caddyfile", "--config", str(file)]
        with (tmp_path / "proxy.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=log, stderr=log, env={"HOME": str(tmp_path), "PATH": "/usr/bin"}
            )
        try:
            await wait_for_port(process, port)
            yield Proxy(name, WebProcess(process, port, tmp_path / "proxy.log", web.clients), web)
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), 60)


async def wait_for_port(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            assert process.returncode is None, "its log has the reason"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def sign_in(proxy: Proxy, client: httpx2.AsyncClient, database, user) -> None:
    async with database.transaction([user.id]) as tx:
        secret = await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
    client.headers["Cookie"] = f"daybreak-{proxy.web.port}={secret}"


async def test_visitors_and_members_get_their_pages(proxy, database, user):
    async with proxy.client() as client:
        assert "Sign in" in (await client.get("/sign-in")).text
        await sign_in(proxy, client, database, user)
        assert user.email in (await client.get("/settings")).text
        del client.headers["Sec-Fetch-Site"]
        changed = await client.post("/theme", headers={"Origin": f"http://{HOST}"}, data={"theme": "dark"})
        assert changed.status_code == 303


async def test_client_address_arrives_and_cannot_be_spoofed(proxy, reset_throttle):
    async def attempt(source: str, count: int, **headers: str) -> list[int]:
        async with proxy.client(source) as client:
            return [(await client.get("/sign-in/link/x", headers=headers)).status_code for _ in range(count)]

    assert (await attempt("127.0.0.2", 31))[-1] == 429
    assert await attempt("127.0.0.9", 1) == [404]
    assert await attempt("127.0.0.2", 1, **{"X-Forwarded-For": "203.0.113.7"}) == [429]
    assert await attempt("127.0.0.9", 1, **{"X-Forwarded-For": "127.0.0.2"}) == [404]


async def test_stream_is_not_buffered(proxy, database, user):
    async with proxy.client() as client:
        await sign_in(proxy, client, database, user)
        async with asyncio.timeout(60), client.stream("GET", "/runs/stream") as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert "retry" in "".join([await anext(answer.aiter_text())])


async def test_upload_passes_and_a_larger_one_is_refused(proxy, database, user):
    async with proxy.client() as client:
        await sign_in(proxy, client, database, user)
        files = [("files", ("todo.txt", b"Call Berta\n" + b"x" * 2_000_000, "text/plain"))]
        answer = await client.post("/api/v1/agenda/sources/files", files=files)
        assert answer.status_code == 202, answer.text
        try:
            refused = await client.post("/sign-in", content=b"x" * 36 * 1024 * 1024)
        except (httpx2.ReadError, httpx2.WriteError):
            return  # the connection was closed while the client was still sending
        assert refused.status_code == 413


async def test_half_sent_request_is_closed_by_the_proxy(proxy):
    half = proxy.front.connect(data=HALF)
    async with asyncio.timeout(60):
        await asyncio.to_thread(read_all, half)
    assert "alive" in await proxy.web.get("/healthz")


async def test_connections_of_one_client_are_limited(proxy, database, user):
    if proxy.name == "caddy":
        pytest.skip("Caddy cannot limit connections")
    async with proxy.client("127.0.0.4") as client:
        await sign_in(proxy, client, database, user)
        head = proxy.front.head("/runs/stream", Cookie=client.headers["Cookie"])
        head = head.replace(f"127.0.0.1:{proxy.front.port}".encode(), HOST.encode())
        for _ in range(3):
            stream = proxy.front.connect("127.0.0.4", head)
            assert b"200 OK" in await asyncio.to_thread(stream.recv, 1000)
        assert (await client.get("/sign-in")).status_code == 503
    async with proxy.client("127.0.0.6") as other:
        assert (await other.get("/sign-in")).status_code == 200
