"""Decoding of compressed responses while they arrive, so that no content exceeds a limit at any stage."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

_CHUNK_SIZE = 16 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_CALENDAR = b"BEGIN:"
_GZIP_WINDOW, _ZLIB_WINDOW, _RAW_WINDOW = 31, 15, -15
_MAX_CODINGS = 2
_MAX_MEMBERS = 5000  # of a gzip file: an empty one has 20 bytes, and each costs time
_DECODED = frozenset({"gzip", "x-gzip", "deflate"})
_KNOWN = _DECODED | {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"}


class ContentTooLarge(ValueError):
    """Content that exceeds its limit, before or after decoding."""


class DamagedContent(ValueError):
    """Compressed content that is cut off or malformed."""


class UnsupportedEncoding(ValueError):
    """Content in a coding that cannot be decoded; the message is its name."""


def read_decoded(
    read: Callable[[int], bytes],
    encoding: str,
    limit: int,
    check: Callable[[], object],
    announced: int = 0,
) -> bytes:
    """Return the whole content of a response, decoded.

    A gzip file is decoded whether it was announced or not. Content that is announced as gzip and is none, and
    names that are no codings, such as ``utf-8``, are passed on as they are: servers send both.

    Args:
        read: returns up to that number of bytes, and none at the end.
        encoding: the header ``Content-Encoding``.
        limit: the maximum size in bytes, before decoding and after each of its steps.
        check: called for each piece; raises when the time is over.
        announced: the header ``Content-Length``.

    Raises:
        ContentTooLarge: the content exceeds the limit; no more of it was decoded.
        DamagedContent: it is cut off or malformed.
        UnsupportedEncoding: it is in another coding than gzip and deflate.
    """
    if announced > limit:
        raise ContentTooLarge
    codings = [name for name in map(str.strip, encoding.lower().split(",")) if name in _KNOWN]
    if unsupported := [name for name in codings if name not in _DECODED]:
        raise UnsupportedEncoding(unsupported[0])
    if len(codings) > _MAX_CODINGS:
        raise DamagedContent
    pieces = _count(iter(lambda: read(_CHUNK_SIZE), b""), limit, check)
    for name in [*reversed(codings), "gzip"]:
        decode = _inflate if name == "deflate" else _gunzip
        pieces = _count(decode(pieces, check), limit, check)
    return b"".join(pieces)


def _count(pieces: Iterable[bytes], limit: int, check: Callable[[], object]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        check()
        size += len(piece)
        if size > limit:
            raise ContentTooLarge
        yield piece


def _peek(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, enough to recognise the content, and all pieces."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= len(_CALENDAR):
            break
    return head, chain([head] if head else [], pieces)


def _gunzip(pieces: Iterator[bytes], check: Callable[[], object]) -> Iterator[bytes]:
    """Yield the decoded members of a gzip file; other content is passed on."""
    head, pieces = _peek(pieces)
    if not head.startswith(_GZIP_MAGIC):
        yield from pieces
        return
    rest = b""
    for _ in range(_MAX_MEMBERS):
        decoder = zlib.decompressobj(_GZIP_WINDOW)
        yield from _decode(decoder, chain([rest] if rest else [], pieces), check)
        rest = decoder.unused_data
        while len(rest) < len(_GZIP_MAGIC) and (more := next(pieces, b"")):
            rest += more
        if not rest or not _GZIP_MAGIC.startswith(rest[:2]):
            break  # the padding of archives, as every program ignores it
    else:
        raise DamagedContent
    for _ in pieces:
        """Read the response to its end."""


def _inflate(pieces: Iterator[bytes], check: Callable[[], object]) -> Iterator[bytes]:
    """Yield decoded ``deflate`` content: with the header of zlib, or without, as some servers send it."""
    head, pieces = _peek(pieces)
    if head.startswith((_GZIP_MAGIC, _CALENDAR)) or not head:
        yield from pieces
        return
    has_header = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0
    yield from _decode(zlib.decompressobj(_ZLIB_WINDOW if has_header else _RAW_WINDOW), pieces, check)
    for _ in pieces:
        """Read the response to its end."""


def _decode(
    decoder: "zlib._Decompress", pieces: Iterable[bytes], check: Callable[[], object]
) -> Iterator[bytes]:
    """Yield the content of one compressed stream in small pieces, until it ends."""
    for piece in pieces:
        pending = piece
        while pending and not decoder.eof:
            check()
            try:
                decoded = decoder.decompress(pending, _CHUNK_SIZE)
            except zlib.error:
                raise DamagedContent from None
            pending = decoder.unconsumed_tail
            if decoded:
                yield decoded
        if decoder.eof:
            return
    if not decoder.eof:
        raise DamagedContent
