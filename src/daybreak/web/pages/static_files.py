"""Static files in memory, under addresses with their hash, so that browsers can cache them for ever.

They are compressed once, when the process starts, so that serving one costs no computation.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import InternalError, NotFound

URL_PREFIX = "/static"
_HASH_LENGTH = 16
_CACHE_CONTROL = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _StaticFile:
    content: bytes
    compressed: bytes
    media_type: str


class StaticFiles:
    """All files of a folder, loaded once."""

    def __init__(self, folder: Path) -> None:
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*") if path.is_file()}
        self._files: dict[str, _StaticFile] = {}
        self._urls: dict[str, str] = {}
        for name, path in files.items():
            content = path.read_bytes()
            known = f"{hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]}/{name}"
            self._urls[name] = f"{URL_PREFIX}/{known}"
            self._files[known] = _StaticFile(content, gzip.compress(content, mtime=0), _media_type(path))

    def url(self, name: str) -> str:
        """Return the address of a file such as ``vendor/pico.css``.

        Raises:
            InternalError: there is no file of that name.
        """
        try:
            return self._urls[name]
        except KeyError:
            raise InternalError(f"there is no static file {name}") from None

    async def serve(self, request: Request) -> Response:
        """Return the requested file.

        Raises:
            NotFound: there is none, or it has changed since.
        """
        file = self._files.get(request.path_params["name"])
        if file is None:
            raise NotFound("This file doesn’t exist or has changed; reload the page.")
        headers = {"Cache-Control": _CACHE_CONTROL, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
        content = file.compressed if "Content-Encoding" in headers else file.content
        return Response(content, media_type=file.media_type, headers=headers)


def _media_type(path: Path) -> str:
    return _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
