"""The pages of briefs."""

from daybreak.briefs.pages.routes import pages

__all__ = ["pages"]
