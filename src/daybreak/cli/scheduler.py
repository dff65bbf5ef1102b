"""``daybreak scheduler``."""

import sys

from daybreak.cli.teaching import examples

EXAMPLES = examples("daybreak scheduler", "DAYBREAK_SCHEDULE_INTERVAL=5 daybreak scheduler")


def scheduler() -> None:
    """Ring everybody's brief at its local minute.

    Every worker does this too, unless DAYBREAK_SCHEDULE_IN_WORKER is false; any number of schedulers may run
    on one database. It works until it gets SIGTERM or Ctrl-C.
    """
    from daybreak import worker

    worker.keep_schedule(_greet)


def _greet() -> None:
    from daybreak.cli.printing import say

    if sys.stderr.isatty():
        say("Keeping the schedule; Ctrl-C stops it.")
