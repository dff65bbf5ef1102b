"""The zones that a person may choose from, with the time that it is there."""

from zoneinfo import available_timezones

from daybreak import clock

_HIDDEN = ("Etc/", "SystemV/", "posix/", "right/")


def zones(chosen: str) -> list[tuple[str, str]]:
    """Each zone's name, and what is shown of it; the chosen one is among them."""
    now = clock.now()
    names = {name for name in available_timezones() if "/" in name and not name.startswith(_HIDDEN)}
    if chosen in available_timezones():
        names.add(chosen)
    return [
        (name, f"{name.replace('_', ' ')} ({now.astimezone(clock.zone(name)):%H:%M})")
        for name in sorted(names | {"Etc/UTC"})
    ]
