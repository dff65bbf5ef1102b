"""Multipart requests: bounded fields in memory, and the files in a spool."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import ImmutableMultiDict

from daybreak.errors import PayloadTooLarge, UserError
from daybreak.intake import ReceivedFile, Spool, SpooledContent

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_FILES = 2_000
_MAX_FIELDS = 100
_MAX_FIELDS_SIZE = 256 * 1024
_BUFFER_SIZE = 256 * 1024


@dataclass(slots=True)
class _FormPart:
    """The part of the form that is being read; ``file_name`` is None for a field."""

    disposition: bytes = b""
    name: str = ""
    file_name: str | None = None
    start: int = 0
    text: bytearray = field(default_factory=bytearray)


class MultipartReceiver:
    """The parser of one request body."""

    def __init__(
        self, content_type: str, spool: Spool, received_at: datetime, on_content: Callable[[bytes], None]
    ) -> None:
        """Create the parser.

        Args:
            content_type: the header with the boundary.
            spool: the file for the contents of all files.
            received_at: the time of the request.
            on_content: called with the name and the content of each part, so without the boundary, which a
                client chooses anew when it repeats the request.

        Raises:
            UserError: the header has no boundary.
        """
        self._files: list[ReceivedFile] = []
        self._fields: list[tuple[str, str]] = []
        self._fields_size = 0
        self._spool = spool
        self._received_at = received_at
        self._on_content = on_content
        self._part = _FormPart()
        self._header = (bytearray(), bytearray())
        self._buffer = bytearray()
        self._is_complete = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": self._add_header_name,
            "on_header_value": self._add_header_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._add_content,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(parse_options_header(content_type)[1][b"boundary"], callbacks)
        except (KeyError, FormParserError):
            raise _malformed() from None

    @property
    def files(self) -> list[ReceivedFile]:
        """The files, without the empty ones that browsers send for fields in which no file is chosen."""
        return [file for file in self._files if file.path]

    @property
    def fields(self) -> ImmutableMultiDict[str, str]:
        """The fields, in their order."""
        return ImmutableMultiDict(self._fields)

    async def receive(self, body: AsyncIterator[bytes], reserve: Callable[[int], None]) -> None:
        """Parse the whole body; ``reserve`` is called with the size of each chunk before it is stored.

        Raises:
            UserError: the form is malformed or incomplete, or has too many parts.
            Unavailable: the disk is full.
        """
        try:
            async for chunk in body:
                reserve(len(chunk))
                self._parser.write(chunk)
                if len(self._buffer) >= _BUFFER_SIZE:
                    await self._flush()
        except FormParserError:
            raise _malformed() from None
        if not self._is_complete:
            raise _malformed()
        await self._flush()

    async def _flush(self) -> None:
        full, self._buffer = bytes(self._buffer), bytearray()
        await self._spool.run(self._spool.append, full)

    @property
    def _position(self) -> int:
        return self._spool.end + len(self._buffer)

    def _begin_part(self) -> None:
        self._part = _FormPart()

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _end_header(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._part.disposition = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        if b"name" not in options:
            raise _malformed()
        self._on_content(b"%b\r\n" % self._part.disposition)
        self._part.name = _decode(options[b"name"])
        self._part.start = self._position
        if b"filename" in options:
            self._part.file_name = _decode(options[b"filename"])

    def _add_content(self, data: bytes, start: int, end: int) -> None:
        content = data[start:end]
        self._on_content(content)
        if self._part.file_name is not None:
            self._buffer += content
            return
        self._fields_size += len(content)
        if self._fields_size > _MAX_FIELDS_SIZE:
            raise PayloadTooLarge("The fields of the form are too large.")
        self._part.text += content

    def _end_part(self) -> None:
        part = self._part
        self._on_content(b"\r\n")
        if part.file_name is None:
            if len(self._fields) == _MAX_FIELDS:
                raise UserError(f"The form has more than {_MAX_FIELDS} fields.")
            self._fields.append((part.name, _decode(bytes(part.text))))
        else:
            if len(self._files) == _MAX_FILES:
                raise UserError(
                    f"An upload can have at most {_MAX_FILES:,} files; upload a zip archive instead."
                )
            content = SpooledContent(self._spool.descriptor, part.start, self._position - part.start)
            self._files.append(ReceivedFile(part.file_name, content, self._received_at))

    def _end(self) -> None:
        self._is_complete = True


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _malformed() -> UserError:
    return UserError("The request is not a valid multipart form.")
