"""Anna's agenda for the Sunday on which summer time begins."""

from datetime import UTC, date, datetime

from daybreak.agenda.parsed import ImportedEvent, ImportedTask

NOW = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
SUNDAY = date(2026, 3, 29)
WATER = ImportedTask(external_id="1", title="Water the plants", source_ref="plan.md:1", due=SUNDAY)
SEEDS = ImportedTask(external_id="2", title="Order seeds", source_ref="plan.md:2", due=date(2026, 3, 27))
MARKET = ImportedEvent(
    external_id="3",
    title="Farmers' market",
    source_ref="market@example.org",
    start=datetime(2026, 3, 29, 8, tzinfo=UTC),
    end=datetime(2026, 3, 29, 9, 30, tzinfo=UTC),
)
