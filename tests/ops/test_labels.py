"""Test the labels of runs and maintenance results."""

from types import SimpleNamespace

import pytest

from daybreak.ops import labels


@pytest.mark.parametrize(
    ("kind", "key", "title"),
    [
        ("briefs.compose", "2026-03-29/standard", "Brief for Sunday 29 March 2026"),
        ("briefs.compose", "2026-03-29/weekly", "Weekly review for Sunday 29 March 2026"),
        ("briefs.compose", "one day", "Brief for one day"),
        ("agenda.refresh", "all", "Reading all sources"),
        ("agenda.refresh", "0b54a1f0-5616", "Reading sources"),
        ("agenda.read", "plans", "Reading “plans”"),
        ("onboarding.run", "first", "Your first brief"),
        ("ops.work", "key 7", "key 7"),
        ("ops.work", "", "ops.work"),
    ],
)
def test_run_title_names_its_subject(kind: str, key: str, title: str):
    assert labels.run_title(SimpleNamespace(kind=kind, key=key)) == title


def test_rescued_runs_are_described_in_words():
    assert labels.rescue_label("expired", 1) == "1 run recovered from an unresponsive worker"
    assert labels.rescue_label("redispatched", 2000) == "2,000 re-queued runs"
    assert labels.rescue_label("pruned_events", 3) == "3 pruned events"
