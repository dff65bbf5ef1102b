"""Onboarding: a new user's location and sources, and the first brief."""

from daybreak.onboarding.jobs import OnboardingParameters, enqueue_onboarding, kinds

__all__ = ["OnboardingParameters", "enqueue_onboarding", "kinds"]
