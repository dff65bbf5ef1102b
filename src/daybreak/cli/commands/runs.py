"""``daybreak runs``."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg

    from daybreak.cli.context import CommandContext
    from daybreak.people import User
    from daybreak.runs import KindDurations, Run, RunEvent, Status, WorkerInfo

app = typer.Typer(help="Manage background runs.")

UserOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose runs (default: yours).")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run’s id, or its first characters.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

T = TypeVar("T")
_MIN_ID_LENGTH = 4


@app.command(
    "list",
    epilog=examples("daybreak runs list", "daybreak runs list --status failed --status partial --json"),
)
def list_(
    user: UserOption = None,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Filter by kind, e.g. briefs.compose.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="Filter by status, e.g. failed.")
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Maximum number of runs to show.")
    ] = 20,
    json: AsJson = False,
) -> None:
    """List runs, newest first."""
    from daybreak import runs
    from daybreak.cli.context import run as run_command
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_json, print_table

    statuses = [_parse_status(one) for one in status or ()] or None

    async def action(context: "CommandContext") -> "tuple[User, list[Run]]":
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            listed = await runs.list_runs(tx, person.id, kinds=kind or None, statuses=statuses, limit=limit)
            return person, listed

    person, found = run_command(action)
    if json:
        print_json(found)
        return
    rows = [
        (
            str(one.id)[:8],
            one.kind,
            one.key,
            one.status,
            format_instant(one.created_at, person.tz),
            _attempts(one),
            _last_error(one),
        )
        for one in found
    ]
    print_table(("ID", "KIND", "SUBJECT", "STATUS", "CREATED", "ATTEMPTS", "LAST ERROR"), rows)


@app.command("show", epilog=examples("daybreak runs show 7e681467", "daybreak runs show 7e681467 --json"))
def show(run: RunArgument, user: UserOption = None, json: AsJson = False) -> None:
    """Show a run and its history."""
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_json, print_table
    from daybreak.cli.run_watch import format_progress, list_all_events, list_all_items

    async def action(
        tx: "asyncpg.Connection", person: "User", found: "Run"
    ) -> "tuple[User, Run, list[Run], list[RunEvent]]":
        return person, found, await list_all_items(tx, found), await list_all_events(tx, found)

    person, found, items, events = _with_run(user, run, action)
    tz = person.tz
    if json:
        print_json(asdict(found) | {"items": items, "events": events})
        return
    rows: list[tuple[str, object]] = [
        ("id", found.id),
        ("kind", found.kind),
        ("subject", found.key),
        ("status", found.status),
        ("attempts", _attempts(found)),
        ("progress", format_progress(found, tz)),
        ("incomplete", ", ".join(found.gaps)),
        ("created", format_instant(found.created_at, tz)),
        ("started", format_instant(found.started_at, tz)),
        ("ended", format_instant(found.finished_at, tz)),
        ("queue time", f"{found.wait_seconds:.3g} s"),
        ("run time", f"{found.run_seconds:.3g} s"),
        *((f"parameter {name}", value) for name, value in found.parameters.items()),
        *((f"result {name}", value) for name, value in (found.result or {}).items()),
        *((f"error of attempt {one.epoch}.{one.attempt}", one.message) for one in found.errors),
        *((f"item {str(one.id)[:8]}", f"{one.key}: {one.status} {_last_error(one)}") for one in items),
        *((f"event {one.number}", f"{format_instant(one.at, tz)} {one.name}") for one in events),
    ]
    print_table(("PROPERTY", "VALUE"), rows)


@app.command("watch", epilog=examples("daybreak runs watch 7e681467", "daybreak runs watch 7e681467 --json"))
def watch(
    run: RunArgument,
    user: UserOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print events as lines of JSON.")] = False,
) -> None:
    """Follow a run until it ends.

    Exits with 0 if it succeeded fully or partly, with 5 if it was cancelled, with 6 if it failed.
    """
    from daybreak.cli.context import run as run_command
    from daybreak.cli.run_watch import watch_run

    async def action(context: "CommandContext") -> None:
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            found = await _find_run(tx, person.id, run)
        await watch_run(context.database, found, person.tz, as_json=json)

    run_command(action)


@app.command("cancel", epilog=examples("daybreak runs cancel 7e681467"))
def cancel(run: RunArgument, user: UserOption = None) -> None:
    """Cancel a run: at once if queued, soon if running."""
    from daybreak import runs
    from daybreak.cli.output import write_stdout

    now = _with_run(user, run, lambda tx, _person, found: runs.cancel(tx, found.owner_id, found.id))
    if now.cancel_requested:
        write_stdout(f"Cancelling run {now.id}.\n")
    else:
        write_stdout(f"Run {now.id} is {now.status}.\n")


@app.command("retry", epilog=examples("daybreak runs retry 7e681467", "daybreak runs retry 7e681467 --whole"))
def retry(
    run: RunArgument,
    user: UserOption = None,
    whole: Annotated[
        bool, typer.Option("--whole/--failed", help="Retry everything, or only the failed parts.")
    ] = False,
) -> None:
    """Retry a run that failed, was cancelled or is partial.

    Of a run with items, only those that did not succeed are retried; with --whole all items are. With the id
    of an item (see “daybreak runs show”), only that item is retried.
    """
    from daybreak import runs
    from daybreak.cli.output import write_stdout

    now = _with_run(
        user, run, lambda tx, _person, found: runs.retry(tx, found.owner_id, found.id, whole=whole)
    )
    write_stdout(f"Retrying: run {now.id} is {now.status}.\n")


@app.command("stats", epilog=examples("daybreak runs stats", "daybreak runs stats --json"))
def stats(json: AsJson = False) -> None:
    """Show counts and durations of all users’ runs.

    Counts are by kind and status. QUEUE is the time until a run starts, RUN the time from then to its end, in
    seconds and over all attempts, for runs that ended in the last 7 days. p50 means half of the runs took no
    longer.
    """
    from daybreak import runs
    from daybreak.cli.context import run as run_command
    from daybreak.cli.output import print_json, print_table
    from daybreak.runs import Status

    async def action(
        context: "CommandContext",
    ) -> "tuple[dict[tuple[str, Status], int], dict[str, KindDurations]]":
        return await runs.count_by_kind(context.database), await runs.list_durations(context.database)

    counts, durations = run_command(action)
    kinds = sorted({kind for kind, _ in counts} | set(durations))
    table = {kind: {str(status): counts.get((kind, status), 0) for status in Status} for kind in kinds}
    if json:
        print_json({kind: {**table[kind], "durations": durations.get(kind)} for kind in kinds})
        return
    headings = (*(status.upper() for status in Status), "QUEUE p50", "p95", "RUN p50", "p95")
    print_table(
        ("KIND", *headings), [(k, *table[k].values(), *_duration_columns(durations.get(k))) for k in kinds]
    )


@app.command("workers", epilog=examples("daybreak runs workers", "daybreak runs workers --json"))
def workers(json: AsJson = False) -> None:
    """List workers of the last 24 hours and their current runs."""
    from daybreak import runs
    from daybreak.cli.context import run as run_command
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_json, print_table

    found = run_command(lambda context: runs.list_workers(context.database))
    if json:
        print_json(found)
        return
    rows = [
        (
            one.name,
            _worker_state(one),
            format_instant(one.started_at),
            format_instant(one.last_heartbeat_at),
            _running_by_kind(one),
            one.error,
        )
        for one in found
    ]
    print_table(("WORKER", "STATUS", "STARTED", "LAST SEEN", "RUNNING", "ERROR"), rows)


def _worker_state(worker: "WorkerInfo") -> str:
    if not worker.alive:
        return "offline"
    return "stopping" if worker.draining else "online"


def _running_by_kind(worker: "WorkerInfo") -> str:
    return ", ".join(f"{number} of {kind}" for kind, number in worker.running.items()) or "idle"


def _duration_columns(durations: "KindDurations | None") -> tuple[str, ...]:
    if durations is None:
        return ("", "", "", "")
    return tuple(
        f"{seconds:.3g}" for spread in (durations.wait, durations.run) for seconds in (spread.p50, spread.p95)
    )


def _with_run(
    email: str | None, id_prefix: str, action: "Callable[[asyncpg.Connection, User, Run], Awaitable[T]]"
) -> T:
    """Call a function with one of a user's runs, in one transaction."""
    from daybreak.cli.context import run as run_command

    async def act(context: "CommandContext") -> T:
        person = await context.get_user(email)
        async with context.database.transaction([person.id]) as tx:
            return await action(tx, person, await _find_run(tx, person.id, id_prefix))

    return run_command(act)


async def _find_run(tx: "asyncpg.Connection", owner_id: "UUID", id_prefix: str) -> "Run":
    """Return the run or item with that id or unique id prefix."""
    from daybreak import runs
    from daybreak.errors import InvalidInput, NotFound

    meant = (
        await runs.find_by_id_prefix(tx, owner_id, id_prefix.strip())
        if len(id_prefix.strip()) >= _MIN_ID_LENGTH
        else []
    )
    if len(meant) > 1:
        raise InvalidInput(f"Several run ids start with “{id_prefix}”; use more characters.")
    if not meant:
        raise NotFound(f"There is no run “{id_prefix}”; “daybreak runs list” lists them.")
    return meant[0]


def _parse_status(text: str) -> "Status":
    from daybreak.errors import InvalidInput
    from daybreak.runs import Status

    try:
        return Status(text.strip().lower())
    except ValueError:
        raise InvalidInput(f"“{text}” is not a status; use one of {', '.join(Status)}.") from None


def _attempts(run: "Run") -> str:
    return f"{run.attempts} of {run.max_attempts}"


def _last_error(run: "Run") -> str:
    return run.errors[-1].message if run.errors and run.status not in {"succeeded", "partial"} else ""
