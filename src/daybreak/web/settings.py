"""The web's settings: where it listens, its public address, and the limits of requests."""

import ipaddress
import re
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ByteSize, Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, SettingsGroup

_MIB = 1024 * 1024
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]*))?")


def normalize_host(host: str, scheme: str) -> str:
    """Return a host with its port in one form: without a default port and without a final dot."""
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return host.lower()
    name, port = match["name"].removesuffix("."), match["port"]
    return name if not port or port == _DEFAULT_PORTS[scheme] else f"{name}:{port}"


def _normalize_url(text: str) -> str:
    parts = urlsplit(text.lower())
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or a password")
    rest = (parts.path.removesuffix("/"), parts.query, parts.fragment)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or any(rest):
        raise ValueError("must look like https://daybreak.example.org, without a path")
    try:
        parts.port  # noqa: B018 - raises if it is no port
        ascii_host = parts.netloc.encode("idna").decode()
        is_unambiguous = ascii_host.encode().decode("idna") == parts.netloc
    except ValueError:
        is_unambiguous = False
    if not is_unambiguous:
        raise ValueError("must have a valid host and port, with other letters than a to z written as xn--…")
    return f"{parts.scheme}://{normalize_host(ascii_host, parts.scheme)}"


class WebSettings(SettingsGroup):
    """The web's own settings."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}WEB_")

    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8321, ge=1, le=65535, description="The port to listen on.")
    url: Annotated[str, AfterValidator(_normalize_url)] | None = Field(
        default=None,
        description="The public address, like https://daybreak.example.org, used for links and host checks. "
        "Required to listen on anything but loopback.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses of proxies, separated by commas, whose X-Forwarded headers are trusted.",
    )
    max_connections: int = Field(
        default=2048,
        ge=1,
        description="Maximum number of open connections per web process, lowered to what its open-file limit "
        "permits; one client address gets at most an eighth, a trusted proxy all.",
    )
    header_timeout_seconds: float = Field(
        default=10.0, gt=0, description="Seconds within which all headers of a request must arrive."
    )
    write_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a connection is closed whose client receives nothing of a response.",
    )
    max_body_size: ByteSize = Field(
        default=ByteSize(_MIB),
        gt=0,
        description="Maximum size of a request body; uploads have limits of their own.",
    )
    body_idle_seconds: float = Field(
        default=30.0, gt=0, description="Idle timeout for a request body; after it the request gets 408."
    )
    body_timeout_seconds: float = Field(
        default=600.0, gt=0, description="Seconds within which the whole body of a request must arrive."
    )
    max_concurrent_uploads: int = Field(
        default=4,
        ge=1,
        description="Maximum number of uploads that a web process unpacks and stores at once; one user gets "
        "at most a quarter.",
    )
    upload_wait_seconds: float = Field(
        default=30.0, gt=0, description="Seconds an upload waits for its turn before it gets 429 or 503."
    )
    max_streams: int = Field(
        default=500,
        ge=1,
        description="Maximum number of open event streams per web process; one user gets at most 20.",
    )
    requests_per_minute: int = Field(
        default=600,
        ge=1,
        description="Maximum number of requests a minute per session or token, and twice as many per user, "
        "per web process; static files are not counted.",
    )
    database_connections: int = Field(
        default=8,
        ge=1,
        description="Database connections of one web process, besides its LISTEN connection and up to 4 "
        "for exports.",
    )

    @property
    def base_url(self) -> str:
        """The public address, without a trailing slash."""
        if self.url:
            return self.url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{normalize_host(f'{host}:{self.port}', 'http')}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_secure(self) -> bool:
        """Whether the public address uses TLS."""
        return self.base_url.startswith("https:")

    def find_origin(self, host: str) -> str | None:
        """Return the origin of the pages of a Host header; None if this server has no such name."""
        scheme, _, own_host = self.base_url.partition("://")
        if normalize_host(host, scheme) == own_host:
            return self.base_url
        normalized = normalize_host(host, "http")
        return f"http://{normalized}" if self.is_local and self._is_loopback(normalized) else None

    def _is_loopback(self, host: str) -> bool:
        """Return whether a host is a loopback address or name with this server's port."""
        name, _, port = host.rpartition(":") if host.count(":") == 1 or "]:" in host else (host, "", "80")
        # Browsers resolve all names below localhost to loopback, so no other site can have one.
        is_own_name = name.endswith(".localhost") and self.url is None
        return port == str(self.port) and (name in _LOOPBACK_NAMES or is_own_name)


@cache
def web_settings() -> WebSettings:
    """Return the settings of this process, loaded once."""
    return WebSettings.load()
