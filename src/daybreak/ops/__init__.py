"""Pages and API of runs for users, and of workers, durations and the schedule for administrators."""

from daybreak.ops.charts.attempts import AttemptChart, AttemptSpan, ChartRow, build_chart

__all__ = ["AttemptChart", "AttemptSpan", "ChartRow", "build_chart"]
