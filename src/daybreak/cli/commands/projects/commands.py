"""``daybreak projects``."""

from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.agenda import NamedProject
    from daybreak.cli.context import CommandContext

app = typer.Typer(help="List projects, and merge those that files name differently.")

UserOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose projects (default: yours).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog=examples("daybreak projects list", "daybreak projects list --json"))
def list_(user: UserOption = None, json: AsJson = False) -> None:
    """List projects with the projects that they are merged into."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import print_json, print_table

    async def action(context: "CommandContext") -> "list[NamedProject]":
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            return await agenda.list_named_projects(tx, person.id)

    known = run(action)
    if json:
        print_json(known)
        return
    names = {one.id: one.name for one in known}
    rows = [
        (
            one.name,
            names.get(one.canonical_id, "") if one.canonical_id else "",
            one.source or "Daybreak",
            one.source_ref if one.source else "",
        )
        for one in known
    ]
    print_table(("NAME", "MERGED INTO", "SOURCE", "PLACE"), rows)


@app.command("merge", epilog=examples('daybreak projects merge website-relaunch "Website relaunch"'))
def merge(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project to merge.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="Name that remains.")],
    user: UserOption = None,
) -> None:
    """Merge a project into another one.

    Briefs and pages then show both as one. Files aren’t changed; later imports keep the merge.
    """
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> None:
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            await agenda.merge_project_names(tx, person.id, project, into)

    run(action)
    write_stdout(f"Merged “{project}” into “{into}”.\n")


@app.command("separate", epilog=examples("daybreak projects separate website-relaunch"))
def separate(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the merged project.")],
    user: UserOption = None,
) -> None:
    """Separate a merged project again."""
    from daybreak import agenda
    from daybreak.cli.context import run
    from daybreak.cli.output import write_stdout

    async def action(context: "CommandContext") -> None:
        person = await context.get_user(user)
        async with context.database.transaction([person.id]) as tx:
            await agenda.separate_name(tx, person.id, project)

    run(action)
    write_stdout(f"“{project}” is a project of its own again.\n")
