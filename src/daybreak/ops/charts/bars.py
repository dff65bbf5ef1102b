"""The geometry of bar charts: heights and distances."""

MAX_HEIGHT = 100.0
STEP = 20.0
_MIN_HEIGHT = 2.0


def bar_height(count: int, maximum: int) -> float:
    """Return a bar's height, where `maximum` has `MAX_HEIGHT`; bars above zero have a visible minimum."""
    return round(max(count / maximum * MAX_HEIGHT, _MIN_HEIGHT), 1) if count else 0.0
