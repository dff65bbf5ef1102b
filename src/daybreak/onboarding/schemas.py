"""The form of onboarding."""

from typing import Annotated

from pydantic import BaseModel, Field


class OnboardingIn(BaseModel):
    """A user's location and sources; uploaded files are separate parts of the request."""

    timezone: str
    country: str = ""
    address: Annotated[str, Field(max_length=4000)] = ""
    sample: bool = False
