"""The first visit: where somebody is, what to read, and the first brief at once."""

from daybreak.welcome.jobs import Begin, kinds, start

__all__ = ["Begin", "kinds", "start"]
