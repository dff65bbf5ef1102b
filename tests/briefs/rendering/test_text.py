# ruff: noqa: RUF001 - times are joined by en dashes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.wrapping import wrap

from .document_factories import hostile, quiet, rich
from .strategies import documents


@given(documents)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_no_line_is_wider_than_78_columns(document):
    assert max(map(cell_len, render(document, OutputFormat.TEXT).split("\n"))) <= 78


def test_hostile_titles_do_not_widen_a_line_either():
    text = render(hostile(), OutputFormat.TEXT)
    assert max(map(cell_len, text.split("\n"))) <= 78
    assert text.replace("\n", "").isprintable()


def test_a_next_action_has_its_reason_estimate_and_source_below_it():
    assert (
        "  2. Pay the rent\n     due today, fits into a gap of today, about 10 min [todo.txt:9]\n"
    ) in render(rich(), OutputFormat.TEXT)


def test_the_day_is_in_the_order_of_time():
    assert (
        "  All day      “Book fair”, Leipzig [family.ics]\n"
        "  09:00–09:30  “Stand-up” [work.ics]\n"
        "  09:30–11:00  free, 1 h 30 min\n"
    ) in render(rich(), OutputFormat.TEXT)


def test_a_quiet_day_as_a_whole():
    assert render(quiet(), OutputFormat.TEXT) == (
        "Sunday 29 March 2026\n"
        "====================\n"
        "A brief for Mira Okafor\n"
        "\n"
        "1 project: 0 due today, 0 overdue, 0 upcoming in 7 days, 0 blocked, 0 done in\n"
        "the last 24 hours.\n"
        "A quiet day: nothing is due, overdue or on the calendar.\n"
        "What comes next is “Book the chimney sweep”, on Tuesday 14 April. [todo.txt:1]\n"
        "\n"
        "Further ahead\n"
        "-------------\n"
        "  - House: 1 task\n"
        "\n"
        "--\n"
        "As of Sunday 29 March 2026 at 06:30, Europe/Berlin time, from home.\n"
    )


words = st.text(st.sampled_from("abé日👩 "), max_size=200).map(lambda text: " ".join(text.split()))


@given(words, st.integers(12, 40))
def test_wrapping_loses_nothing_and_indents_what_follows(text, width):
    lines = wrap(text, "  - ", width=width)
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert "".join("".join(line[4:] for line in lines).split()) == text.replace(" ", "")


def test_a_word_that_fits_on_a_line_is_not_split():
    assert wrap("one two three", width=9) == ["one two", "three"]
