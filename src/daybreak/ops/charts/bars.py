"""The geometry of bar charts: heights and distances."""

HEIGHT = 100.0
STEP = 20.0
_SEEN = 2.0


def height(number: int, most: int) -> float:
    """Return a bar's height, where `maximum` has `MAX_HEIGHT`; bars above zero have a visible minimum."""
    return round(max(number / most * HEIGHT, _SEEN), 1) if number else 0.0
