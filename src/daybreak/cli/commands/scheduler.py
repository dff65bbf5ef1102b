"""``daybreak scheduler``."""

import sys

from daybreak.cli.help_examples import examples

EXAMPLES = examples("daybreak scheduler", "DAYBREAK_SCHEDULE_TICK_SECONDS=5 daybreak scheduler")


def scheduler() -> None:
    """Start everyone’s briefs at their scheduled time.

    Every worker does this, too, unless DAYBREAK_SCHEDULE_IN_WORKER is false. Any number of schedulers can run
    on one database. Stop it with SIGTERM or Ctrl-C.
    """
    from daybreak import worker

    worker.run_scheduler(_announce_start)


def _announce_start() -> None:
    from daybreak.cli.output import write_stderr

    if sys.stderr.isatty():
        write_stderr("Scheduler is running. Press Ctrl-C to stop.")
