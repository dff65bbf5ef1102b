"""``daybreak schedule``."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo
    from uuid import UUID

    from daybreak.cli.context import Session
    from daybreak.people import Preferences, User
    from daybreak.schedule import Aside, Decision, Due, LeftOut, Overview, Standing, UpkeepStanding

app = typer.Typer(help="Manage brief schedules.")

UserArgument = Annotated[str | None, typer.Argument(metavar="EMAIL", help="Whose schedule (default: yours).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class _Listed:
    """The data of “daybreak schedule list”."""

    view: "Overview"
    aside: "list[Aside]"
    left_out: "list[LeftOut]"
    upkeep: "list[UpkeepStanding]"
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

    async def verb(session: "Session") -> "_Listed":
        database = session.database
        view = await schedule.get_overview(database, schedule.ScheduleSettings.load())
        aside = await schedule.set_aside(database, limit=limit)
        left_out = await schedule.left_out(database, limit=limit)
        owners = {one.owner_id for one in aside} | {one.owner_id for one in left_out}
        emails = await people.addresses(database, owners)
        return _Listed(view, aside, left_out, await schedule.upkeep(database), emails)

    listed = run(verb)
    if json:
        named = {
            "set_aside": [asdict(one) for one in listed.aside],
            "left_out": [asdict(one) for one in listed.left_out],
            "upkeep": [asdict(one) for one in listed.upkeep],
        }
        print_json(asdict(listed.view) | named)
        return
    _print_overview(listed.view)
    _print_troubles(listed)
    _print_upkeep(listed.upkeep)


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

    async def verb(session: "Session") -> "tuple[User, Standing, list[Due]]":
        person = await session.known_user(user)
        standing = await schedule.standing(session.database, person.id)
        return person, standing, await schedule.next_briefs(session.database, person.id, count)

    person, standing, dues = run(verb)
    if json:
        print_json([asdict(due) for due in dues])
        return
    _print_dues(person, standing, dues)


@app.command("explain", epilog=examples("daybreak schedule explain anna@example.org"))
def explain(user: UserArgument = None, json: AsJson = False) -> None:
    """Show recent results and reasons."""
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import answer, print_json

    async def verb(session: "Session") -> "tuple[User, Standing, list[Decision], list[Decision]]":
        person = await session.known_user(user)
        standing = await schedule.standing(session.database, person.id)
        settings = schedule.ScheduleSettings.load()
        pending = await schedule.explain(session.database, person.id, settings)
        async with session.database.transaction([person.id]) as tx:
            return person, standing, pending, await schedule.history(tx, person.id, 10)

    person, standing, pending, past = run(verb)
    if json:
        print_json({"standing": standing, "pending": pending, "past": past})
        return
    if standing.aside:
        answer(f"Needs attention: {standing.aside} {standing.cure}\n")
    _print_decisions([*pending, *past], person.tz)


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

    async def verb(session: "Session") -> "tuple[User, list[Decision]]":
        person = await session.known_user(user)
        settings = schedule.ScheduleSettings.load()
        return person, await schedule.simulate(session.database, person.id, settings, count)

    person, decisions = run(verb)
    if json:
        print_json([asdict(one) for one in decisions])
        return
    _print_decisions(decisions, person.tz)


@app.command("run-now", epilog=examples("daybreak schedule run-now anna@example.org"))
def run_now(user: UserArgument = None) -> None:
    """Queue today's brief now.

    It is updated again at its scheduled time.
    """
    from daybreak import briefs
    from daybreak.cli.context import run
    from daybreak.cli.output import answer

    async def verb(session: "Session") -> str:
        person = await session.known_user(user)
        async with session.database.transaction([person.id]) as tx:
            return str((await briefs.start(tx, person.id, briefs.Wanted(date=person.today()))).id)

    answer(f"{run(verb)}\n")


@app.command(
    "pause", epilog=examples("daybreak schedule pause anna@example.org", "daybreak schedule pause --resume")
)
def pause(
    user: UserArgument = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume a paused schedule.")] = False,
) -> None:
    """Pause a user's briefs.

    Briefs aren't created while paused.
    """
    _change(user, lambda preferences: replace(preferences, active=resume))


@app.command(
    "retry", epilog=examples("daybreak schedule retry anna@example.org", "daybreak schedule retry --all")
)
def retry(
    user: UserArgument = None,
    everybody: Annotated[bool, typer.Option("--all", help="Retry all stopped schedules.")] = False,
) -> None:
    """Retry a stopped schedule."""
    from daybreak import schedule
    from daybreak.cli.context import run
    from daybreak.cli.output import answer, counted
    from daybreak.errors import InvalidInput

    if user and everybody:
        raise InvalidInput("Use either EMAIL or --all, not both.")

    async def verb(session: "Session") -> int:
        if everybody:
            return await schedule.retry(session.database)
        person = await session.known_user(user)
        async with session.database.transaction([person.id]) as tx:
            return int(await schedule.try_again(tx, person.id))

    tried = run(verb)
    answer(f"Retrying: {counted(tried, 'schedule')}.\n" if tried else "No schedule was stopped.\n")


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
    from daybreak.cli.schedule_options import Wishes

    wishes = Wishes(
        at=at, frequency=frequency, on=on, quiet=quiet, weekly_on=weekly_on, catch_up=catch_up,
        email=email, reengage=reengage, only=only, leave_out=except_, all_projects=all_projects,
    )  # fmt: skip
    changes = wishes.changes()
    _change(user, lambda preferences: replace(preferences, **changes))


def _change(user: str | None, change: "Callable[[Preferences], Preferences]") -> None:
    from daybreak import people, schedule
    from daybreak.cli.context import run

    async def verb(session: "Session") -> "tuple[User, Standing, list[Due]]":
        person = await session.known_user(user)
        person = await people.change(
            session.database, person.id, lambda kept: replace(kept, preferences=change(kept.preferences))
        )
        standing = await schedule.standing(session.database, person.id)
        return person, standing, await schedule.next_briefs(session.database, person.id, 1)

    _print_dues(*run(verb))


def _print_dues(person: "User", standing: "Standing", dues: "Iterable[Due]") -> None:
    from daybreak.cli.dates import day, moment
    from daybreak.cli.output import answer, print_table

    if standing.aside:
        answer(f"Needs attention: {standing.aside} {standing.cure}\n")
    elif not standing.active:
        answer(
            f"The schedule of {person.email} is paused; resume it with “daybreak schedule pause --resume”.\n"
        )
    else:
        rows = [(moment(due.due_at, person.tz), day(due.local_date), ", ".join(due.editions)) for due in dues]
        print_table(("DUE", "BRIEF FOR", "EDITION"), rows)


def _print_decisions(decisions: "Iterable[Decision]", tz: "tzinfo") -> None:
    from daybreak.cli.dates import day, moment
    from daybreak.cli.output import print_table

    rows = [
        (day(one.local_date), one.edition, moment(one.due_at, tz), _result(one.outcome), one.reason.sentence)
        for one in decisions
    ]
    print_table(("BRIEF FOR", "EDITION", "DUE", "RESULT", "REASON"), rows)


def _result(outcome: str) -> str:
    return "started" if outcome == "rung" else outcome


def _print_overview(view: "Overview") -> None:
    from daybreak.cli.dates import moment
    from daybreak.cli.output import answer, counted, print_table

    people = sum(minute.people for minute in view.to_come)
    late = sum(minute.late for minute in view.to_come)
    behind, aside = (
        f"{count} or more" if count >= view.most else count for count in (view.behind, view.aside)
    )
    or_more = " or more" if view.missed + view.skipped >= view.most else ""
    answer(
        f"{counted(people, 'brief')} in the next 24 hours, {late} likely late; {behind} overdue now; "
        f"{aside} need attention; {view.missed}{or_more} missed and {view.skipped}{or_more} skipped "
        f"in the last 24 hours; estimated capacity: {view.per_second:.0f} per second.\n\n"
    )
    busiest = sorted(view.to_come, key=lambda minute: -minute.people)[:_MOST_ROWS]
    rows = [(moment(one.due_at), one.people, one.late) for one in sorted(busiest, key=lambda one: one.due_at)]
    print_table(("DUE", "BRIEFS", "LIKELY LATE"), rows)


def _print_troubles(listed: "_Listed") -> None:
    from daybreak.cli.dates import day
    from daybreak.cli.output import answer, print_table

    aside = [
        (listed.emails.get(one.owner_id), day(one.local_date), "needs attention", f"{one.reason} {one.cure}")
        for one in listed.aside
    ]
    left_out = [
        (listed.emails.get(one.owner_id), day(one.local_date), one.outcome, one.reason.sentence)
        for one in listed.left_out
    ]
    print_table(("MISSED OR SKIPPED", "BRIEF FOR", "RESULT", "REASON"), [*aside, *left_out])
    view = listed.view
    if (hidden := view.aside + view.missed + view.skipped - len(aside) - len(left_out)) > 0:
        answer(f"At least {hidden} more; use “--limit”, or see the page Operations, Schedule.\n")


def _print_upkeep(upkeeps: "Iterable[UpkeepStanding]") -> None:
    from daybreak.cli.dates import moment
    from daybreak.cli.output import print_table

    rows = []
    for one in upkeeps:
        last = next(iter(one.runs), None)
        when = moment(last.started_at) if last else "never"
        said = [str(last.status), last.said] if last else []
        rows.append((one.name, one.cron, moment(one.next_at), when, ": ".join(filter(None, said))))
    print_table(("SCHEDULED JOB", "CRON (UTC)", "NEXT RUN", "LAST RUN", "RESULT"), rows)
