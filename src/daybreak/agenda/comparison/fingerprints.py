"""The fingerprint of a row: a hash of its content, and of a task also its place.

A task's fingerprint has a hash of its title, one of its content, its position and a hash of its source_ref.
So a task that only moved to another line is recognised without its stored content.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from zlib import crc32

import orjson

_PLACE = ("position", "source_ref")
_TITLE_BYTES, _CONTENT_BYTES, _POSITION_BYTES, _REF_BYTES = 4, 16, 4, 4
_PLACE_BYTES = _POSITION_BYTES + _REF_BYTES


def make_fingerprint(row: Mapping[str, Any]) -> str:
    """Return the fingerprint of a projects, phases, events or notes row, as PostgreSQL writes bytes."""
    return "\\x" + _hash(row).hex()


def make_task_fingerprint(row: Mapping[str, Any]) -> str:
    """Return the fingerprint of a tasks row, as PostgreSQL writes bytes."""
    content = {name: value for name, value in row.items() if name not in _PLACE}
    title, source_ref = crc32(row["title"].encode()), crc32(row["source_ref"].encode())
    position = row["position"] & 0xFFFFFFFF
    return f"\\x{title:08x}{_hash(content).hex()}{position:08x}{source_ref:08x}"


def title_of(fingerprint: bytes) -> bytes:
    """Return the part of a task's fingerprint that is equal for equal titles."""
    return fingerprint[:_TITLE_BYTES]


def without_place(fingerprint: bytes) -> bytes:
    """Return the part of a task's fingerprint that is equal for equal content."""
    return fingerprint[:-_PLACE_BYTES]


def position_of(fingerprint: bytes) -> int:
    """Return the position of a task in its file."""
    return int.from_bytes(fingerprint[-_PLACE_BYTES:-_REF_BYTES], signed=True)


def parse_fingerprint(text: str) -> bytes:
    """Return the bytes of a fingerprint that is written as PostgreSQL writes bytes."""
    return bytes.fromhex(text.removeprefix("\\x"))


def _hash(content: Mapping[str, Any]) -> bytes:
    return blake2b(orjson.dumps(content, default=str), digest_size=_CONTENT_BYTES).digest()
