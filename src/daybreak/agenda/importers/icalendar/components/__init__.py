"""The components of an iCalendar stream and their properties."""

from daybreak.agenda.importers.icalendar.components.properties import Property
from daybreak.agenda.importers.icalendar.components.scanner import (
    Component,
    ComponentStream,
    StreamProblem,
    scan_components,
)

__all__ = ["Component", "ComponentStream", "Property", "StreamProblem", "scan_components"]
