"""``daybreak projects``."""

from daybreak.cli.commands.projects.commands import app

__all__ = ["app"]
