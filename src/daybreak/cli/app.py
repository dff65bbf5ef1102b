"""All commands, and the options that go before every one of them."""

from typing import Annotated

import typer

from daybreak.cli import (
    access,
    brief,
    database,
    imports,
    runs,
    sample,
    schedule,
    scheduler,
    sources,
    up,
    users,
    version,
    web,
    worker,
)
from daybreak.cli.teaching import examples

_HELP = """
Turn what piles up overnight into a brief by morning.

\b
Exit codes:
  0    done
  2    wrong arguments or input
  3    misconfigured: a setting, a right or the schema
  4    not found
  5    conflict: it is there already
  6    something does not answer; trying again may help
  70   a defect of Daybreak
  130  interrupted
"""

app = typer.Typer(
    name="daybreak",
    help=_HELP,
    epilog=examples("daybreak brief ~/plans", "daybreak sample demo && daybreak brief demo"),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)


@app.callback()
def _before(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and log everything.")] = False,  # noqa: ARG001 - main takes it, wherever it stands
) -> None:
    if context.invoked_subcommand is None:
        from daybreak.cli.printing import answer

        answer(context.get_help() + "\n")


app.command("brief", epilog=brief.EXAMPLES)(brief.brief)
app.command("import", epilog=imports.EXAMPLES)(imports.import_)
users.app.command("invite", epilog=access.INVITE)(access.invite)
users.app.command("reset", epilog=access.RESET)(access.reset)
users.app.command("link", epilog=access.LINK)(access.link)
app.add_typer(users.app, name="users")
app.add_typer(sources.app, name="sources")
app.add_typer(schedule.app, name="schedule")
app.add_typer(runs.app, name="runs")
app.command("up", epilog=up.EXAMPLES)(up.up)
app.command("web", epilog=web.EXAMPLES)(web.web)
app.command("worker", epilog=worker.EXAMPLES)(worker.worker)
app.command("scheduler", epilog=scheduler.EXAMPLES)(scheduler.scheduler)
app.add_typer(database.app, name="db")
app.command("sample", epilog=sample.EXAMPLES)(sample.sample)
app.command("version", epilog=examples("daybreak version"))(version.version)
