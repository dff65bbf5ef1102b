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
    confirmed_for: str = ""
    sample: bool = False

    @property
    def confirmed_addresses(self) -> tuple[str, ...]:
        """The private addresses that the user confirmed for this very URL."""
        return self.private_addresses if self.confirmed_for == self.address else ()
