"""The zone of a TZID in one calendar.

The file decides: a VTIMEZONE counts before the IANA zone of its name, unless it is an excerpt of that zone.
One with a part that cannot be read counts as none, and is reported if a time of the file needs it.
"""

from dataclasses import dataclass, field

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.zones.agreement import agrees
from daybreak.agenda.importers.icalendar.zones.clocks import IanaZone, Zone
from daybreak.agenda.importers.icalendar.zones.definitions import ZoneDefinition, read_definition
from daybreak.agenda.importers.icalendar.zones.names import (
    canonical_name,
    find_iana_zone,
    find_vendor_zone,
    names_place,
)

NO_ZONE = "its times were read without it"
_MAX_ZONES = 200


@dataclass(slots=True)
class ZoneTable:
    """The zones that one calendar of a file may name.

    Attributes:
        components: its VTIMEZONEs by canonical TZID.
        unknown_names: the names, as written, of times that have no zone.
        flaws: the damaged VTIMEZONEs that times need, by their line: a sentence each.
    """

    components: dict[str, list[Component]] = field(default_factory=dict)
    unknown_names: set[str] = field(default_factory=set)
    flaws: dict[int, str] = field(default_factory=dict)
    _cache: dict[str, Zone | None] = field(default_factory=dict)

    @classmethod
    def from_calendar(cls, calendar: Component) -> "ZoneTable":
        """Return the zones of a VCALENDAR."""
        table = cls()
        for child in calendar.children:
            if child.name == "VTIMEZONE":
                table.components.setdefault(canonical_name(child.get_value("TZID")), []).append(child)
        return table

    def find(self, tzid: str) -> Zone | None:
        """Return the zone of that name; record it as unknown and return None if there is none."""
        zone = self.find_default(tzid)
        if zone is None and tzid.strip() and canonical_name(tzid) not in self.components:
            self.unknown_names.add(tzid.strip())
        return zone

    def find_default(self, tzid: str) -> Zone | None:
        """Return the zone of that name, or None."""
        if tzid not in self._cache:
            if len(self._cache) >= _MAX_ZONES:
                return find_iana_zone(tzid)
            self._cache[tzid] = self._resolve(tzid)
        return self._cache[tzid]

    def _resolve(self, tzid: str) -> Zone | None:
        known = self.components.get(canonical_name(tzid))
        if known is None:
            return find_iana_zone(tzid) or find_vendor_zone(tzid)
        readings = [(component, read_definition(component)) for component in known]
        component, definition = next((one for one in readings if one[1].zone is not None), readings[0])
        named, is_place = self._find_named(tzid, component)
        if definition.zone is None or definition.flaw:
            self._report(component, tzid, definition, named)
        if definition.zone is None:
            return named
        if named is not None and agrees(definition, named.tz, is_place=is_place):
            return named
        return definition.zone

    @staticmethod
    def _find_named(tzid: str, component: Component) -> tuple[IanaZone | None, bool]:
        """Return the zone that a definition may be an excerpt of, and whether its name is that of a place."""
        direct = find_iana_zone(tzid)
        if direct is not None:
            return direct, names_place(tzid)
        located = find_iana_zone(component.get_value("X-LIC-LOCATION"))
        return located or find_vendor_zone(tzid), True

    def _report(
        self, component: Component, tzid: str, definition: ZoneDefinition, named: IanaZone | None
    ) -> None:
        if definition.zone is not None:
            consequence = "it was completed from its other part"
        elif named is not None:
            consequence = f"{named.tz.key} was used"
        else:
            consequence = NO_ZONE
        name = f"the time zone “{tzid.strip()[:60]}”" if tzid.strip() else "a time zone without a name"
        self.flaws[component.line] = f"{name} is damaged: {definition.flaw}; {consequence}."
