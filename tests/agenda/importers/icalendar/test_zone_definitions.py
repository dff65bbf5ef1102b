"""Tests of a file's own time zones beside the names of IANA and Microsoft, and of damaged ones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

NEW_YORK = ("-0500", "-0400", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
BERLIN = ("+0100", "+0200", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
LONDON = ("+0000", "+0100", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
DENVER = ("-0700", "-0600", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")


def observance(kind: str, begin: str, offset_from: str, offset_to: str, *more: str) -> list[str]:
    offsets = [f"TZOFFSETFROM:{offset_from}", f"TZOFFSETTO:{offset_to}"]
    return [f"BEGIN:{kind}", f"DTSTART:{begin}", *offsets, *more, f"END:{kind}"]


def zone(name: str, *parts: list[str]) -> str:
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *(line for part in parts for line in part), "END:VTIMEZONE"]
    return "".join(f"{line}\r\n" for line in lines)


def rules(name: str, offsets: tuple[str, str, str, str]) -> str:
    winter, summer, spring, autumn = offsets
    return zone(
        name,
        observance("STANDARD", "20001029T020000", summer, winter, f"RRULE:{autumn}"),
        observance("DAYLIGHT", "20000326T020000", winter, summer, f"RRULE:{spring}"),
    )


def constant(name: str, offset: str) -> str:
    return zone(name, observance("STANDARD", "19700101T000000", offset, offset))


@pytest.fixture(scope="module")
def hour(read, calendar, entry):
    """Return a function that returns the hour in UTC of 9:00 on 1 July 2026 in a zone, and the warnings."""

    def read_hour(definition: str, tzid: str, wall: str = "20260701T090000") -> tuple[float, list[str]]:
        found = read(calendar(definition, entry(f"DTSTART;TZID={tzid}:{wall}")))
        start = found.events[0].start
        at = (
            start.astimezone(UTC) - datetime.strptime(f"{wall[:8]}+0000", "%Y%m%d%z")
            if start.tzinfo
            else None
        )
        return (-1 if at is None else at / timedelta(hours=1)), [
            warning.message for warning in found.warnings
        ]

    return read_hour


@pytest.mark.parametrize(
    ("name", "definition", "expected"),
    [
        ("EST", rules("EST", NEW_YORK), 13),
        ("MST", rules("MST", DENVER), 15),
        ("GMT", rules("GMT", LONDON), 8),
        ("UTC", constant("UTC", "+0100"), 8),
        ("CET", constant("CET", "+0100"), 8),
        ("HST", constant("HST", "-1100"), 20),
        ("EST5EDT", constant("EST5EDT", "-0500"), 14),
        ("Etc/GMT+5", rules("Etc/GMT+5", NEW_YORK), 13),
        ("Europe/London", rules("Europe/London", BERLIN), 7),
        ("W. Europe Standard Time", rules("W. Europe Standard Time", DENVER), 15),
        ("America/New_York", constant("America/New_York", "+0900"), 0),
    ],
)
def test_a_definition_that_differs_from_the_zone_of_its_name_decides(hour, name, definition, expected):
    assert hour(definition, name) == (expected, [])


@pytest.mark.parametrize(
    ("name", "definition", "expected"),
    [
        ("Europe/Berlin", rules("Europe/Berlin", BERLIN), 7),
        ("EST5EDT", rules("EST5EDT", NEW_YORK), 13),
        ("EST", constant("EST", "-0500"), 14),
        ("Europe/Berlin", constant("Europe/Berlin", "+0100"), 7),
        (
            "Europe/London",
            zone("Europe/London", observance("STANDARD", "19700101T000000", "+0000", "+0000")),
            8,
        ),
        (
            "Europe/Berlin",
            zone("Europe/Berlin", observance("STANDARD", "20201025T030000", "+0200", "+0100")),
            7,
        ),
        (
            "America/New_York",
            zone(
                "America/New_York",
                observance("DAYLIGHT", "20070311T020000", "-0500", "-0400"),
                observance("STANDARD", "20071104T020000", "-0400", "-0500"),
            ),
            13,
        ),
        (
            "Eastern Standard Time",
            zone(
                "Eastern Standard Time",
                observance(
                    "STANDARD", "16010101T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"
                ),
                observance(
                    "DAYLIGHT", "16010101T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4"
                ),
            ),
            13,
        ),
        (
            "America/Mexico_City",
            zone(
                "America/Mexico_City",
                observance(
                    "DAYLIGHT", "19960407T020000", "-0600", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU"
                ),
                observance(
                    "STANDARD", "19961027T020000", "-0500", "-0600", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
                ),
            ),
            15,
        ),
    ],
)
def test_an_excerpt_of_the_zone_of_its_name_means_that_zone(hour, name, definition, expected):
    assert hour(definition, name) == (expected, [])


@pytest.mark.parametrize("end", ["99991231T235959Z", "99991231", "40001231T000000Z", "25001231T000000Z"])
def test_a_rule_until_a_far_year_has_no_end(hour, end):
    winter, summer, spring, autumn = BERLIN
    endless = zone(
        "Own",
        observance("STANDARD", "20001029T030000", summer, winter, f"RRULE:{autumn};UNTIL={end}"),
        observance("DAYLIGHT", "20000326T020000", winter, summer, f"RRULE:UNTIL={end};{spring}"),
    )
    assert hour(endless, "Own") == (7, [])


@pytest.mark.parametrize("written", ["+01", "+1", "0100", "+01:00", "UTC+1", "+010000", "+1:00", "gmt+01:00"])
def test_an_offset_is_read_in_every_spelling(hour, written):
    own = zone("Own", observance("STANDARD", "20000101T000000", written, written))
    assert hour(own, "Own") == (8, [])


@pytest.mark.parametrize(
    "begin", ["00010101T000000", "16010101T000000", "19700101", "19000101T000000Z", "never", ""]
)
def test_a_single_offset_is_valid_at_all_times(hour, begin):
    assert hour(zone("Own", observance("STANDARD", begin, "+0545", "+0545")), "Own") == (3.25, [])


@pytest.mark.parametrize("part", ["STANDARD", "DAYLIGHT"])
@pytest.mark.parametrize("missing", ["TZOFFSETTO", "TZOFFSETFROM"])
def test_a_missing_offset_is_completed_from_the_other_part_with_a_warning(hour, part, missing):
    lines = rules("Own", BERLIN).splitlines(keepends=True)
    begin = lines.index(f"BEGIN:{part}\r\n")
    at = next(index for index in range(begin, len(lines)) if lines[index].startswith(missing))
    expected, warnings = hour("".join([*lines[:at], *lines[at + 1 :]]), "Own")
    assert expected == 7
    assert len(warnings) == 1
    assert missing in warnings[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DTSTART:20000326T020000", "DTSTART:soon"),
        ("DTSTART:20000326T020000\r\n", ""),
        ("RRULE:FREQ=YEARLY;BYMONTH=3", "RRULE:FREQ=HOURLY;BYMONTH=3"),
        ("BYMONTH=3;BYDAY=-1SU", "BYMONTH=3;BYDAY=-9XX"),
        ("TZOFFSET", "TZOFSET"),
        ("+0200", "summer"),
    ],
)
def test_half_a_definition_is_none_and_a_warning_names_it(hour, old, new):
    found, warnings = hour(rules("Own", BERLIN).replace(old, new), "Own")
    assert found == -1
    assert any("“Own” is damaged" in message and "local times" in message for message in warnings)


def test_a_damaged_definition_with_a_known_name_is_replaced_by_the_zone_of_that_name(hour):
    damaged = rules("Europe/Berlin", BERLIN).replace("DTSTART:20000326T020000", "DTSTART:")
    found, warnings = hour(damaged, "Europe/Berlin")
    assert found == 7
    assert [("Europe/Berlin was used" in message) for message in warnings] == [True]


def test_a_definition_without_observances_is_a_warning_and_an_unused_one_is_none(hour):
    empty = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nEND:VTIMEZONE\r\n"
    found, (warning,) = hour(empty, "Own")
    assert found == -1
    assert "neither STANDARD nor DAYLIGHT" in warning
    assert hour(empty, "Asia/Tokyo") == (0, [])


def test_a_damaged_zone_is_read_on_the_clock_of_the_calendar(read, calendar, entry):
    empty = "X-WR-TIMEZONE:Asia/Tokyo\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\nEND:VTIMEZONE\r\n"
    found = read(calendar(empty, entry("DTSTART;TZID=Own:20260701T090000")))
    assert found.events[0].start == datetime(2026, 7, 1, tzinfo=UTC)
    assert "in the zone of the calendar, Asia/Tokyo" in found.warnings[0].message


@pytest.mark.parametrize(
    ("tzid", "expected"),
    [
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", 7),
        ("/mozilla.org/20070129_1/America/New_York", 13),
        ("/citadel.org/20210210_1/Asia/Calcutta", 3.5),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"', 7),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', 13),
        ("(GMT+09:00) Osaka\\, Sapporo\\, Tokyo", 0),
        ('"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"', 3.5),
        ('"(UTC) Dublin, Edinburgh, Lisbon, London"', 8),
        ("tokyo standard time", 0),
    ],
)
def test_a_name_of_a_vendor_is_that_of_its_zone(hour, tzid, expected):
    assert hour("", tzid) == (expected, [])


@pytest.mark.parametrize("tzid", ["GMT+0100", "UTC+1", '"(UTC+03:00) Berlin"', "Customized Time Zone", "PST"])
def test_a_name_that_may_mean_several_zones_is_unknown(hour, tzid):
    found, (warning,) = hour("", tzid)
    assert found == -1
    assert "is unknown" in warning


@pytest.mark.parametrize("tzid", ["", '""', '" "'])
def test_an_empty_name_is_that_of_the_zone_without_a_name(hour, tzid):
    assert hour(constant("", "+0300"), tzid) == (6, [])
    assert hour("", tzid) == (-1, [])


NAMES = st.text(st.sampled_from("aZ (+-)/:,;.&'0'é_"), min_size=1, max_size=30).map(
    lambda text: f"Z{text.strip()}:1"
)


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


@given(name=NAMES, defined=st.sampled_from([str, escape]), used=st.integers(0, 5))
def test_a_zone_is_found_in_every_spelling_of_its_name(hour, name, defined, used):
    spelling = [
        f'"{name}"',
        name,
        escape(name),
        f'"{escape(name)}"',
        f'" {name} "',
        name.replace("'", "'"),
    ][used]
    assert hour(constant(defined(name), "+0300"), spelling) == (6, [])


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART;TZID=(UTC+03:00) Our; zone, x:20260701T090000",
        "DTSTART;VALUE=DATE-TIME;TZID=(UTC+03:00) Our; zone, x:20260701T090000",
        "DTSTART;TZID=(UTC+03:00) Our; zone, x;VALUE=DATE-TIME:20260701T090000",
        'DTSTART;TZID="(UTC+03:00) Our; zone, x:20260701T090000',
        "DTSTART;TZID:(UTC+03:00) Our; zone, x:20260701T090000",
        "DTSTART;TZID=(UTC+03:00) Our\\; zone\\, x:2026-07-01T09:00:00",
    ],
)
def test_a_zone_is_found_beside_other_parameters(read, calendar, entry, line):
    found = read(calendar(constant("(UTC+03:00) Our; zone, x", "+0300"), entry(line)))
    assert [event.start for event in found.events] == [datetime(2026, 7, 1, 6, tzinfo=UTC)]
    assert not found.warnings


def test_the_zone_of_a_calendar_may_be_its_own(read, calendar, entry):
    own = "X-WR-TIMEZONE:Own\r\n" + constant("Own", "+0300")
    assert read(calendar(own, entry("DTSTART:20260701T090000"))).events[0].start.hour == 6


def test_an_unknown_zone_of_a_calendar_is_named_if_a_time_needs_it(read, calendar, entry):
    head = "X-WR-TIMEZONE:Moon/Base\r\n"
    assert not read(calendar(head, entry("DTSTART:20260701T090000Z"))).warnings
    assert (
        "“Moon/Base” is unknown" in read(calendar(head, entry("DTSTART:20260701T090000"))).warnings[0].message
    )


@pytest.mark.parametrize("early_changes", [0, 49, 50, 85, 150])
def test_the_last_changes_of_a_long_vtimezone_count(read, calendar, entry, early_changes):
    part = "BEGIN:STANDARD\r\nDTSTART:{}0101T000000\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nEND:STANDARD\r\n"
    early = "".join(part.format(1850 + number, "+0500", "+0500") for number in range(early_changes))
    last = part.format(2010, "+0500", "+0300")
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Far Office\r\n{early}{last}END:VTIMEZONE\r\n"
    found = read(calendar(zone, entry("DTSTART;TZID=Far Office:20260401T120000", "SUMMARY:Call")))
    assert found.events[0].start.hour == 9
