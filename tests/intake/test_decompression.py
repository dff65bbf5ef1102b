"""Tests of compressed responses: every coding that servers use, and the limits that hold while decoding."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.intake.decompression import (
    ContentTooLarge,
    DamagedContent,
    UnsupportedEncoding,
    read_decoded,
)

CALENDAR = b"BEGIN:VCALENDAR\r\n" + b"X-NOTE:padding that compresses well\r\n" * 200 + b"END:VCALENDAR\r\n"
LIMIT = 100_000


class Stream:
    """A response that arrives in pieces, and counts what was read of it."""

    def __init__(self, content: bytes, size: int = 1 << 20) -> None:
        self.content, self.size, self.position = content, size, 0

    def read(self, size: int) -> bytes:
        piece = self.content[self.position : self.position + min(size, self.size)]
        self.position += len(piece)
        return piece


def decode(content: bytes, encoding: str = "", *, limit: int = LIMIT, size: int = 1 << 20) -> bytes:
    return read_decoded(Stream(content, size).read, encoding, limit, lambda: None)


def raw_deflate(content: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(content) + encoder.flush()


@pytest.mark.parametrize("size", [1, 2, 3, 100, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("", CALENDAR),
        ("identity", CALENDAR),
        ("gzip", gzip.compress(CALENDAR, mtime=0)),
        ("GZIP", gzip.compress(CALENDAR, mtime=0)),
        ("x-gzip", gzip.compress(CALENDAR, mtime=0)),
        ("", gzip.compress(CALENDAR, mtime=0)),  # a file calendar.ics.gz
        (
            "gzip",
            gzip.compress(gzip.compress(CALENDAR, mtime=0), mtime=0),
        ),  # the same, compressed again by the server
        ("gzip, gzip", gzip.compress(gzip.compress(CALENDAR, mtime=0), mtime=0)),
        ("gzip", gzip.compress(CALENDAR[:70], mtime=0) + gzip.compress(CALENDAR[70:], mtime=0)),
        (
            "gzip",
            gzip.compress(b"", mtime=0) + gzip.compress(CALENDAR, mtime=0) + gzip.compress(b"", mtime=0),
        ),
        ("gzip", gzip.compress(CALENDAR, mtime=0) + b"\0" * 512),
        ("gzip", CALENDAR),  # announced, but not compressed
        ("deflate", zlib.compress(CALENDAR)),
        ("deflate", raw_deflate(CALENDAR)),
        ("deflate", CALENDAR),
        ("gzip, deflate", zlib.compress(gzip.compress(CALENDAR, mtime=0))),
        ("deflate, gzip", gzip.compress(zlib.compress(CALENDAR), mtime=0)),
        ("utf-8", CALENDAR),
        ("none", gzip.compress(CALENDAR, mtime=0)),
    ],
)
def test_every_coding_of_servers_is_decoded(encoding: str, sent: bytes, size: int) -> None:
    assert decode(sent, encoding, size=size) == CALENDAR


@pytest.mark.parametrize("encoding", ["gzip", "", "deflate"])
@pytest.mark.parametrize("content", [b"", b"x", b"\x1f"])
def test_content_too_short_to_be_compressed_is_passed_on(encoding: str, content: bytes) -> None:
    if encoding == "deflate" and content:
        with pytest.raises(DamagedContent):
            decode(content, encoding)
    else:
        assert decode(content, encoding) == content


@settings(max_examples=150)
@given(st.data())
def test_compressed_content_that_is_cut_anywhere_is_damaged(data: st.DataObject) -> None:
    encoding, sent = data.draw(
        st.sampled_from(
            [
                ("gzip", gzip.compress(CALENDAR, mtime=0)),
                ("", gzip.compress(CALENDAR, mtime=0)),
                ("gzip", gzip.compress(gzip.compress(CALENDAR, mtime=0), mtime=0)),
                ("deflate", zlib.compress(CALENDAR)),
                ("deflate", raw_deflate(CALENDAR)),
            ]
        )
    )
    cut = sent[: data.draw(st.integers(2, len(sent) - 1))]
    with pytest.raises(DamagedContent):
        decode(cut, encoding, size=data.draw(st.integers(1, 50)))


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_a_gzip_response_never_changes_the_calendar(position: int, difference: int) -> None:
    sent = bytearray(gzip.compress(CALENDAR, mtime=0))
    sent[position % len(sent)] ^= difference
    try:
        content = decode(bytes(sent), "gzip")
    except DamagedContent:
        return
    # Bytes of the header mean nothing; without its magic number it is passed on and is no calendar.
    assert content == CALENDAR or not content.startswith(b"BEGIN:")


@pytest.mark.parametrize("cut", [1, 2, 5, 12])
def test_a_second_member_that_is_cut_is_damage(cut: int) -> None:
    sent = gzip.compress(CALENDAR[:70], mtime=0) + gzip.compress(CALENDAR[70:], mtime=0)[:cut]
    with pytest.raises(DamagedContent):
        decode(sent, "gzip")


@pytest.mark.parametrize(
    ("encoding", "layers"), [("gzip", 1), ("", 1), ("gzip", 2), ("gzip, gzip", 3), ("deflate", 0)]
)
def test_a_bomb_stops_at_the_limit(encoding: str, layers: int) -> None:
    plain = bytes(30_000_000)
    bomb = plain if layers else zlib.compress(plain)
    for _ in range(layers):
        bomb = gzip.compress(bomb, mtime=0)
    stream = Stream(bomb + bytes(100_000))

    tracemalloc.start()
    with pytest.raises(ContentTooLarge):
        read_decoded(stream.read, encoding, LIMIT, lambda: None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert stream.position < 40_000  # the rest was neither read nor decoded
    assert peak < 10 * LIMIT


def test_a_bomb_of_empty_members_ends_with_the_deadline() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 1000:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        read_decoded(Stream(gzip.compress(b"", mtime=0) * 100_000).read, "gzip", 10**8, check)


@pytest.mark.parametrize("member", [b"", b"x"])
@pytest.mark.parametrize("encoding", ["", "gzip", "gzip, gzip"])
def test_a_bomb_of_tiny_members_ends_after_some_of_them(member: bytes, encoding: str) -> None:
    stream = Stream(gzip.compress(member, mtime=0) * 100_000)
    with pytest.raises(DamagedContent):
        read_decoded(stream.read, encoding, 10_000_000, lambda: None)
    assert stream.position < 200_000


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("compressed", [False, True])
def test_the_limit_holds_for_the_decoded_size(size: int, compressed: bool) -> None:
    sent = gzip.compress(bytes(size), mtime=0) if compressed else bytes(size)
    if size > LIMIT:
        with pytest.raises(ContentTooLarge):
            decode(sent, "gzip")
    else:
        assert decode(sent, "gzip") == bytes(size)


def test_an_announced_size_above_the_limit_is_rejected_before_reading() -> None:
    stream = Stream(b"x")
    with pytest.raises(ContentTooLarge):
        read_decoded(stream.read, "", LIMIT, lambda: None, announced=LIMIT + 1)
    assert stream.position == 0


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br"])
def test_other_codings_are_rejected_by_name(encoding: str) -> None:
    with pytest.raises(UnsupportedEncoding, match=encoding.rpartition(" ")[2]):
        decode(b"x" * 100, encoding)


def test_a_tower_of_codings_is_rejected() -> None:
    with pytest.raises(DamagedContent):
        decode(CALENDAR, ", ".join(["gzip"] * 50))
