"""Pages and operations over runs, for users; over workers and times, for operators."""

from daybreak.ops.spans import Chart, Row, Span, chart

__all__ = ["Chart", "Row", "Span", "chart"]
