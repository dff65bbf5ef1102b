"""The form of onboarding."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field


class OnboardingIn(BaseModel):
    """A user's location and sources; uploaded files are separate parts of the request."""

    timezone: str
    country: str = ""
    address: Annotated[str, Field(max_length=4000)] = ""
    user_name: Annotated[str, Field(max_length=500)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""
    private_addresses: Annotated[tuple[str, ...], BeforeValidator(str.split), Field(max_length=20)] = ()
    sample: bool = False
