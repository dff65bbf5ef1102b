"""Sample data: a freelancer's calendar, task lists and notes around a day."""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable

_TEMPLATES = "sample_folder"


def sample_files(today: date, *, day_before: bool = False) -> list[tuple[str, str]]:
    """Render the sample's files; return their paths and texts.

    Args:
        today: the date of the sample.
        day_before: render the state of the evening before.
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only the sample needs it

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - plain text
    environment.globals.update(
        before=day_before,
        day=lambda offset: (today + timedelta(days=offset)).isoformat(),
        stamp=lambda offset: f"{today + timedelta(days=offset):%Y%m%d}",
        if_before=lambda then, now: then if day_before else now,
    )
    return [
        (environment.from_string(name).render(), environment.from_string(text).render())
        for name, text in _templates(files(__package__).joinpath(_TEMPLATES))
    ]


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
