"""The web's settings: where it listens, its public address, and the limits of requests."""

import ipaddress
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ByteSize, Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, SettingsGroup

_MIB = 1024 * 1024


def _normalize_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must look like https://daybreak.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


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
    api_requests_per_minute: int = Field(
        default=600,
        ge=1,
        description="Maximum number of API requests a minute per token or session, per web process.",
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
        return f"http://{host}:{self.port}"

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

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The values of the Host header that are accepted."""
        own = urlsplit(self.base_url).netloc
        local = {f"{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        return frozenset({own} | local if self.is_local else {own})


@cache
def web_settings() -> WebSettings:
    """Return the settings of this process, loaded once."""
    return WebSettings.load()
