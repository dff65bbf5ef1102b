"""``daybreak version``."""


def version() -> None:
    """Print the version of Daybreak."""
    from importlib.metadata import version as installed

    from daybreak.cli.output import answer

    answer(f"daybreak {installed('daybreak')}\n")
