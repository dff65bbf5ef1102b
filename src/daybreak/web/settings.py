"""Where the web listens, under which address people reach it, and how much it takes."""

import ipaddress
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ByteSize, Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, Group

_MIB = 1024 * 1024


def _checked_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("it should look like https://daybreak.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


class WebSettings(Group):
    """The web's own settings."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}WEB_")

    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8321, ge=1, le=65535, description="The port to listen on.")
    url: Annotated[str, AfterValidator(_checked_address)] | None = Field(
        default=None,
        description="Where people reach it, like https://daybreak.example.org: links and checks go by it. "
        "Needed to listen on anything but loopback.",
    )
    proxies: str = Field(
        default="127.0.0.1",
        description="Addresses of proxies, separated by commas, whose X-Forwarded headers are believed.",
    )
    max_body: ByteSize = Field(
        default=ByteSize(_MIB),
        gt=0,
        description="A longer request is refused; uploads have limits of their own.",
    )
    body_silence: float = Field(
        default=30.0, gt=0, description="A request whose body says nothing for so long is answered 408."
    )
    body_seconds: float = Field(
        default=600.0, gt=0, description="Time in which the whole body of a request must have come."
    )
    uploads: int = Field(
        default=8,
        ge=1,
        description="Uploads that are received at once, per web process; one person has a quarter of them.",
    )
    upload_wait: float = Field(
        default=30.0, gt=0, description="How long an upload waits for its turn before it is answered 503."
    )
    api_rate: int = Field(
        default=600,
        ge=1,
        description="Requests a minute that one token or session may make below /api, per web process.",
    )
    connections: int = Field(
        default=8, ge=1, description="Database connections of one web process, besides the one that listens."
    )

    @property
    def address(self) -> str:
        """Under which address people reach it, without a slash at the end."""
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
        """Whether people come over TLS."""
        return self.address.startswith("https:")

    @property
    def hosts(self) -> frozenset[str]:
        """What a request may call this server."""
        own = urlsplit(self.address).netloc
        local = {f"{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        return frozenset({own} | local if self.is_local else {own})


@cache
def web_settings() -> WebSettings:
    """The settings of this process, read once."""
    return WebSettings.load()
