"""``daybreak scheduler``."""

import sys

from daybreak.cli.help_examples import examples

EXAMPLES = examples("daybreak scheduler", "DAYBREAK_SCHEDULE_INTERVAL=5 daybreak scheduler")


def scheduler() -> None:
    """Start everyone's briefs at their scheduled time.

    Every worker does this, too, unless DAYBREAK_SCHEDULE_IN_WORKER is false. Any number of schedulers can run
    on one database. Stop it with SIGTERM or Ctrl-C.
    """
    from daybreak import worker

    worker.keep_schedule(_greet)


def _greet() -> None:
    from daybreak.cli.output import say

    if sys.stderr.isatty():
        say("Scheduler is running. Press Ctrl-C to stop.")
