"""``daybreak worker``."""

import sys
from typing import Annotated

import typer

from daybreak.cli.help_examples import examples

EXAMPLES = examples("daybreak worker", "daybreak worker --processes 2")


def worker(
    processes: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Number of worker processes.")
    ] = 1,
) -> None:
    """Process background runs.

    On SIGTERM or Ctrl-C it claims no more runs, waits at most DAYBREAK_RUNS_DRAIN_SECONDS for current ones,
    and releases the rest to other workers. Any number of workers can use one database.

    It also runs the scheduler, unless DAYBREAK_SCHEDULE_IN_WORKER is false.
    """
    from daybreak import worker as process

    if processes > 1:
        process.run_workers(processes)
    else:
        process.run_worker(_announce_start)


def _announce_start() -> None:
    from daybreak.cli.output import write_stderr

    if sys.stderr.isatty():
        write_stderr("Worker is running. Press Ctrl-C to stop.")
