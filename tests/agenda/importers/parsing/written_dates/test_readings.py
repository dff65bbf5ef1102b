from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daybreak.agenda.importers.parsing.written_dates import DateHints, is_written_recurrence, list_readings

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("30 Nov", MONDAY, date(2026, 11, 30)),
        ("1 dec", MONDAY, date(2026, 12, 1)),
        ("Nov 25", MONDAY, date(2026, 11, 25)),
        ("Jan 5", MONDAY, date(2027, 1, 5)),
        ("30 Aug", MONDAY, date(2026, 8, 30)),
        ("29 Aug", MONDAY, date(2027, 8, 29)),
        ("28 Dec", date(2027, 1, 4), date(2026, 12, 28)),
        ("29 Feb", MONDAY, date(2028, 2, 29)),
        ("mar. 3 mars", MONDAY, date(2026, 3, 3)),
        ("30.11.", MONDAY, date(2026, 11, 30)),
        ("01.12", MONDAY, date(2026, 12, 1)),
        ("12/31", MONDAY, date(2026, 12, 31)),
    ],
)
def test_a_date_without_a_year_is_at_most_three_months_past(read_date, text, base, expected):
    assert read_date(text, base).end == expected


def test_a_completion_without_a_year_is_past(read_date):
    assert read_date("1 Feb", MONDAY, is_past=True).end == date(2026, 2, 1)
    assert read_date("5 Dec", MONDAY, is_past=True).end == date(2025, 12, 5)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("30 Nov - 2 Dec", date(2026, 11, 30), date(2026, 12, 2)),
        ("2026-11-30 → 2026-12-02", date(2026, 11, 30), date(2026, 12, 2)),
        ("Nov 30, 2026 → Dec 2, 2026", date(2026, 11, 30), date(2026, 12, 2)),
        ("2026-11-30/2026-12-02", date(2026, 11, 30), date(2026, 12, 2)),
        ("3\u20135 Dec", date(2026, 12, 3), date(2026, 12, 5)),
        ("Dec 3-5", date(2026, 12, 3), date(2026, 12, 5)),
        ("3.-5. Dez. 2026", date(2026, 12, 3), date(2026, 12, 5)),
        ("vom 30. Nov. bis 2. Dez.", date(2026, 11, 30), date(2026, 12, 2)),
        ("30 Dec - 2 Jan", date(2026, 12, 30), date(2027, 1, 2)),
        ("30 Dec - 2 Jan 2028", date(2027, 12, 30), date(2028, 1, 2)),
        ("30 Dec 2027 - 2 Jan", date(2027, 12, 30), date(2028, 1, 2)),
        ("du 3 au 5 décembre", date(2026, 12, 3), date(2026, 12, 5)),
        ("del 3 al 5 de diciembre", date(2026, 12, 3), date(2026, 12, 5)),
        ("dal 3 al 5 dicembre", date(2026, 12, 3), date(2026, 12, 5)),
        ("3 tot 5 december", date(2026, 12, 3), date(2026, 12, 5)),
        ("Dec 2026", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("12/2026", date(2026, 12, 1), date(2026, 12, 31)),
        ("décembre", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-W49", date(2026, 11, 30), date(2026, 12, 6)),
        ("KW 49", date(2026, 11, 30), date(2026, 12, 6)),
        ("Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
        ("next week", date(2026, 12, 7), date(2026, 12, 13)),
        ("nächsten Monat", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_range_or_a_period_has_a_first_and_a_last_day(read_date, text, start, end):
    found = read_date(text, MONDAY)
    assert (found.start, found.end) == (start, end)


def test_a_range_of_times_is_on_the_day_that_is_named(read_date):
    found = read_date("November 30, 2026 9:00 AM → 11:00 AM")
    assert found.start == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert found.end == datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-W49-3", "2 dec", "Wed 2 Dec 2026", "02/Dec/2026", "2026 Dec 2"])
def test_other_forms_of_one_day_are_read(read_date, text):
    assert read_date(text).end == date(2026, 12, 2)


@pytest.mark.parametrize("text", ["03/04/2026", "3/4", "03-04-26", "Nov-26", "mar", "5/6 - 7/8"])
def test_a_text_with_several_meanings_is_ambiguous(text):
    assert len(list_readings(text, DateHints(tz=BERLIN, base=MONDAY))) > 1


def test_the_file_and_the_language_decide_what_is_ambiguous(read_date):
    assert read_date("03/04/2027", day_first=True).end == date(2027, 4, 3)
    assert read_date("03/04/2027", day_first=False).end == date(2027, 3, 4)
    assert read_date("04/04/2027").end == date(2027, 4, 4)
    assert read_date("mar.", language="de").start == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1796032800", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("1796032800000", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("1796032800.25", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("946684800", datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_seconds_and_milliseconds_since_1970_are_read(read_date, text, expected):
    assert read_date(text).end == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("46356", date(2026, 11, 30)),
        ("36526", date(2000, 1, 1)),
        ("73050", date(2099, 12, 31)),
        ("46356.5", datetime(2026, 11, 30, 11, tzinfo=UTC)),
        ("46356,75", datetime(2026, 11, 30, 17, tzinfo=UTC)),
    ],
)
def test_a_serial_number_is_a_day_of_a_spreadsheet(read_date, text, expected):
    assert read_date(text, has_serials=True).end == expected
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30\u200b",
        "\ufeff2026-11-30",
        "2026\u201111\u201130",
        "2026\u201311\u201330",
        "30\u00a0Nov",
        "30\u202fNov\u200e",
        "\uff12\uff10\uff12\uff16-11-30",
        "30. Nov\u00ad.",
    ],
)
def test_invisible_characters_and_other_hyphens_do_not_hide_a_date(read_date, text):
    assert read_date(text, MONDAY).end == MONDAY


@given(
    st.one_of(
        st.integers(0, 99_999).map(str),
        st.floats(0, 9999, allow_nan=False).map(lambda number: f"{number:.1f}"),
        st.floats(0, 9999, allow_nan=False).map(lambda number: f"{number:.1f}".replace(".", ",")),
        st.sampled_from(
            ["1,5", "1.5", "12", "30", "2026", "1h", "2 h", "3 a", "100%", "-1", "+1", "1e5", "½"]
        ),
    )
)
def test_a_number_alone_is_no_date(text):
    assert list_readings(text, DateHints(tz=BERLIN, base=MONDAY)) == frozenset()


@given(st.integers(0, 10**14).map(str))
def test_only_the_documented_serial_numbers_and_seconds_are_dates(text):
    for found in list_readings(text, DateHints(tz=BERLIN, base=MONDAY, has_serials=True)):
        year = found.end.year
        assert len(text) in {5, 8, 9, 10, 12, 13}
        assert 1900 <= year <= 2199


TITLE_WORDS = """
    buy call the a an of to for with and may march mon sun fri sat second new one two in on at day week
    monday tomorrow next last every 3 30 5 2026 die mit den der das ein am im um le la de des pour el los
    il di da per het een van o os em friday so do sex set abril mai juin sabato domingo ago fa v2.0 1/2 -
    mar gen mag lug out dom sol bis tot a 5pm 17:00 1. q4 end of each day
"""
ORDINARY = ("anna", "milk", "report", "offer", "plan", "meeting", "review", "Bob", "bread", "#4", "write")


@given(
    st.lists(st.sampled_from(TITLE_WORDS.split()), min_size=2, max_size=7),
    st.sampled_from(ORDINARY),
    st.integers(0, 7),
)
def test_words_of_a_title_are_no_date(words, ordinary, at):
    title = " ".join((*words[:at], ordinary, *words[at:]))
    assert list_readings(title, DateHints(tz=BERLIN, base=MONDAY, has_serials=True)) == frozenset()


@pytest.mark.parametrize(
    "title",
    [
        "May the Fourth",
        "Call Anna on May 5",
        "Plan the march of 3 May",
        "Buy 30 eggs",
        "Second try",
        "Read 1984",
        "Die Woche planen",
        "So what",
        "Sun cream",
        "Mit Mo reden",
        "Do it next week",
        "Mars 2020 rover",
        "Sex and the City",
        "in a minute",
        "Every man for himself",
        "one for the road",
        "Friday’s notes",
        "7 days to go",
        "Q4 report",
        "over 30",
        "in 2 minds",
        "il y a un problème",
    ],
)
def test_titles_with_words_of_dates_are_no_dates(title):
    assert list_readings(title, DateHints(tz=BERLIN, base=MONDAY, has_serials=True)) == frozenset()


@pytest.mark.parametrize("text", ["every third friday", "jeden ersten Montag im Monat", "every 3rd friday"])
def test_a_recurrence_without_a_known_day_is_recognised(text):
    assert is_written_recurrence(text)
    assert list_readings(text, DateHints(tz=BERLIN, base=MONDAY)) == frozenset()


@pytest.mark.parametrize("text", ["monday", "30 Nov", "", "x" * 5000, "3 every"])
def test_other_texts_are_no_recurrence(text):
    assert not is_written_recurrence(text)


LONG_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
FORMS = [
    "{d} {m} {y}",
    "{d}. {m} {y}",
    "{d}-{m}-{y}",
    "{d}/{m}/{y}",
    "{m} {d}, {y}",
    "{d}. {M} {y}",
    "{y} {m} {d}",
]


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(list(LONG_MONTHS)),
    st.sampled_from(FORMS),
    st.sampled_from(["", " 17:05", ", 17:05 Uhr", " 5:05 pm"]),
)
@example(date(2026, 3, 2), "de", "{d} {m} {y}", "")
def test_a_date_of_any_language_and_form_is_read_as_itself(day, language, form, time):
    month = LONG_MONTHS[language].split()[day.month - 1]
    text = form.format(d=day.day, m=month, M=month.upper(), y=day.year) + time
    (found,) = list_readings(text, DateHints(tz=BERLIN, base=MONDAY, language=language))
    local = found.end.astimezone(BERLIN) if isinstance(found.end, datetime) else found.end
    assert (local.year, local.month, local.day) == (day.year, day.month, day.day)
    assert not time or (local.hour, local.minute) == (17, 5)


@given(
    st.dates(date(2001, 1, 1), date(2098, 1, 1)), st.integers(-92, 272), st.sampled_from(list(LONG_MONTHS))
)
def test_a_near_date_without_a_year_is_read_as_itself(base, ahead, language):
    day = base + timedelta(days=ahead)
    month = LONG_MONTHS[language].split()[day.month - 1]
    (found,) = list_readings(f"{day.day} {month}", DateHints(tz=BERLIN, base=base))
    if (day.month, day.day) != (2, 29):
        assert found.end == day


@given(
    st.text(
        st.sampled_from(
            "0123456789-/.: →\u2013,'apmwq" + "janfebmärzdéc mon di every jeden bis 30\u200b\uff11"
        ),
        max_size=40,
    )
)
def test_no_text_is_an_error(text):
    for zone in ("Pacific/Apia", "Africa/Monrovia"):
        list_readings(text, DateHints(tz=ZoneInfo(zone), base=date(2011, 12, 29), has_serials=True))
        is_written_recurrence(text)
