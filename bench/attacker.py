"""A member and a stranger who do their worst to one server on loopback, until a time limit.

`hostile.py` starts it as a process of its own, so that its work delays no measurement. Each attack is bounded
in count, and the process ends by itself.
"""

import argparse
import asyncio
import io
import json
import socket
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

ADDRESSES = 12
EXPORTS = 9
UPLOADS = 4
ARCHIVES = 40
ARCHIVE_BYTES = 31 * 1024 * 1024
STREAMS = 800
HALF_REQUESTS = 1000
SLOW_UPLOADS = 8
_REQUEST_SECONDS = 60
_CONNECT_SECONDS = 10
_PAUSE_SECONDS = 1.0
_MAX_ROUNDS = 2000  # per attacking task: a bound that no time limit reaches
_MEMBER = "127.0.0.2"  # other addresses than those who measure
_STRANGER = "127.0.0.3"
_BOUNDARY = "0123456789abcdef"


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Target:
    """The server, the session of the hostile member, and the answers so far by attack and status."""

    port: int
    cookie: str
    answers: Counter[str] = field(default_factory=Counter)

    def head(self, method: str, path: str, *lines: str, signed_in: bool = True) -> bytes:
        """Return the head of a request, with the session's cookie."""
        host = f"127.0.0.1:{self.port}"
        cookie = [f"Cookie: {self.cookie}"] if signed_in else []
        fixed = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}"]
        return "\r\n".join([*fixed, *cookie, *lines, "", ""]).encode()

    async def connect(self, attack: str, address: str) -> "Connection | None":
        """Return a connection from that address; None if there is none within 10 seconds."""
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        except (OSError, TimeoutError):
            self.answers[f"{attack}: no connection"] += 1
            return None

    async def send(self, attack: str, request: bytes, address: str = _MEMBER) -> None:
        """Send a request and read the response to its end, or for a minute."""
        connection = await self.connect(attack, address)
        if connection is None:
            return
        reader, writer = connection
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                writer.write(request)
                await writer.drain()
                self.count(attack, await reader.readline())
                while await reader.read(65536):
                    pass
        except (OSError, TimeoutError) as error:
            self.answers[f"{attack}: {type(error).__name__}"] += 1
        finally:
            writer.close()

    def count(self, attack: str, status_line: bytes) -> None:
        """Count an answer by its status."""
        status = status_line.split(b" ")[1:2]
        self.answers[f"{attack}: {status[0].decode() if status else 'closed'}"] += 1


async def add_slow_address(target: Target, number: int, silent_port: int) -> None:
    """Add an address that accepts the connection and never answers."""
    body = json.dumps({"address": f"http://127.0.0.1:{silent_port}/{number}.ics"}).encode()
    lines = "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"
    await target.send("address", target.head("POST", "/api/v1/agenda/sources", *lines) + body)


async def export(target: Target) -> None:
    """Export everything that is stored."""
    await target.send("export", target.head("GET", "/api/v1/account/export", "Connection: close"))


async def upload_archives(target: Target, body: bytes) -> None:
    """Upload archives that unpack to far more than one upload may have."""
    await target.send(
        "archives", target.head("POST", "/api/v1/agenda/sources/files", *upload_lines(body)) + body
    )


async def follow(target: Target) -> None:
    """Hold a stream open."""
    await target.send("stream", target.head("GET", "/runs/stream", "Accept: text/event-stream"))


async def begin_request(target: Target) -> None:
    """Send half of a request, as a stranger."""
    await target.send("half request", target.head("GET", "/sign-in", signed_in=False)[:-2], _STRANGER)


async def upload_slowly(target: Target, body: bytes) -> None:
    """Upload at one byte a second."""
    connection = await target.connect("slow upload", _MEMBER)
    if connection is None:
        return
    reader, writer = connection
    answered = asyncio.create_task(reader.readline())
    try:
        writer.write(target.head("POST", "/api/v1/agenda/sources/files", *upload_lines(body)))
        for place in range(_REQUEST_SECONDS):
            writer.write(body[place : place + 1])
            await writer.drain()
            if (await asyncio.wait([answered], timeout=1))[0]:
                break
        target.count("slow upload", answered.result() if answered.done() else b"slow held")
    except OSError:
        target.answers["slow upload: closed"] += 1
    finally:
        answered.cancel()
        writer.close()


def upload_lines(body: bytes) -> tuple[str, ...]:
    """Return the header lines of an upload."""
    return (
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )


def pack_archives() -> bytes:
    """Return the body of an upload of archives, each of one file nearly as large as an upload may be."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("plan.md", b"- [ ] a\n" * (ARCHIVE_BYTES // 8))
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="plans{number}.zip"\r\n'
        f"Content-Type: application/zip\r\n\r\n".encode()
        + packed.getvalue()
        + b"\r\n"
        for number in range(ARCHIVES)
    ]
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


async def repeat(attack: Callable[[], Awaitable[None]]) -> None:
    """Repeat an attack a second after it has been answered, until cancelled."""
    for _ in range(_MAX_ROUNDS):
        await attack()
        await asyncio.sleep(_PAUSE_SECONDS)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("cookie")
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    target = Target(given.port, given.cookie)
    archives = pack_archives()
    # The kernel completes connections to a listening socket; nobody accepts them.
    silent = socket.create_server(("127.0.0.1", 0), backlog=4096)
    silent_port = silent.getsockname()[1]
    attacks: list[Callable[[], Awaitable[None]]] = [
        *(lambda n=n: add_slow_address(target, n, silent_port) for n in range(ADDRESSES)),
        *[lambda: export(target)] * EXPORTS,
        *[lambda: upload_archives(target, archives)] * UPLOADS,
        *[lambda: follow(target)] * STREAMS,
        *[lambda: begin_request(target)] * HALF_REQUESTS,
        *[lambda: upload_slowly(target, archives)] * SLOW_UPLOADS,
    ]
    print("ready", flush=True)
    running = [asyncio.create_task(repeat(attack)) for attack in attacks]
    await asyncio.wait(running, timeout=given.seconds)
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    print(json.dumps(target.answers), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
