"""The URL of a calendar as a user writes or pastes it, and as it is stored with its password."""

import base64
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit, urlunsplit

from daybreak.errors import InvalidInput

_QUOTES = '<>“”„"‘’«»`'  # noqa: RUF001 - quotes of many languages
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]+")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\((\S+)\)")
_SCHEME = r"(?:https?|webcals?|feeds?|icals?|ics|calendar):"
_BEGINS_WITH_SCHEME = re.compile(rf"(?i){_SCHEME}\S")
_IN_TEXT = re.compile(rf"(?i)(?<![a-z]){_SCHEME}//[^\s<>“”\"]+")
# `feed:` and the like come before a whole address or instead of its scheme.
_SUBSCRIPTION = re.compile(r"(?i)(?:feeds?|webcals?|icals?|ics|calendar):(?://)?(?=https?(?:://|%3a%2f%2f))")
_OTHER_SCHEMES = re.compile(r"(?i)(?:feed|ical|ics|calendar)(s?)://|webcal(s?):(?!//)")
_SCHEMELESS = re.compile(r"(?i)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::[0-9]+)?/\S+")
_AFTER_SENTENCE = re.compile(r"(?i)(?<=\.ics)[.,;:!?]+$")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """A user name and a password for one server; neither is ever printed."""

    user_name: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def parse(cls, user_name: str, password: str) -> Self | None:
        """Return the credentials of two fields; None if both are empty.

        Raises:
            InvalidInput: they cannot be sent as HTTP Basic authentication.
        """
        if not user_name and not password:
            return None
        if not user_name:
            raise InvalidInput("Enter the user name for this password.").with_details(credentials="rejected")
        if ":" in user_name or _FORBIDDEN.search(user_name + password):
            raise InvalidInput(
                "A user name must not contain a colon, nor a user name or a password control characters."
            ).with_details(credentials="rejected")
        return cls(user_name, password)

    @property
    def authorization(self) -> str:
        """The header that sends them."""
        pair = f"{self.user_name}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")


@dataclass(frozen=True, slots=True)
class StoredAddress:
    """A URL without credentials, and the credentials."""

    url: str = field(repr=False)
    credentials: BasicCredentials | None = None

    @classmethod
    def parse(cls, text: str, credentials: BasicCredentials | None = None) -> Self:
        """Return an address as a user writes it, without quotes and spaces; credentials in it are taken out.

        Raises:
            InvalidInput: it is the address of a page that is known to contain no calendar.
        """
        url = _clean(text)
        with suppress(ValueError):  # `WebAddress.parse` rejects it
            parts = urlsplit(url)
            if advice := _advise((parts.hostname or "").lower(), parts.path):
                raise InvalidInput(advice)
        url, written = _split_credentials(url)
        return cls(url, credentials or (BasicCredentials.parse(*written) if written else None))

    @property
    def key(self) -> str:
        """The text that identifies the source: two users of one URL have two calendars."""
        return f"{self.credentials.user_name} {self.url}" if self.credentials else self.url

    def with_credentials(self, credentials: BasicCredentials | None) -> "StoredAddress":
        """Return the same URL with other credentials."""
        return StoredAddress(self.url, credentials)

    def encode(self) -> str:
        """Return the text to encrypt: the URL alone if there are no credentials."""
        if self.credentials is None:
            return self.url
        return json.dumps(
            {"url": self.url, "user_name": self.credentials.user_name, "password": self.credentials.password}
        )

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the address of a decrypted text; earlier versions stored the URL with its credentials."""
        if not text.startswith("{"):
            url, written = _split_credentials(text)
            return cls(url, BasicCredentials(*written) if written else None)
        stored = json.loads(text)
        return cls(stored["url"], BasicCredentials(stored["user_name"], stored["password"]))


def separate_password(text: str) -> tuple[str, str]:
    """Return a URL as entered, or without the user name and password in it, and that user name if any."""
    bare, written = _split_credentials(_clean(text))
    return (bare, written[0]) if written else (text, "")


def _clean(text: str) -> str:
    """Return an address without what surrounds it in messages and documents."""
    before, url = None, _LINE_BREAK.sub("", _ZERO_WIDTH.sub("", text).strip())
    while url != before:
        before, url = url, url.strip().strip(_QUOTES)
        if url[:1] + url[-1:] in {"()", "''", "[]"}:
            url = url[1:-1]
        if link := _MARKDOWN_LINK.fullmatch(url):
            url = link[1]
        if not _BEGINS_WITH_SCHEME.match(url) and len(found := _IN_TEXT.findall(url)) == 1:
            url = found[0]
        url = _AFTER_SENTENCE.sub("", url)
    if prefix := _SUBSCRIPTION.match(url):
        url = url[prefix.end() :]
        url = unquote(url) if re.match(r"(?i)https?%3a", url) else url
    elif other := _OTHER_SCHEMES.match(url):
        url = f"webcal{(other[1] or other[2] or '').lower()}://{url[other.end() :]}"
    return f"https://{url}" if _SCHEMELESS.fullmatch(url) else url


def _split_credentials(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return a URL without user name and password, and these two."""
    try:
        parts = urlsplit(url)
        name, password = parts.username, parts.password
    except ValueError:
        return url, None
    if name is None:
        return url, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, (unquote(name), unquote(password or ""))


def _advise(host: str, path: str) -> str | None:
    """Return which address to enter instead of that of a page for people; None if it may be a calendar."""
    lower = path.lower()
    if host == "calendar.app.google" or (
        host in _GOOGLE and lower.startswith("/calendar") and "/ical/" not in lower
    ):
        return (
            "This is a page of Google Calendar. Enter the “Secret address in iCal format” instead, which is "
            "in the calendar’s settings under “Integrate calendar”."
        )
    if host.endswith(_OUTLOOK) and not lower.endswith(".ics"):
        return (
            "This is a page of Outlook. Enter the ICS link instead, which is next to the HTML link under "
            "“Shared calendars”, “Publish a calendar”, and ends in .ics."
        )
    if "/apps/calendar" in lower:
        return (
            "This is a page of Nextcloud. Enter the subscription link instead, which the sharing menu of the "
            "calendar copies."
        )
    if host in {"www.icloud.com", "icloud.com", "beta.icloud.com"} and lower.startswith("/calendar"):
        return (
            "This is a page of iCloud. Turn on “Public Calendar” in the sharing settings of the calendar, "
            "and enter the link that they show."
        )
    if host == "calendar.proton.me" and not lower.startswith("/api/"):
        return (
            "This is a page of Proton Calendar. Create a link under “Share outside Proton” in the settings "
            "of the calendar, and enter that."
        )
    return None


_GOOGLE = frozenset({"calendar.google.com", "www.google.com", "google.com"})
_OUTLOOK = ("outlook.live.com", "outlook.office.com", "outlook.office365.com", "outlook.cloud.microsoft")
