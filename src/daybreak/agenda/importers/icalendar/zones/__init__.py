"""Time zones of a calendar: its own definitions, IANA's names, and names of vendors."""

from daybreak.agenda.importers.icalendar.zones.clocks import IanaZone, UtcZone, VTimezone, Zone
from daybreak.agenda.importers.icalendar.zones.table import NO_ZONE, ZoneTable

__all__ = ["NO_ZONE", "IanaZone", "UtcZone", "VTimezone", "Zone", "ZoneTable"]
