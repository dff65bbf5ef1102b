"""From a local time to the instants at which briefs are due."""
