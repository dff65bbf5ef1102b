"""Tests of projects that are one: by equal names in several sources, or because their owner merged them."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from daybreak import agenda, briefs, people
from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.projects import merges
from daybreak.agenda.projects.names import NamedProject, find_canonical_ids, fold_name, suggest_merges
from daybreak.agenda.sources import imports
from daybreak.briefs.wording.entries import with_texts
from daybreak.errors import InvalidInput, NotFound
from daybreak.people import Preferences, ProjectChoice

from .workspace import DAY, UserWorkspace

PLAN = ("# Website relaunch", "", "The new site goes live in May.", "", "- [ ] Draft copy 📅 2026-03-30")


def named(name: str, number: int, **parts) -> NamedProject:
    defaults = {"source_id": UUID(int=9), "source": "plans", "source_ref": "a.md:1"}
    return NamedProject(
        id=UUID(int=number),
        name=name,
        **{**defaults, "is_described": False, "canonical_id": None} | parts,
    )


class MergeScenario:
    """A folder in which two files name one project differently."""

    def __init__(self, workspace: UserWorkspace) -> None:
        self.workspace = workspace
        self.database, self.owner = workspace.reader.database, workspace.reader.user.id

    async def ids(self) -> dict[str, UUID]:
        async with self.database.transaction([self.owner]) as tx:
            return {one.name: one.id for one in await merges.list_named_projects(tx, self.owner)}

    async def merge(self, name: str, into: str) -> None:
        ids = await self.ids()
        async with self.database.transaction([self.owner]) as tx:
            await merges.merge_projects(tx, self.owner, ids[name], ids[into])

    async def separate(self, name: str) -> None:
        async with self.database.transaction([self.owner]) as tx:
            await merges.separate_name(tx, self.owner, name)

    async def listed(self) -> dict[str, int]:
        """Return the open tasks by project, as the page of projects shows them."""
        async with self.database.transaction([self.owner]) as tx:
            found = await read_models.list_projects(tx, self.owner, DAY, self.workspace.reader.user.tz)
        return {one.project.name: one.open for one in found}

    async def sections(self) -> dict[str | None, list[str]]:
        """Return the texts of each section of a brief."""
        stored = await briefs.compose(self.database, self.owner, DAY)
        return {
            section.project: [
                *(one.text for one in section.statements),
                *(entry.text for view in section.buckets for entry in view.entries),
            ]
            for section in with_texts(stored.document).sections
        }


@pytest.fixture
async def scenario(workspace: UserWorkspace) -> MergeScenario:
    workspace.write_file("todo.txt", "Buy a domain +Website_relaunch due:2026-03-29", "Rest +Garden")
    workspace.write_file("site.md", *PLAN)
    await workspace.import_folder()
    return MergeScenario(workspace)


MERGED = {
    "Website relaunch": [
        "The new site goes live in May.",
        "“Buy a domain” is due today",
        "“Draft copy” is due tomorrow",
    ],
    "Garden": ["“Rest” has no due date"],
}


async def test_merged_projects_are_one_in_briefs_and_lists_until_separated(scenario: MergeScenario):
    before = await scenario.sections(), await scenario.listed()
    assert len(before[0]) == 3
    await scenario.merge("Website_relaunch", "Website relaunch")
    assert await scenario.sections() == MERGED
    assert await scenario.listed() == {"Garden": 1, "Website relaunch": 2}
    await scenario.separate("Website_relaunch")
    assert (await scenario.sections(), await scenario.listed()) == before


async def test_description_is_cited_where_it_stands_under_the_other_name(scenario: MergeScenario):
    await scenario.merge("Website relaunch", "Website_relaunch")
    stored = await briefs.compose(scenario.database, scenario.owner, DAY)
    (section,) = [one for one in stored.document.sections if one.project == "Website_relaunch"]
    fact = stored.document.facts[section.statements[0].facts[0]]
    assert (fact.title, fact.source_ref) == ("Website relaunch", "site.md:1")


@pytest.mark.parametrize("change", ["again", "moved", "rewritten", "emptied and restored", "another source"])
async def test_merge_survives_imports(scenario: MergeScenario, workspace: UserWorkspace, change, tmp_path):
    await scenario.merge("Website_relaunch", "Website relaunch")
    match change:
        case "moved":
            (workspace.folder / "site.md").rename(workspace.folder / "plan.md")
        case "rewritten":
            workspace.write_file(
                "todo.txt", "", "Buy a domain +website_relaunch due:2026-03-29", "Rest +Garden"
            )
        case "emptied and restored":
            (workspace.folder / "todo.txt").unlink()
            await workspace.import_folder()
            workspace.write_file("todo.txt", "Buy a domain +Website_relaunch due:2026-03-29", "Rest +Garden")
        case "another source":
            other = tmp_path / "other"
            other.mkdir()
            (other / "done.txt").write_text("Pay +WEBSITE_RELAUNCH\n")
            await workspace.import_folder(other)
    await workspace.import_folder()
    open_tasks = 3 if change == "another source" else 2
    assert await scenario.listed() == {"Garden": 1, "Website relaunch": open_tasks}
    assert set(await scenario.sections()) == {"Garden", "Website relaunch"}


async def test_chains_and_cycles_do_not_arise(scenario: MergeScenario):
    await scenario.merge("Garden", "Website_relaunch")
    await scenario.merge("Website_relaunch", "Website relaunch")
    assert await scenario.listed() == {"Website relaunch": 3}
    for one, other in (("Website relaunch", "Garden"), ("Garden", "Website_relaunch"), ("Garden", "Garden")):
        with pytest.raises(InvalidInput, match=r"one project already|into itself"):
            await scenario.merge(one, other)
    await scenario.separate("Website_relaunch")
    assert await scenario.listed() == {"Website relaunch": 2, "Website_relaunch": 1}
    await scenario.separate("Garden")
    with pytest.raises(InvalidInput, match="not merged"):
        await scenario.separate("Garden")


async def test_merge_into_a_merged_project_goes_to_its_canonical_one(scenario: MergeScenario):
    await scenario.merge("Website_relaunch", "Website relaunch")
    await scenario.merge("Garden", "Website_relaunch")
    assert await scenario.listed() == {"Website relaunch": 3}


@pytest.mark.parametrize("spelling", ["Garden", "garden", "GARDEN", "  Garden "])
async def test_equal_names_of_two_sources_are_one_project(scenario, workspace, spelling, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.csv").write_text(f'Task,Project\nSow,"{spelling}"\n')
    await workspace.import_folder(other)
    assert (await scenario.listed())["Garden" if "Garden" in await scenario.listed() else spelling] == 2
    found = await scenario.sections()
    (texts,) = [texts for name, texts in found.items() if name and name.casefold() == "garden"]
    assert sorted(texts) == ["“Rest” has no due date", "“Sow” has no due date"]


async def test_project_that_was_added_by_hand_represents_that_of_a_source(scenario: MergeScenario):
    async with scenario.database.transaction([scenario.owner]) as tx:
        project_id = await manual_entries.save_project(tx, scenario.owner, "garden")
        detail = await read_models.get_project(tx, scenario.owner, project_id)
        assert [one.project.name for one in detail.merged] == ["Garden"]
        assert await scenario.listed_in(tx) if hasattr(scenario, "listed_in") else True
    assert await scenario.listed() == {"garden": 1, "Website relaunch": 1, "Website_relaunch": 1}
    async with scenario.database.transaction([scenario.owner]) as tx:
        await manual_entries.remove_entry(tx, scenario.owner, manual_entries.EntryKind.PROJECT, project_id)
    assert (await scenario.listed())["Garden"] == 1


async def test_task_cards_filters_and_notes_show_the_canonical_project(scenario, workspace):
    workspace.write_file("call.md", "---", "project: Website_relaunch", "---", "# Call", "Fine.")
    await workspace.import_folder()
    await scenario.merge("Website_relaunch", "Website relaunch")
    project_id, owner = (await scenario.ids())["Website relaunch"], scenario.owner
    async with scenario.database.transaction([owner]) as tx:
        tasks = await read_models.list_open_tasks(
            tx, owner, read_models.TaskFilter(today=DAY, project_id=project_id)
        )
        notes = await read_models.list_notes(tx, owner, project_id=project_id)
        names = [name for _, name in await read_models.list_project_names(tx, owner)]
    assert {(one.task.title, one.task.project_id, one.project) for one in tasks} == {
        ("Buy a domain", project_id, "Website relaunch"),
        ("Draft copy", project_id, "Website relaunch"),
    }
    assert [(one.note.project_id, one.project) for one in notes] == [(project_id, "Website relaunch")]
    assert names == ["Garden", "Website relaunch"]


@pytest.mark.parametrize("name", ["Website relaunch", "Website_relaunch"])
@pytest.mark.parametrize("choice", [ProjectChoice.EXCEPT, ProjectChoice.ONLY])
async def test_choice_of_projects_holds_for_every_name(scenario: MergeScenario, name, choice):
    await scenario.merge("Website_relaunch", "Website relaunch")
    user = scenario.workspace.reader.user
    wishes = Preferences(project_choice=choice, projects=(name,))
    await people.update_user_with(
        scenario.database, user.id, lambda person: replace(person, preferences=wishes)
    )
    shown = {"Garden"} if choice is ProjectChoice.EXCEPT else {"Website relaunch"}
    assert set(await scenario.sections()) == shown


async def test_projects_of_other_users_cannot_be_merged(scenario: MergeScenario, other_user):
    ids = await scenario.ids()
    async with scenario.database.transaction([other_user.id]) as tx:
        theirs = await manual_entries.save_project(tx, other_user.id, "Garden")
        with pytest.raises(NotFound):
            await merges.merge_projects(tx, other_user.id, theirs, ids["Garden"])
        with pytest.raises(NotFound):
            await merges.separate_project(tx, other_user.id, ids["Garden"])
    assert (await scenario.listed())["Garden"] == 1


async def test_deleted_source_leaves_the_other_name(scenario, workspace, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.md").write_text("# Garden party\n- [ ] Invite\n")
    await workspace.import_folder(other)
    await scenario.merge("Garden", "Garden party")
    assert "Garden" not in await scenario.listed()
    await agenda.delete_source_by_reference(scenario.database, workspace.reader.user, "other")
    assert (await scenario.listed())["Garden"] == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Website relaunch", "website-relaunch"], [("website-relaunch", "Website relaunch")]),
        (["Website_relaunch", "Website relaunch"], [("Website_relaunch", "Website relaunch")]),
        (["Q1 Plan", "q1plan"], [("q1plan", "Q1 Plan")]),
        (["Home.Kitchen", "home kitchen"], [("Home.Kitchen", "home kitchen")]),
        (["Garden", "Garten"], []),
        (["Plan 1", "Plan 2"], []),
        (["🎉", "🎂"], []),
    ],
)
def test_similar_names_are_suggested(names, expected):
    projects = [named(name, number) for number, name in enumerate(names, 1)]
    assert [(one.project.name, one.into.name) for one in suggest_merges(projects)] == expected


def test_merged_projects_are_not_suggested_again():
    projects = [named("A b", 1), named("a-b", 2, canonical_id=UUID(int=1))]
    assert list(suggest_merges(projects)) == []


@pytest.mark.parametrize(
    ("one", "other"), [("Ärzte", "ÄRZTE"), ("Straße", "STRASSE"), ("a  b", "A b"), ("Cafe\u0301", "Café")]
)
def test_equal_names_have_one_key(one, other):
    assert fold_name(one) == fold_name(other)
    ids = find_canonical_ids([named(one, 1), named(other, 2)], {})
    assert ids == {UUID(int=1): None, UUID(int=2): UUID(int=1)}


def test_described_project_is_canonical_and_ids_decide_last():
    ids = find_canonical_ids([named("A", 1), named("a", 2, is_described=True)], {"b": "a"})
    assert ids == {UUID(int=1): UUID(int=2), UUID(int=2): None}


SOMETHING_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


@pytest.mark.parametrize("change", ["merge", "separate", "save", "remove"])
async def test_change_of_projects_during_an_import_holds_for_its_new_projects(
    scenario: MergeScenario, change: str
):
    workspace, owner, database = scenario.workspace, scenario.owner, scenario.database
    await scenario.merge("Website_relaunch", "Website relaunch")
    async with database.transaction([owner]) as tx:
        entry_id = await manual_entries.save_project(tx, owner, "Lawn")
    if change == "merge":
        await scenario.separate("Website_relaunch")
    folder = workspace.folder.with_name("more")
    folder.mkdir()
    (folder / "todo.txt").write_text(
        "Pay the host +Website_relaunch\nMow +Lawn\nRake +Park\n", encoding="utf-8"
    )
    source = await agenda.add_folder(database, workspace.reader.user, folder)
    fetched = await imports.fetch_source(workspace.reader, source)

    async def apply_change() -> None:
        if change == "merge":
            await scenario.merge("Website_relaunch", "Website relaunch")
        elif change == "separate":
            await scenario.separate("Website_relaunch")
        else:
            async with database.transaction([owner]) as tx:
                if change == "save":
                    await manual_entries.save_project(tx, owner, "Park")
                else:
                    await manual_entries.remove_entry(tx, owner, EntryKind.PROJECT, entry_id)

    async with database.transaction([owner]) as tx:
        await imports.save_fetched_source(tx, workspace.reader, fetched)
        changing = asyncio.create_task(apply_change())
        async with asyncio.timeout(60):
            while not (changing.done() or await tx.fetchval(SOMETHING_WAITS)):
                pass
    await changing
    async with database.transaction([owner]) as tx:
        projects = await merges.list_named_projects(tx, owner)
        aliases = await merges._load_aliases(tx, owner)
    assert {one.id: one.canonical_id for one in projects} == find_canonical_ids(projects, aliases)


async def test_project_is_shown_after_its_canonical_one_was_confirmed_as_gone(scenario: MergeScenario):
    workspace = scenario.workspace
    folder = workspace.folder.with_name("more")
    folder.mkdir()
    (folder / "site.todo.txt").write_text("Pay the host +Website_relaunch\n", encoding="utf-8")
    await workspace.import_folder(folder)
    await scenario.merge("Website_relaunch", "Website relaunch")
    (workspace.folder / "site.md").unlink()
    (workspace.folder / "todo.txt").unlink()
    workspace.write_file("other.todo.txt", "Water")
    await workspace.import_folder()
    await agenda.accept_absence_by_reference(scenario.database, workspace.reader.user, str(workspace.folder))
    assert await scenario.listed() == {"Website_relaunch": 1}
