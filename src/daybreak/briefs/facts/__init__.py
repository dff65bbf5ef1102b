"""From the agenda to facts; pure."""
