"""Types and examples that several models share."""

from datetime import date, datetime
from typing import Annotated

from pydantic import StringConstraints

TitleText = Annotated[str, StringConstraints(min_length=1, max_length=500)]
LongText = Annotated[str, StringConstraints(max_length=100_000)]
Moment = date | datetime
EXAMPLE_DAY = "2026-03-31"
EXAMPLE_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
