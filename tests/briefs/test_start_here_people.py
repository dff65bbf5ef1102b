"""Days of people in other trades than those of the judged days."""

from daybreak.agenda import Priority

from .factories import TODAY, days_later, event, local, task
from .start_here_picks import first_titles

HIGH, HIGHEST, LOW = Priority.HIGH, Priority.HIGHEST, Priority.LOW


def test_the_day_of_a_florist():
    assert (
        first_titles(
            event("Wedding Okoro: delivery", local(15)),
            task("Bind the bridal bouquet for Okoro", due=TODAY),
            task("Order eucalyptus at the auction (closes 09:30)", due=TODAY),
            task("Descale the coffee machine", due=TODAY),
            task("Sort ribbon drawer", due=days_later(-200)),
            task("Window display for Easter", due=days_later(9)),
        )
        == [
            "Bind the bridal bouquet for Okoro",
            "Order eucalyptus at the auction (closes 09:30)",
            ANY_DISPLAY,
        ][:2]
    )


ANY_DISPLAY = "Window display for Easter"


def test_the_day_of_a_truck_dispatcher():
    papers = task("Collect CMR papers of load 77")
    customs = task("Clear load 77 through customs", due=TODAY, priority=HIGHEST, blocked_by=(papers.id,))
    assert first_titles(
        papers,
        customs,
        task("Move service of truck 12", due=days_later(1), priority=HIGH),
        task("Wash truck 4", due=TODAY, priority=LOW),
        task("Clean up old tariffs", due=days_later(-90), priority=HIGHEST),
        free=60,
    ) == ["Collect CMR papers of load 77", "Move service of truck 12"]


def test_the_day_of_a_landlord():
    assert first_titles(
        task("Miete Juni mahnen (Rechnung 14)", due=days_later(-2), priority=HIGH),
        task("Heizung entlüften", due=days_later(-60)),
        task("Nebenkostenabrechnung fertigstellen", due=days_later(1), priority=HIGH, estimate_minutes=180),
        task("Treppenhaus putzen", due=TODAY),
        free=240,
    ) == ["Miete Juni mahnen (Rechnung 14)", "Nebenkostenabrechnung fertigstellen"]


def test_the_day_of_a_choir_conductor():
    assert first_titles(
        event("Chorprobe Requiem", local(19, 30)),
        task("Requiem: Stellen für die Probe anzeichnen"),
        task("Saal für den Herbst buchen", due=days_later(20)),
        task("Notenschrank sortieren", due=days_later(-40)),
    ) == ["Requiem: Stellen für die Probe anzeichnen"]


def test_the_day_of_a_researcher_with_a_grant():
    assert first_titles(
        task(
            "Submit grant report (portal closes at 17:00)", due=TODAY, priority=HIGHEST, estimate_minutes=90
        ),
        task("Review paper for the journal", due=days_later(2), priority=HIGH, estimate_minutes=120),
        task("Analyse batch 9", due=days_later(6), priority=Priority.MEDIUM, estimate_minutes=480),
        task("Learn Rust", is_someday=True, priority=HIGHEST),
        task("Waiting for Kim: plots", is_waiting_for_other=True, due=TODAY, priority=HIGHEST),
        free=150,
    ) == ["Submit grant report (portal closes at 17:00)", "Review paper for the journal"]
