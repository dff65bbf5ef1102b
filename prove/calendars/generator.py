"""Calendars made from a seed, which combine value types, zones, rules, exceptions and overrides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

# A zone of each kind: clock changes in both hemispheres and at midnight, half an hour, none, a skipped day.
ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Casablanca",
)
OWN_ZONES = (
    ("Office", "-0500", "-0400", "20000402T020000", "4;BYDAY=1SU", "20001029T020000", "10;BYDAY=-1SU"),
    ("Own/Berlin", "+0100", "+0200", "19810329T020000", "3;BYDAY=-1SU", "19961027T030000", "10;BYDAY=-1SU"),
    ("Südzeit", "+1000", "+1100", "20081005T020000", "10;BYDAY=1SU", "20090405T030000", "4;BYDAY=1SU"),
)
# Around clock changes, the ends of years with 52 and 53 weeks, and leap days.
DAYS = (
    date(2025, 3, 28),
    date(2025, 10, 24),
    date(2026, 3, 7),
    date(2026, 10, 30),
    date(2024, 2, 27),
    date(2024, 2, 29),
    date(2025, 12, 27),
    date(2026, 12, 30),
    date(2026, 4, 2),
    date(2025, 1, 31),
)
TIMES = (
    time(0),
    time(1, 30),
    time(2),
    time(2, 15),
    time(2, 30),
    time(3),
    time(9),
    time(12, 45),
    time(23, 30),
)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY_LISTS = ("MO", "TU,TH", "SA,SU,WE", "MO,TU,WE,TH,FR", "SU")

_DAILY = "DTSTART{zone}:{start}\nRRULE:FREQ=DAILY;COUNT=9\n"
_HOURLONG = "DTSTART{zone}:{start}\nDURATION:PT1H\n"
SERIES = (
    _HOURLONG + "RRULE:FREQ=DAILY;UNTIL={day14}",
    _HOURLONG + "RRULE:FREQ=WEEKLY;UNTIL={day21}T093000",
    _HOURLONG + "RRULE:FREQ=DAILY;COUNT=5\nRRULE:FREQ=WEEKLY;COUNT=5",
    "DTSTART{zone}:{start}\nRRULE:FREQ=MINUTELY;INTERVAL=90;COUNT=30",
    "DTSTART{zone}:{start}\nDURATION:P1DT2H\nRRULE:FREQ=DAILY;COUNT=9",
)
# A line “---” begins the next entry with the same UID.
VARIANTS = (
    "DTSTART{zone}:{start}\nDTEND;TZID=Asia/Tokyo:{day1}T120000\nRRULE:FREQ=DAILY;COUNT=9",
    _DAILY + "EXDATE;VALUE=DATE:{day2}",
    _DAILY + "EXDATE{zone}:{day1}T093000,{day2}T093000",
    "DTSTART:{start}Z\nRRULE:FREQ=DAILY;COUNT=20\nEXDATE:{day2}T093000Z",
    "DTSTART:{start}\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:{day7}T093000",
    "DTSTART;VALUE=DATE:{day}\nRRULE:FREQ=DAILY;COUNT=9\nEXDATE;VALUE=DATE:{day2},{day7}",
    "DTSTART;VALUE=DATE:{day}\nDTEND;VALUE=DATE:{day2}\nRRULE:FREQ=WEEKLY;COUNT=9\nEXDATE:{day7}T000000Z",
    _HOURLONG + "RDATE{zone};VALUE=PERIOD:{day2}T100000/PT3H,{day7}T100000/{day7}T110000",
    _HOURLONG + "RDATE{zone}:{day2}T100000,{day7}T100000,{day7}T100000",
    "DTSTART;VALUE=DATE:{day}\nDURATION:P2D\nRDATE;VALUE=DATE:{day7},{day14}",
    _DAILY + "---\nRECURRENCE-ID{zone}:{day2}T093000\nDTSTART{zone}:{day2}T150000\nSTATUS:CANCELLED",
    "RECURRENCE-ID{zone}:{day2}T093000\nDTSTART{zone}:{day2}T150000\nDTEND{zone}:{day2}T160000",
    _DAILY + "---\nRECURRENCE-ID;VALUE=DATE:{day2}\nDTSTART{zone}:{day2}T150000",
    _HOURLONG
    + "RRULE:FREQ=DAILY;COUNT=20\n---\nRECURRENCE-ID;RANGE=THISANDFUTURE{zone}:{day2}T093000\n"
    + "DTSTART{zone}:{day2}T150000\nDURATION:PT2H\n---\n"
    + "RECURRENCE-ID;RANGE=THISANDFUTURE{zone}:{day7}T093000\nDTSTART{zone}:{day14}T150000\nDURATION:PT3H",
    _HOURLONG
    + "RRULE:FREQ=DAILY;COUNT=9\n---\nRECURRENCE-ID{zone}:{day2}T093000\nDTSTART{zone}:{day2}T150000\n"
    + "---\nRECURRENCE-ID{zone}:{day7}T093000\nDTSTART;VALUE=DATE:{day7}",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """The way in which the times of one entry are written: ``name`` is a TZID, UTC, or empty for floating."""

    name: str
    is_all_day: bool = False

    def write(self, at: datetime) -> str:
        """Return the parameters and the value of a property with this time."""
        if self.is_all_day:
            return f";VALUE=DATE:{at:%Y%m%d}"
        if self.name == "UTC":
            return f":{at:%Y%m%dT%H%M%S}Z"
        zone = f";TZID={self.name}" if self.name else ""
        return f"{zone}:{at:%Y%m%dT%H%M%S}"

    def write_until(self, at: datetime) -> str:
        """Return a value of UNTIL: in UTC if the clock has a zone (RFC 5545 §3.3.10)."""
        if self.is_all_day:
            return f"{at:%Y%m%d}"
        return f"{at:%Y%m%dT%H%M%S}{'Z' if self.name else ''}"


def list_calendars(count: int = 420) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each calendar; the name holds its seed."""
    for seed in range(count):
        random = Random(seed)
        write = write_variant if seed % 4 == 3 else write_calendar
        yield f"generated/{seed:03}", write(random)


def write_variant(random: Random) -> bytes:
    """Return a calendar with one entry in a form that programs write, and not all readers expect."""
    variants = (*VARIANTS, *(f"{variant}\nEXDATE{{zone}}:20260408T093000" for variant in SERIES))
    zone = f";TZID={random.choice(ZONES)}"
    day = date(2026, 3, 25) + timedelta(days=random.randint(0, 6))
    number = random.randrange(len(variants))
    values = {"zone": zone, "start": f"{day:%Y%m%d}T093000", "day": f"{day:%Y%m%d}"}
    later = {f"day{count}": f"{day + timedelta(days=count):%Y%m%d}" for count in (1, 2, 7, 14, 21)}
    text = variants[number].format(**values, **later)
    name = "X-WR-TIMEZONE:America/New_York\n" if random.random() < 0.25 else ""
    entries = text.split("\n---\n")
    head = "UID:v@peer\nDTSTAMP:20240101T000000Z"
    body = "\n".join(
        f"BEGIN:VEVENT\n{head}\nSUMMARY:Part {part}\n{entry}\nEND:VEVENT"
        for part, entry in enumerate(entries)
    )
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Daybreak//Peer//EN\n{name}{body}\nEND:VCALENDAR\n"
    return whole.replace("\n", "\r\n").encode()


def write_calendar(random: Random) -> bytes:
    """Return a calendar with one to three entries."""
    entries = [_write_entry(random, number) for number in range(random.randint(1, 3))]
    zones = [_write_zone(*zone) for zone in OWN_ZONES if any(f"TZID={zone[0]}:" in one for one in entries)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Daybreak//Peer//EN",
        *zones,
        *entries,
        "END:VCALENDAR",
    ]
    return "\n".join([*lines, ""]).replace("\n", "\r\n").encode()


def _write_zone(name: str, standard: str, summer: str, begin: str, rule: str, end: str, end_rule: str) -> str:
    return "\n".join(
        [
            "BEGIN:VTIMEZONE",
            f"TZID:{name}",
            *_write_observance("STANDARD", summer, standard, end, end_rule),
            *_write_observance("DAYLIGHT", standard, summer, begin, rule),
            "END:VTIMEZONE",
        ]
    )


def _write_observance(kind: str, before: str, after: str, begin: str, rule: str) -> list[str]:
    offsets = [f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
    return [f"BEGIN:{kind}", f"DTSTART:{begin}", *offsets, f"RRULE:FREQ=YEARLY;BYMONTH={rule}", f"END:{kind}"]


def _write_entry(random: Random, number: int) -> str:
    names = (*ZONES, *(zone[0] for zone in OWN_ZONES), "UTC", "UTC", "", "")
    clock = Clock(random.choice(names)) if random.random() < 0.8 else Clock("", is_all_day=True)
    start = datetime.combine(
        random.choice(DAYS) + timedelta(days=random.randint(0, 3)),
        time(0) if clock.is_all_day else random.choice(TIMES),
    )
    head = [f"UID:{number}@peer", "DTSTAMP:20240101T000000Z", f"SUMMARY:Entry {number}"]
    length, end = _write_end(random, clock, start)
    lines = [*head, f"DTSTART{clock.write(start)}", *end]
    overrides: list[str] = []
    if random.random() < 0.9:
        frequency, rule = _write_rule(random, clock, start)
        lines.append(f"RRULE:{rule}")
        starts = [start + step for step in _steps(frequency)]
        lines += _write_exceptions(random, clock, starts)
        overrides = _write_overrides(random, clock, starts, head, length)
    elif random.random() < 0.5:
        lines += _write_exceptions(random, clock, [start + timedelta(days=day) for day in (1, 5, 31, 60)])
    return "\n".join([_wrap(lines), *overrides])


def _wrap(lines: list[str]) -> str:
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def _write_end(random: Random, clock: Clock, start: datetime) -> tuple[timedelta, list[str]]:
    if clock.is_all_day:
        length = timedelta(days=random.choice((1, 1, 2, 7)))
    else:
        length = random.choice(
            (timedelta(minutes=30), timedelta(hours=3), timedelta(hours=26), timedelta(days=1))
        )
    written = random.choice(("end", "duration", "none"))
    if written == "end":
        return length, [f"DTEND{clock.write(start + length)}"]
    if written == "duration":
        return length, [f"DURATION:{_write_duration(length)}"]
    return timedelta(days=1) if clock.is_all_day else timedelta(0), []


def _write_duration(length: timedelta) -> str:
    if length.seconds == 0:
        return f"P{length.days}D"
    return f"PT{length // timedelta(minutes=1)}M"


def _steps(frequency: str) -> list[timedelta]:
    size = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}.get(frequency)
    if size is None:
        return [timedelta(hours=hours) for hours in (1, 2, 5, 24)]
    return [timedelta(days=size * number) for number in range(1, 9)]


def _write_rule(random: Random, clock: Clock, start: datetime) -> tuple[str, str]:
    frequency = random.choice(
        ("DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY", "HOURLY")
    )
    if frequency == "HOURLY" and clock.is_all_day:
        frequency = "DAILY"
    parts = [f"FREQ={frequency}", *_write_parts(random, frequency, clock, start)]
    if random.random() < 0.5:
        parts.append(f"INTERVAL={random.randint(1, 4)}")
    if random.random() < 0.3:
        parts.append(f"WKST={random.choice(WEEKDAYS)}")
    end = random.random()
    # An import keeps 1,000 occurrences of a series: with several a day it ends early.
    if frequency == "HOURLY" or ("DAILY" in parts[0] and "BYHOUR" in "".join(parts)) or end < 0.35:
        parts.append(f"COUNT={random.randint(1, 40)}")
    elif end < 0.7:
        until = start + timedelta(days=random.choice((1, 30, 90, 400)), hours=random.choice((0, 0, 7)))
        parts.append(f"UNTIL={clock.write_until(until)}")
    return frequency, ";".join(parts)


def _write_parts(random: Random, frequency: str, clock: Clock, start: datetime) -> list[str]:
    days = random.choice(WEEKDAY_LISTS)
    hours = [] if clock.is_all_day else ["BYHOUR=2,9,23", "BYHOUR=9;BYMINUTE=0,30", "BYMINUTE=15"]
    choices = {
        "HOURLY": ["", "BYHOUR=1,2,3", f"BYDAY={days}", "BYMINUTE=0,30"],
        "DAILY": ["", "", "BYMONTH=3,10", f"BYDAY={days}", "BYMONTHDAY=1,15,-1", *hours],
        "WEEKLY": [
            "",
            f"BYDAY={days}",
            f"BYDAY={days}",
            f"BYDAY={days};BYSETPOS=-1",
            "BYMONTH=1,2,12",
            *hours,
        ],
        "MONTHLY": [
            "",
            "BYDAY=-1FR",
            "BYDAY=2TU,-1SU",
            "BYMONTHDAY=31",
            "BYMONTHDAY=-1",
            "BYMONTHDAY=29,30",
            "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "BYDAY=SA,SU;BYSETPOS=1,3",
            "BYDAY=FR;BYMONTHDAY=13",
            *hours,
        ],
        "YEARLY": [
            "",
            f"BYMONTH={start.month};BYDAY=-1SU",
            "BYMONTH=1,6,12;BYMONTHDAY=15",
            "BYYEARDAY=1,100,-1,366",
            f"BYWEEKNO=1,20,53;BYDAY={days}",
            "BYWEEKNO=-1;BYDAY=TH",
            "BYDAY=20MO,-1FR",
            "BYMONTH=2;BYMONTHDAY=29",
            "BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            f"BYDAY={days};BYMONTH=4,9;BYSETPOS=1,-1",
            *hours,
        ],
    }
    return [part for part in random.choice(choices[frequency]).split(";") if part]


def _write_exceptions(random: Random, clock: Clock, starts: list[datetime]) -> list[str]:
    lines: list[str] = []
    if random.random() < 0.5:
        lines += [f"EXDATE{clock.write(at)}" for at in random.sample(starts, k=random.randint(1, 2))]
    if random.random() < 0.4:
        hour = timedelta(0) if clock.is_all_day else timedelta(hours=random.choice((0, 0, 3)))
        lines += [f"RDATE{clock.write(at + timedelta(days=2) + hour)}" for at in random.sample(starts, k=2)]
    return lines


def _write_overrides(
    random: Random, clock: Clock, starts: list[datetime], head: list[str], length: timedelta
) -> list[str]:
    if random.random() < 0.55:
        return []
    original = random.choice(starts)
    and_future = random.random() < 0.3
    shift = (
        timedelta(days=random.choice((0, 1)))
        if clock.is_all_day
        else timedelta(hours=random.choice((0, 1, 25)))
    )
    moved = original + shift
    lines = [
        *head[:-1],
        f"{head[-1]}, changed",
        f"RECURRENCE-ID{';RANGE=THISANDFUTURE' if and_future else ''}{clock.write(original)}",
        f"DTSTART{clock.write(moved)}",
        f"DTEND{clock.write(moved + max(length, timedelta(days=clock.is_all_day)))}",
    ]
    return [_wrap(lines)]
