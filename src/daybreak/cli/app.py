"""All commands, and the options before them."""

from typing import Annotated

import typer

from daybreak.cli.commands import (
    brief,
    database,
    identities,
    imports,
    projects,
    runs,
    sample,
    schedule,
    scheduler,
    sources,
    up,
    user_links,
    users,
    version,
    web,
    worker,
)
from daybreak.cli.help_examples import examples

_HELP = """
Write a daily brief from your calendars, tasks and notes.

\b
Exit codes:
  0    success
  2    invalid arguments or input
  3    misconfigured: a setting, a permission or the schema; or outdated
  4    not found
  5    conflict: already exists
  6    a service isn’t responding; try again
  70   internal error
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
def _configure(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and log everything.")] = False,  # noqa: ARG001 - main reads it, in any position
) -> None:
    if context.invoked_subcommand is None:
        from daybreak.cli.output import write_stdout

        write_stdout(context.get_help() + "\n")


app.command("brief", epilog=brief.EXAMPLES)(brief.brief)
app.command("import", epilog=imports.EXAMPLES)(imports.import_)
users.app.command("invite", epilog=user_links.INVITE_EXAMPLES)(user_links.invite)
users.app.command("reset", epilog=user_links.RESET_EXAMPLES)(user_links.reset)
users.app.command("link", epilog=user_links.LINK_EXAMPLES)(user_links.link)
users.app.add_typer(identities.app, name="identities")
app.add_typer(users.app, name="users")
app.add_typer(sources.app, name="sources")
app.add_typer(projects.app, name="projects")
app.add_typer(schedule.app, name="schedule")
app.add_typer(runs.app, name="runs")
app.command("up", epilog=up.EXAMPLES)(up.up)
app.command("web", epilog=web.EXAMPLES)(web.web)
app.command("worker", epilog=worker.EXAMPLES)(worker.worker)
app.command("scheduler", epilog=scheduler.EXAMPLES)(scheduler.scheduler)
app.add_typer(database.app, name="db")
app.command("sample", epilog=sample.EXAMPLES)(sample.sample)
app.command("version", epilog=examples("daybreak version"))(version.version)
