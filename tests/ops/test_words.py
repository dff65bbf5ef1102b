"""What runs and upkeep are called: by what they are about, in words."""

from types import SimpleNamespace

import pytest

from daybreak.ops import words


@pytest.mark.parametrize(
    ("kind", "key", "title"),
    [
        ("briefs.compose", "2026-03-29/standard", "Brief of Sunday 29 March 2026"),
        ("briefs.compose", "2026-03-29/weekly", "Brief of Sunday 29 March 2026, weekly"),
        ("briefs.compose", "one day", "Brief of one day"),
        ("agenda.refresh", "all", "Reading all sources"),
        ("agenda.refresh", "0b54a1f0-5616", "Reading sources"),
        ("agenda.read", "plans", "Reading “plans”"),
        ("welcome.begin", "first", "Your first brief"),
        ("ops.work", "key 7", "key 7"),
        ("ops.work", "", "ops.work"),
    ],
)
def test_a_run_is_called_by_what_it_is_about(kind: str, key: str, title: str):
    assert words.title(SimpleNamespace(kind=kind, key=key)) == title


def test_what_was_mended_is_told_in_words():
    assert words.mended("expired", 1) == "1 run taken back from a worker that fell silent"
    assert words.mended("rung", 2000).replace("\N{NARROW NO-BREAK SPACE}", "") == (
        "2000 runs called anew that nobody had heard of"
    )
    assert words.mended("pruned_events", 3) == "3 pruned events"
