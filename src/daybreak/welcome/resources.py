"""What is said at a first visit."""

from typing import Annotated

from pydantic import BaseModel, Field


class Beginning(BaseModel):
    """Where somebody is, and what to read; files come beside it."""

    timezone: str
    country: str = ""
    address: Annotated[str, Field(max_length=4000)] = ""
    sample: bool = False
