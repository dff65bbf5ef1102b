"""Tests of URLs as users paste them, and of the user name and password in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.errors import InvalidInput
from daybreak.intake import BasicCredentials, StoredAddress, WebAddress

URL = "https://calendar.example/anna/my.ics?key=a(b)'c"


@pytest.mark.parametrize(
    "pasted",
    [
        URL,
        f"  {URL}\t\n",
        f"<{URL}>",
        f"“{URL}”",
        f"„{URL}“",
        f"»{URL}«",
        f'"{URL}"',
        f"'{URL}'",
        f"({URL})",
        f"`{URL}`",
        f" <“{URL}”> ",
        f"<URL:{URL}>",
        f"URL: {URL}",
        f"My calendar <{URL}>",
        f"[My calendar]({URL})".replace("(b)", "(b)"),
        f"\ufeff{URL}\u200b",
        f"\u00a0{URL}\u202f",
        f"feed:{URL}",
        f"webcal:{URL}",
        f"webcal://{URL}",
        f"WEBCALS:{URL}",
        "webcal:https%3A%2F%2Fcalendar.example%2Fanna%2Fmy.ics%3Fkey%3Da(b)'c",
        URL[:30] + "\r\n   " + URL[30:],
        URL.removeprefix("https://"),
    ],
)
def test_a_pasted_url_is_cleaned(pasted: str) -> None:
    stored = StoredAddress.parse(pasted)
    assert (stored.url, stored.credentials) == (URL, None)


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("webcal://calendar.example/a.ics", "webcal://calendar.example/a.ics"),
        ("feed://calendar.example/a.ics", "webcal://calendar.example/a.ics"),
        ("feeds://calendar.example/a.ics", "webcals://calendar.example/a.ics"),
        ("ical://calendar.example/a.ics", "webcal://calendar.example/a.ics"),
        ("webcal:calendar.example/a.ics", "webcal://calendar.example/a.ics"),
        ("http://calendar.example/my calendar.ics", "http://calendar.example/my calendar.ics"),
        ("The calendar is at https://calendar.example/a.ics.", "https://calendar.example/a.ics"),
        ("https://calendar.example/a.ics,", "https://calendar.example/a.ics"),
        ("calendar.example:8443/a.ics", "https://calendar.example:8443/a.ics"),
    ],
)
def test_other_schemes_and_surroundings_are_understood(pasted: str, url: str) -> None:
    assert StoredAddress.parse(pasted).url == url
    assert WebAddress.parse(url)


@pytest.mark.parametrize(
    "text", ["", "my calendar", "~/plans", "a.ics", "mailto:anna@calendar.example", "//"]
)
def test_what_is_no_url_stays_and_is_rejected(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a valid web address"):
        WebAddress.parse(StoredAddress.parse(text).url)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("https://calendar.google.com/calendar/embed?src=anna%40gmail.com", "Secret address in iCal format"),
        ("https://calendar.google.com/calendar/u/0/r?tab=mc", "Secret address in iCal format"),
        ("webcal://calendar.google.com/calendar/u/0?cid=abc", "Secret address in iCal format"),
        ("https://www.google.com/calendar/embed?src=x", "Secret address in iCal format"),
        ("https://calendar.app.google/AbC123", "Secret address in iCal format"),
        ("https://outlook.live.com/owa/calendar/1/2/cid-3/index.html", "ICS link"),
        ("https://outlook.office365.com/owa/calendar/a@b.example/c/calendar.html", "ICS link"),
        ("https://outlook.office.com/calendar/view/week", "ICS link"),
        ("https://cloud.example/apps/calendar/p/AbC/Work", "subscription link"),
        ("https://cloud.example/index.php/apps/calendar/dayGridMonth/now", "subscription link"),
        ("https://www.icloud.com/calendar/", "Public Calendar"),
        ("https://calendar.proton.me/u/0/week", "Share outside Proton"),
    ],
)
def test_the_address_of_a_page_is_rejected_with_that_to_enter_instead(url: str, advice: str) -> None:
    with pytest.raises(InvalidInput, match=advice):
        StoredAddress.parse(f" <{url}> ")


@pytest.mark.parametrize(
    "url",
    [
        "https://calendar.google.com/calendar/ical/a%40gmail.com/private-1/basic.ics",
        "https://www.google.com/calendar/ical/a%40gmail.com/public/basic.ics",
        "https://outlook.live.com/owa/calendar/1/2/cid-3/calendar.ics",
        "https://outlook.office365.com/owa/calendar/a@b.example/c/reachcalendar.ics",
        "https://cloud.example/remote.php/dav/public-calendars/AbC?export",
        "webcal://p01-caldav.icloud.com/published/2/abc",
        "https://calendar.proton.me/api/calendar/v1/url/a/calendar.ics?CacheKey=b",
        "https://notgoogle.example/calendar/embed",
    ],
)
def test_the_address_of_a_calendar_is_accepted(url: str) -> None:
    assert StoredAddress.parse(url).url == url


@pytest.mark.parametrize(
    ("url", "user_name", "password"),
    [
        ("https://anna:secret@h.example/a.ics", "anna", "secret"),
        ("https://anna@h.example/a.ics", "anna", ""),
        ("https://anna%40b.example:p%3Aq%2Fr@h.example/a.ics", "anna@b.example", "p:q/r"),
        ("https://anna:a:b@h.example/a.ics", "anna", "a:b"),
        ("https://j%C3%B6rg:pass%20word@h.example/a.ics", "jörg", "pass word"),
    ],
)
def test_a_user_name_and_a_password_are_taken_out(url: str, user_name: str, password: str) -> None:
    stored = StoredAddress.parse(url)
    assert stored == StoredAddress("https://h.example/a.ics", BasicCredentials(user_name, password))
    assert StoredAddress.decode(stored.encode()) == stored
    # Earlier versions stored the URL as it was entered.
    assert StoredAddress.decode(url) == stored
    assert password not in stored.key or not password
    for secret in (user_name, password or user_name, "a.ics"):
        assert secret not in repr(stored)


def test_typed_credentials_replace_those_of_the_url() -> None:
    stored = StoredAddress.parse("https://old:older@h.example/a.ics", BasicCredentials("new", "newer"))
    assert stored == StoredAddress("https://h.example/a.ics", BasicCredentials("new", "newer"))


def test_a_url_without_credentials_is_stored_as_before() -> None:
    assert StoredAddress.parse(URL).encode() == URL
    assert StoredAddress.decode(URL) == StoredAddress(URL)


@pytest.mark.parametrize(
    ("user_name", "password"),
    [
        ("a:b", "c"),
        ("", "c"),
        ("a\r\nX-Evil: 1", "c"),
        ("a", "c\r\nX: 1"),
        ("a", "b\0"),
        ("a\x7f", "b"),
        ("\ud800", "b"),
    ],
)
def test_credentials_that_no_header_can_carry_are_rejected(user_name: str, password: str) -> None:
    with pytest.raises(InvalidInput, match="user name"):
        BasicCredentials.parse(user_name, password)


def test_empty_fields_are_no_credentials() -> None:
    assert BasicCredentials.parse("", "") is None


@given(st.text(max_size=60))
def test_any_text_can_be_cleaned(text: str) -> None:
    try:
        stored = StoredAddress.parse(text)
    except InvalidInput:
        return
    assert StoredAddress.parse(stored.url).url == stored.url or stored.credentials


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_any_credentials_are_stored_unchanged(user_name: str, password: str) -> None:
    stored = StoredAddress(URL, BasicCredentials(user_name, password))
    assert StoredAddress.decode(stored.encode()) == stored
