"""Pages and API of runs for users, and of workers, durations and the schedule for administrators."""

from daybreak.ops.charts.attempts import Chart, Row, Span, chart

__all__ = ["Chart", "Row", "Span", "chart"]
