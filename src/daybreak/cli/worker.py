"""``daybreak worker``."""

import sys
from typing import Annotated

import typer

from daybreak.cli.teaching import examples

EXAMPLES = examples("daybreak worker", "daybreak worker --processes 2")


def worker(
    processes: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="How many processes to work with.")
    ] = 1,
) -> None:
    """Do the work that waits in the background.

    It works until it gets SIGTERM or Ctrl-C; then it begins nothing more, lets what runs end within the time
    of DAYBREAK_RUNS_DRAIN, and gives the rest back to other workers. Any number may work on one database.

    It keeps the schedule as well, unless DAYBREAK_SCHEDULE_IN_WORKER is false.
    """
    from daybreak import worker as process

    if processes > 1:
        process.supervise(processes)
    else:
        process.work(_greet)


def _greet() -> None:
    from daybreak.cli.printing import say

    if sys.stderr.isatty():
        say("Working; Ctrl-C stops it.")
