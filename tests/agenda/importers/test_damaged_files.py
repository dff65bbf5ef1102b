"""Tests that every format recognises a file that is not the whole list, and only such a file."""

import pytest

PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>- [ ] Please sign in</body></html>\n"
NOTICE = "<br />\n<b>Warning</b>:  fopen(): failed in <b>/srv/export.php</b> on line <b>3</b><br />\n"
JSON = (
    '[\n{"description":"Pay","entry":"20260301T080000Z","status":"pending","uuid":"a"},\n'
    '{"description":"Call","entry":"20260301T080000Z","status":"pending","uuid":"b"}\n]\n'
)
TABLE = "Title,Due,Notes\nPay,2026-04-01,by card\nCall,2026-04-02,at noon\n"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Choir\r\nDTSTART:20260330T090000Z\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Chess\r\nDTSTART:20260331T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize("name", ["todo.txt", "plan.md", "tasks.csv", "tasks.tsv", "note.txt", "team.ics"])
@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        PAGE.upper(),
        "\ufeff  \n" + PAGE,
        "<!-- saved from a portal -->\n<html>\n<body>Sorry</body></html>",
        '<?xml version="1.0"?>\n' + PAGE,
        NOTICE,
    ],
)
def test_web_page_in_place_of_a_file_has_no_entries(read, name: str, page: str):
    parsed = read(name, page)
    assert (parsed.tasks, parsed.events, parsed.notes) == ((), (), ())
    assert parsed.incomplete


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tasks.json", JSON[:80]),
        ("tasks.json", JSON[:-3]),
        ("tasks.jsonl", JSON[2:-3].replace("},", "}")[:-20]),
        ("tasks.json", JSON.replace('"pending","uuid":"a"', '"pending",')),
        ("tasks.json", JSON + PAGE),
        ("tasks.csv", TABLE[:-10]),
        ("tasks.csv", TABLE.replace("at noon", '"at noon')),
        ("tasks.csv", TABLE.replace("at noon\n", '"at noon\nor late')),
        ("tasks.csv", TABLE.replace("by card", '"by card')),
        ("tasks.csv", TABLE.replace("Pay,", '"Pay,')),
        ("tasks.tsv", TABLE.replace(",", "\t").replace("Pay", '"Pay')),
        ("tasks.csv", TABLE.replace(",", ";").replace("2026-04-01", '"2026-04-01')),
        ("team.ics", CALENDAR[:150]),
        ("team.ics", CALENDAR.removesuffix("END:VCALENDAR\r\n")),
        ("team.ics", CALENDAR.replace("END:VEVENT\r\n", "", 1)),
        ("team.ics", CALENDAR[:150] + PAGE),
        ("team.ics", "Service unavailable"),
        ("plan.md", "- [ ] Pay\n```\n- [ ] Call"),
        ("todo.txt", b"Pay\nCall Zo\xc3"),
        ("plan.md", "- [ ] Pay\n- [ ] Call Zoë".encode()[:-1]),
        ("todo.txt", b"Pay\n\0\0\0\0\0"),
        ("todo.txt", "Pay\nCall".encode("utf-16")[:-1]),
    ],
)
def test_cut_or_damaged_file_is_incomplete(read, name: str, content: str | bytes):
    assert read(name, content).incomplete


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("todo.txt", ""),
        ("todo.txt", "Pay\nCall Zoë"),
        ("todo.txt", "Pay\nCall Zoë".encode("cp1252")),
        ("todo.txt", "Pay\nCall".encode("utf-16")),
        ("todo.txt", "Read the <html> page\nx Read <b>all</b>"),
        ("plan.md", '<div align="center">\n\n# House\n</div>\n- [ ] Pay\n'),
        ("plan.md", "- [ ] Pay\n```html\n<!doctype html>\n```\n"),
        ("tasks.json", JSON),
        ("tasks.json", JSON.strip()),
        ("tasks.jsonl", JSON[2:-3].replace("},", "}")),
        ("tasks.csv", TABLE),
        ("tasks.csv", TABLE.strip()),
        ("tasks.csv", TABLE.replace(",by card", "").strip()),
        ("tasks.csv", "Title,Due,Notes\n"),
        ("team.ics", ""),
        ("team.ics", CALENDAR),
        ("team.ics", CALENDAR.strip()),
        ("team.ics", CALENDAR + CALENDAR),
        ("team.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ],
)
def test_whole_file_is_not_incomplete(read, name: str, content: str | bytes):
    assert read(name, content).incomplete is None
