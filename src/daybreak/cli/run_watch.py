"""Following a run: a progress line on a terminal, else a line per event."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo

import asyncpg

from daybreak import runs
from daybreak.cli.output import print_json_lines, write_stdout
from daybreak.db import Database
from daybreak.errors import Conflict, Unavailable
from daybreak.runs import Run, RunEvent, Status

_POLL_SECONDS = 0.3
_PAGE_SIZE = 1000
ShowUpdate = Callable[[Run, list[RunEvent]], None]


async def watch_run(database: Database, run: Run, tz: tzinfo, *, as_json: bool = False) -> None:
    """Show a run until it ends, or print its events as lines of JSON.

    Raises:
        Unavailable: it failed.
        Conflict: it was cancelled.
    """
    after = 0
    with _open_display(run, tz, as_json=as_json) as show:
        while True:
            async with database.transaction([run.owner_id]) as tx:
                run = await runs.get(tx, run.owner_id, run.id)
                news = await list_all_events(tx, run, after=after)
            after = news[-1].number if news else after
            show(run, news)
            if run.status.ended:
                break
            await asyncio.sleep(_POLL_SECONDS)
    _raise_for_status(run)


async def list_all_events(tx: asyncpg.Connection, run: Run, *, after: int = 0) -> list[RunEvent]:
    """Return all events of a run after the one with that number, in pages."""
    found: list[RunEvent] = []
    while page := await runs.list_events(tx, run.owner_id, run.id, after=after, limit=_PAGE_SIZE):
        found += page
        after = page[-1].number
    return found


async def list_all_items(tx: asyncpg.Connection, run: Run) -> list[Run]:
    """Return all items of a run in order, in pages."""
    found: list[Run] = []
    after = None
    while page := await runs.list_items(tx, run.owner_id, run.id, after=after, limit=_PAGE_SIZE):
        found += page
        after = page[-1].cursor
    return found


def _raise_for_status(run: Run) -> None:
    if run.status is Status.CANCELLED:
        raise Conflict(f"The run was cancelled; retry it with “daybreak runs retry {run.id}”.")
    if run.status is Status.FAILED:
        why = run.errors[-1].message if run.errors else "no attempts are left."
        raise Unavailable(f"The run failed: {why} Retry it with “daybreak runs retry {run.id}”.")


@contextmanager
def _open_display(run: Run, tz: tzinfo, *, as_json: bool) -> Iterator[ShowUpdate]:
    if as_json:
        yield lambda _run, news: print_json_lines(news)
        return
    if not sys.stdout.isatty():
        yield lambda _run, news: write_stdout("".join(_format_event(one, tz) for one in news))
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}", markup=False)
    with Progress(SpinnerColumn(), text, BarColumn(), TimeElapsedColumn()) as bar:
        line = bar.add_task(_format_state(run, tz), total=None)
        yield lambda now, _news: bar.update(
            line, description=_format_state(now, tz), total=_total(now), completed=_completed(now)
        )


def _format_event(event: RunEvent, tz: tzinfo) -> str:
    details = "".join(f" {name}={value}" for name, value in event.data.items())
    return f"{event.at.astimezone(tz):%H:%M:%S} {event.name}{details}\n"


def format_progress(run: Run, tz: tzinfo) -> str:
    """Return the progress of a run in words; empty if it has reported none."""
    if not run.total:
        return run.phase
    counted = f"{run.current} of {run.total} ({run.percentage}%)"
    failed = f", {run.failed} failed" if run.failed else ""
    ready = f", ready at about {run.eta.astimezone(tz):%H:%M:%S}" if run.eta else ""
    return f"{run.phase} {counted}{failed}{ready}".lstrip()


def _format_state(run: Run, tz: tzinfo) -> str:
    progress = format_progress(run, tz)
    return f"{run.kind} {run.key}: {run.status}{f' ({progress})' if progress else ''}"


def _total(run: Run) -> int | None:
    return 100 if run.total or run.status.ended else None


def _completed(run: Run) -> int:
    return run.percentage if run.percentage is not None else 100 * run.status.ended
