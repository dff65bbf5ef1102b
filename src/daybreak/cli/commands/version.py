"""``daybreak version``."""


def version() -> None:
    """Print the version of Daybreak."""
    from importlib.metadata import version as installed

    from daybreak.cli.output import write_stdout

    write_stdout(f"daybreak {installed('daybreak')}\n")
