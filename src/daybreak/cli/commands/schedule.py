"""``daybreak schedule``."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo
    from uuid import UUID

    from daybreak.cli.context import CommandContext
    from daybreak.people import Preferences, User
    from daybreak.schedule import (
        DayOutcome,
        DayWithoutBrief,
        DueBrief,
        MaintenanceStatus,
        ScheduleError,
        ScheduleOverview,
        SchedulerInfo,
        ScheduleStatus,
        SecondTry,
    )

app = typer.Typer(help="Manage brief schedules.")

UserArgument = Annotated[str | None, typer.Argument(metavar="EMAIL", help="Whose schedule (default: yours).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_MAX_ROWS = 24


@dataclass(frozen=True, slots=True)
class _Overview:
    """The data of “daybreak schedule list”."""

    overview: "ScheduleOverview"
    errors: "list[ScheduleError]"
    days_without_brief: "list[DayWithoutBrief]"
    maintenance: "list[MaintenanceStatus]"
    schedulers: "list[SchedulerInfo]"
    second_tries: "list[SecondTry]"
    emails: "dict[UUID, str]"


@app.command("list", epilog=examples("daybreak schedule list", "daybreak schedule list --limit 500 --json"))
def list_(
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Maximum number of problems to show.")
    ] = 50,
    json: AsJson = False,
) -> None:
    """Show the next 24 hours and any problems."""
    from daybreak import people, schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json

    async def action(context: "CommandContext") -> "_Overview":
        database = context.database
        view = await schedule.get_overview(database, schedule.ScheduleSettings.load())
        errors = await schedule.list_errors(database, limit=limit)
        days = await schedule.list_days_without_brief(database, limit=limit)
        second_tries = await schedule.list_second_tries(database, limit)
        owners = {one.owner_id for one in errors} | {one.owner_id for one in days}
        owners |= {one.owner_id for one in second_tries}
        emails = await people.get_emails(database, owners)
        tasks, schedulers = (
            await schedule.list_maintenance(database),
            await schedule.list_schedulers(database),
        )
        return _Overview(view, errors, days, tasks, schedulers, second_tries, emails)

    listed = run(action)
    if json:
        named = {
            "error_list": [asdict(one) for one in listed.errors],
            "days_without_brief": [asdict(one) for one in listed.days_without_brief],
            "maintenance": [asdict(one) for one in listed.maintenance],
            "schedulers": [asdict(one) for one in listed.schedulers],
            "second_tries": [asdict(one) for one in listed.second_tries],
        }
        print_json(asdict(listed.overview) | named)
        return
    _print_overview(listed.overview)
    _print_problems(listed)
    _print_schedulers(listed.schedulers)
    _print_maintenance(listed.maintenance)


@app.command("next", epilog=examples("daybreak schedule next", "daybreak schedule next anna@example.org"))
def next_(
    user: UserArgument = None,
    count: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Number of briefs.")] = 5,
    json: AsJson = False,
) -> None:
    """Show when the next briefs are due."""
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json

    async def action(context: "CommandContext") -> "tuple[User, ScheduleStatus, list[DueBrief]]":
        person = await context.get_user(user)
        status = await schedule.get_status(context.database, person.id)
        return person, status, await schedule.next_briefs(context.database, person.id, count)

    person, status, dues = run(action)
    if json:
        print_json([asdict(due) for due in dues])
        return
    _print_due_briefs(person, status, dues)


@app.command("explain", epilog=examples("daybreak schedule explain anna@example.org"))
def explain(user: UserArgument = None, json: AsJson = False) -> None:
    """Show recent results and reasons."""
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json, write_stdout

    async def action(
        context: "CommandContext",
    ) -> "tuple[User, ScheduleStatus, list[DayOutcome], list[DayOutcome]]":
        person = await context.get_user(user)
        status = await schedule.get_status(context.database, person.id)
        settings = schedule.ScheduleSettings.load()
        pending = await schedule.explain(context.database, person.id, settings)
        async with context.database.transaction([person.id]) as tx:
            return person, status, pending, await schedule.list_outcomes(tx, person.id, 10)

    person, status, pending, past = run(action)
    if json:
        print_json({"status": status, "pending": pending, "past": past})
        return
    if status.error:
        write_stdout(f"Needs attention: {status.error} {status.fix}\n")
    _print_outcomes(pending, past, person.tz)


@app.command("simulate", epilog=examples("daybreak schedule simulate anna@example.org --count 40"))
def simulate(
    user: UserArgument = None,
    count: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Number of days.")] = 14,
    json: AsJson = False,
) -> None:
    """Preview the next days (nothing is saved).

    The preview assumes that the user is not active.
    """
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json

    async def action(context: "CommandContext") -> "tuple[User, list[DayOutcome]]":
        person = await context.get_user(user)
        settings = schedule.ScheduleSettings.load()
        return person, await schedule.simulate(context.database, person.id, settings, count)

    person, outcomes = run(action)
    if json:
        print_json([asdict(one) for one in outcomes])
        return
    _print_outcomes(outcomes, [], person.tz)


@app.command("run-now", epilog=examples("daybreak schedule run-now anna@example.org"))
def run_now(user: UserArgument = None) -> None:
    """Queue today’s brief now.

    It is updated again at its scheduled time.
    """
    from daybreak import briefs
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> str:
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            return str(
                (
                    await briefs.enqueue_compose(tx, person.id, briefs.ComposeParameters(date=person.today()))
                ).id
            )

    write_stdout(f"{run(action)}\n")


@app.command(
    "pause", epilog=examples("daybreak schedule pause anna@example.org", "daybreak schedule pause --resume")
)
def pause(
    user: UserArgument = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume a paused schedule.")] = False,
) -> None:
    """Pause a user’s briefs.

    Briefs aren’t created while paused.
    """
    _update_preferences(user, lambda preferences: replace(preferences, active=resume))


@app.command(
    "retry", epilog=examples("daybreak schedule retry anna@example.org", "daybreak schedule retry --all")
)
def retry(
    user: UserArgument = None,
    all_users: Annotated[bool, typer.Option("--all", help="Retry all stopped schedules.")] = False,
) -> None:
    """Retry a stopped schedule."""
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import pluralize, write_stdout
    from daybreak.errors import InvalidInput

    if user and all_users:
        raise InvalidInput("Use either EMAIL or --all, not both.")

    async def action(context: "CommandContext") -> int:
        if all_users:
            return await schedule.retry_errors(context.database)
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            return int(await schedule.retry_user(tx, person.id))

    tried = run(action)
    write_stdout(f"Retrying: {pluralize(tried, 'schedule')}.\n" if tried else "No schedule was stopped.\n")


@app.command(
    "set",
    epilog=examples(
        "daybreak schedule set --at 06:30 --frequency weekdays",
        "daybreak schedule set anna@example.org --on mon,thu --quiet shorten",
        "daybreak schedule set --catch-up 2h",
        "daybreak schedule set --except Household",
    ),
)
def set_(  # noqa: PLR0913, PLR0917 - one parameter for each option
    user: UserArgument = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Time of the brief, like 07:00.")] = None,
    frequency: Annotated[
        str | None, typer.Option(metavar="WORD", help="daily, weekdays, weekly or chosen.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Days for weekly and chosen, like mon,thu.")
    ] = None,
    email: Annotated[
        bool | None, typer.Option("--email/--no-email", help="Also send briefs by e-mail.")
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(metavar="WORD", help="On quiet days: send, shorten, skip or weekly.")
    ] = None,
    weekly_on: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Day of the weekly review (--quiet weekly), like fri."),
    ] = None,
    catch_up: Annotated[
        str | None, typer.Option(metavar="TIME", help="Maximum delay of a late brief, like 4h.")
    ] = None,
    reengage: Annotated[
        bool | None,
        typer.Option("--reengage/--no-reengage", help="Send less while you are away."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="PROJECT", help="Include only this project; repeat for more.")
    ] = None,
    except_: Annotated[
        list[str] | None,
        typer.Option("--except", metavar="PROJECT", help="Exclude this project; repeat for more."),
    ] = None,
    all_projects: Annotated[bool, typer.Option("--all-projects", help="Include all projects again.")] = False,
) -> None:
    """Change a schedule.

    Only the given options change.
    """
    from daybreak.cli.schedule_options import ScheduleOptions

    options = ScheduleOptions(
        at=at, frequency=frequency, on=on, quiet=quiet, weekly_on=weekly_on, catch_up=catch_up,
        email=email, reengage=reengage, only=only, excluded=except_, all_projects=all_projects,
    )  # fmt: skip
    changes = options.changed_preferences()
    _update_preferences(user, lambda preferences: replace(preferences, **changes))


def _update_preferences(user: str | None, update: "Callable[[Preferences], Preferences]") -> None:
    from daybreak import people, schedule
    from daybreak.cli.context import run

    async def action(context: "CommandContext") -> "tuple[User, ScheduleStatus, list[DueBrief]]":
        person = await context.get_user(user)
        person = await people.update_user_with(
            context.database, person.id, lambda known: replace(known, preferences=update(known.preferences))
        )
        status = await schedule.get_status(context.database, person.id)
        return person, status, await schedule.next_briefs(context.database, person.id, 1)

    _print_due_briefs(*run(action))


def _print_due_briefs(person: "User", status: "ScheduleStatus", dues: "Iterable[DueBrief]") -> None:
    from daybreak.cli.dates import format_date, format_instant
    from daybreak.cli.output import print_table, write_stdout

    if status.error:
        write_stdout(f"Needs attention: {status.error} {status.fix}\n")
    elif not status.active:
        write_stdout(
            f"The schedule of {person.email} is paused; resume it with “daybreak schedule pause --resume”.\n"
        )
    else:
        rows = [
            (format_instant(due.due_at, person.tz), format_date(due.local_date), ", ".join(due.editions))
            for due in dues
        ]
        print_table(("DUE", "BRIEF FOR", "EDITION"), rows)


def _print_outcomes(expected: "Iterable[DayOutcome]", past: "Iterable[DayOutcome]", tz: "tzinfo") -> None:
    from daybreak.cli.dates import format_date, format_instant
    from daybreak.cli.output import print_table

    rows = [
        (
            format_date(one.local_date),
            one.edition,
            format_instant(one.due_at, tz),
            label if one.outcome == "enqueued" else one.outcome,
            one.describe(tz),
        )
        for outcomes, label in ((expected, "scheduled"), (past, "started"))
        for one in outcomes
    ]
    print_table(("BRIEF FOR", "EDITION", "DUE", "RESULT", "REASON"), rows)


def _print_overview(overview: "ScheduleOverview") -> None:
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import pluralize, print_table, write_stdout

    users = sum(minute.users for minute in overview.upcoming)
    late = sum(minute.late for minute in overview.upcoming)
    overdue, errors = (
        f"{count} or more" if count >= overview.count_limit else count
        for count in (overview.overdue, overview.errors)
    )
    or_more = " or more" if overview.missed + overview.skipped >= overview.count_limit else ""
    write_stdout(
        f"{pluralize(users, 'brief')} in the next 24 hours, {late} likely late; {overdue} overdue now; "
        f"{errors} need attention; {overview.missed}{or_more} missed and {overview.skipped}{or_more} skipped "
        f"in the last 24 hours; estimated capacity: {overview.briefs_per_second:.0f} per second.\n\n"
    )
    busiest = sorted(overview.upcoming, key=lambda minute: -minute.users)[:_MAX_ROWS]
    rows = [
        (format_instant(one.due_at), one.users, one.late)
        for one in sorted(busiest, key=lambda one: one.due_at)
    ]
    print_table(("DUE", "BRIEFS", "LIKELY LATE"), rows)


def _print_problems(overview: "_Overview") -> None:
    from datetime import UTC

    from daybreak.cli.dates import format_date
    from daybreak.cli.output import print_table, write_stdout

    failed = [
        (
            overview.emails.get(one.owner_id),
            format_date(one.local_date),
            "failed",
            f"{one.describe(UTC)} (UTC)",
        )
        for one in overview.second_tries
    ]
    errors = [
        (
            overview.emails.get(one.owner_id),
            format_date(one.local_date),
            "needs attention",
            f"{one.reason} {one.fix}",
        )
        for one in overview.errors
    ]
    days = [
        (overview.emails.get(one.owner_id), format_date(one.local_date), one.outcome, one.reason.text)
        for one in overview.days_without_brief
    ]
    print_table(("MISSED OR SKIPPED", "BRIEF FOR", "RESULT", "REASON"), [*errors, *failed, *days])
    view = overview.overview
    if (hidden := view.errors + view.missed + view.skipped - len(errors) - len(days)) > 0:
        write_stdout(f"At least {hidden} more; use “--limit”, or see the page Operations, Schedule.\n")


def _print_schedulers(schedulers: "Iterable[SchedulerInfo]") -> None:
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_table

    rows = []
    for one in schedulers:
        status = "error" if one.last_error else "online"
        rows.append(
            (
                one.name,
                status if one.alive else "offline",
                format_instant(one.seen_at),
                one.last_error or "ok",
            )
        )
    print_table(("SCHEDULER", "STATUS", "LAST SEEN", "LAST RUN"), rows)


def _print_maintenance(tasks: "Iterable[MaintenanceStatus]") -> None:
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_table

    rows = []
    for one in tasks:
        last = next(iter(one.runs), None)
        when = format_instant(last.started_at) if last else "never"
        summary = [str(last.status), last.summary] if last else []
        rows.append(
            (one.name, one.cron, format_instant(one.next_run_at), when, ": ".join(filter(None, summary)))
        )
    print_table(("SCHEDULED JOB", "CRON (UTC)", "NEXT RUN", "LAST RUN", "RESULT"), rows)
