"""The option ``--length`` of several commands."""

from enum import StrEnum
from typing import Annotated

import typer


class LengthOption(StrEnum):
    """The lengths of a brief; those of `people.BriefLength`, which is not loaded for the help."""

    GLANCE = "glance"
    STANDARD = "standard"
    FULL = "full"


Length = Annotated[
    LengthOption | None,
    typer.Option(
        "--length", help="glance: at most 15 lines; standard: what matters now; full: every open task."
    ),
]
