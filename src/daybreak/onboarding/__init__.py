"""Onboarding: a new user's location and sources, and the first brief."""

from daybreak.onboarding.jobs import Begin, kinds, start

__all__ = ["Begin", "kinds", "start"]
