"""Bars of a picture: how high each is, and how far apart they stand."""

HEIGHT = 100.0
STEP = 20.0
_SEEN = 2.0


def height(number: int, most: int) -> float:
    """The part of `HEIGHT` that so many have where the highest bar is `most`; what is there can be seen."""
    return round(max(number / most * HEIGHT, _SEEN), 1) if number else 0.0
