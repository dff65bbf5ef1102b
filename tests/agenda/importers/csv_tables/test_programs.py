"""Tests of the tables that programs export, with invented rows below the headers of each program."""
# ruff: noqa: E501  the header of a table is one line

from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

TRELLO = (
    "Card ID,Card Name,Card URL,Card Description,Labels,Members,Due Date,Attachment Count,Last Activity Date,"
    "List ID,List Name,Board ID,Board Name,Archived,Start Date,Due Complete\n"
    'c1,Paint the hall,https://cards.example/1,two coats,"Wall (red),Hall",anna,2026-03-30T09:00:00.000Z,0,'
    "2026-03-20T10:00:00.000Z,l1,Doing,b1,House,false,,false\n"
    "c2,Sand the door,,,,,2026-03-01T09:00:00.000Z,0,2026-03-02T10:00:00.000Z,l2,Doing,b1,House,true,,false\n"
    "c3,Buy paint,,,,,,0,2026-03-02T10:00:00.000Z,l3,Erledigt,b1,House,false,,false\n"
    "c4,Hang the lamp,,,,,2026-03-05T09:00:00.000Z,0,2026-03-02T10:00:00.000Z,l4,Upstairs,b1,House,false,,true\n"
)
CLICKUP = (
    "Task Type,Task ID,Task Custom ID,Task Name,Task Content,Status,Date Created,Date Created Text,Due Date,"
    "Due Date Text,Start Date,Start Date Text,Parent ID,Attachments,Assignees,Tags,Priority,List Name,"
    "Folder Name/Path,Space Name,Time Estimated,Time Estimated Text,Checklists,Comments,Assigned Comments,"
    "Time Spent,Time Spent Text\n"
    "Task,86a1,null,Paint the hall,two coats,in progress,1772323200000,3/1/2026,1774836000000,3/30/2026,null,"
    'null,null,[],"[Anna,Tom]","[wall,hall]",2,House,hidden,Private,5400000,1h 30m,'
    '"{""Tools"":[""brush"",""roller""]}",[],[],null,null\n'
    "Task,86a2,null,Sand the door,null,Closed,1772323200000,3/1/2026,null,null,null,null,86a1,[],[],[],null,House,"
    "hidden,Private,null,null,{},[],[],null,null\n"
)
LINEAR = (
    "ID,Team,Title,Description,Status,Estimate,Priority,Project ID,Project,Creator,Assignee,Labels,Cycle Number,"
    "Cycle Name,Cycle Start,Cycle End,Created,Updated,Started,Triaged,Completed,Canceled,Archived,Due Date,"
    "Parent issue,Initiatives,Project Milestone ID,Project Milestone,SLA Status,UUID,Blocked by\n"
    "ENG-7,Engine,Fix the login,,In Progress,3,Urgent,p1,Portal,ann@example.org,tom@example.org,bug,,,,,"
    "2026-03-01T08:00:00.000Z,2026-03-20T08:00:00.000Z,,,,,,2026-03-30,,,,Beta,,u1,ENG-9\n"
    "ENG-8,Engine,Old page,,Done,,No priority,,,,,,,,,,2026-03-01T08:00:00.000Z,2026-03-20T08:00:00.000Z,,,"
    "2026-03-19T08:00:00.000Z,,,,ENG-7,,,,,u2,\n"
    "ENG-9,Engine,New host,,Backlog,,High,,,,,,,,,,2026-03-01T08:00:00.000Z,2026-03-20T08:00:00.000Z,,,,"
    "2026-03-19T08:00:00.000Z,,,,,,,,u3,\n"
)
OUTLOOK = (
    '"Subject","Start Date","Due Date","Reminder On/Off","Reminder Date","Reminder Time","Date Completed",'
    '"% Complete","Total Work","Actual Work","Billing Information","Categories","Companies","Contacts",'
    '"Mileage","Notes","Priority","Private","Role","Schedule+ Priority","Sensitivity","Status"\n'
    '"Paint the hall","25.3.2026","30.3.2026","False","0/0/00","0:00:00","","50",,,,"Home;Wall",,,,"two coats",'
    '"High","False",,,"Normal","In Progress"\n'
    '"Sand the door","0/0/00","0/0/00","False","0/0/00","0:00:00","28.3.2026","100",,,,,,,,,"Normal","False",,,'
    '"Normal","Completed"\n'
    '"Ask the landlord","1/1/4501","1/1/4501","False","","","","0",,,,,,,,,"Low","False",,,"Normal",'
    '"Waiting on someone else"\n'
)
PLANNER = (
    "Task ID,Task Name,Bucket Name,Progress,Priority,Assigned To,Created By,Created Date,Start date,Due date,"
    "Is Recurring,Late,Completed Date,Completed By,Completed Checklist Items,Checklist Items,Labels,Description\n"
    "AbCdEfGhIjKlMnOpQrSt,Paint the hall,Upstairs,In progress,Important,Anna;Tom,Anna,2026-03-01,,2026-03-30,"
    "false,false,,,0/2,brush;roller,wall,two coats\n"
    "BbCdEfGhIjKlMnOpQrSt,Sand the door,To do,Completed,Medium,,Anna,2026-03-01,,,false,false,2026-03-28,Anna,,,,\n"
)
TICKTICK = (
    '"Date: 2026-03-29+0000"\n"Version: 7.1"\n"Status: \n0 Normal\n1 Completed\n2 Archived"\n'
    '"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date",'
    '"Reminder","Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day",'
    '"Is Floating","Column Name","Column Order","View Mode","taskId","parentId"\n'
    '"Home","House","Paint the hall","TEXT","wall, hall","two coats","N","","2026-03-29T22:00:00+0000","","",'
    '"5","0","2026-03-01T08:00:00+0000","","-1","Europe/Berlin","true","false","Doing","0","list","1",""\n'
    '"Home","House","Sand the door","TEXT","","","N","","","","","1","1","2026-03-01T08:00:00+0000",'
    '"2026-03-28T08:00:00+0000","-1","Europe/Berlin","","false","Upstairs","0","list","2","1"\n'
    '"","Inbox","Colours","NOTE","","red","N","","","","","0","0","2026-03-01T08:00:00+0000","","-1",'
    '"Europe/Berlin","","false","","","list","3",""\n'
    '"","Inbox","Call Anna","TEXT","","","N","","2026-03-30T13:00:00+0000","","","0","2",'
    '"2026-03-01T08:00:00+0000","","-1","Europe/Berlin","false","false","","","list","4",""\n'
)
OMNIFOCUS = (
    "Task ID,Type,Name,Status,Project,Context,Start Date,Due Date,Completion Date,Duration,Flagged,Notes,Tags\n"
    "1,Project,House,active,,,,,,,0,the old one,\n"
    "1.1,Action,Paint the hall,,House,,2026-03-28 08:00:00 +0000,2026-03-30 15:00:00 +0000,,45m,1,two coats,wall\n"
    "1.2,Action,Sand the door,,House,,,,2026-03-28 08:00:00 +0000,,0,,\n"
    "2,Inbox,Call Anna,,,Phone,,,,,0,,\n"
)
MONDAY = (
    "House,,,,\nUpstairs,,,,\nName,Person,Status,Date,Priority\n"
    'Paint the hall,"Anna, Tom",Working on it,2026-03-30,High\nSand the door,,Done,2026-03-28,Low\n'
)
GITHUB = (
    "Title\tURL\tAssignees\tStatus\tLabels\tMilestone\tRepository\n"
    "Paint the hall\thttps://github.example/a/b/issues/1\tanna, tom\tIn Progress\twall\tBeta\ta/b\n"
    "Sand the door\thttps://github.example/a/b/issues/2\t\tDone\t\t\ta/b\n"
)
NOTION = (
    "\ufeffName,Assign,Due,Priority,Status,Tags\n"
    'Paint the hall,"Anna, Tom","March 30, 2026",High,In progress,"wall, hall"\n'
    "Sand the door,,,,Done,\n"
)
SAMPLES = {
    "trello.csv": TRELLO,
    "clickup.csv": CLICKUP,
    "linear.csv": LINEAR,
    "outlook.csv": OUTLOOK,
    "planner.csv": PLANNER,
    "ticktick.csv": TICKTICK,
    "omnifocus.csv": OMNIFOCUS,
    "github.tsv": GITHUB,
    "notion.csv": NOTION,
}


def tasks_by_title(parsed):
    return {task.title: task for task in parsed.tasks}


@pytest.mark.parametrize("name", SAMPLES)
def test_export_of_a_program_is_read_without_warnings(read, name):
    parsed = read(name, SAMPLES[name])
    assert [warning.message for warning in parsed.warnings if "is a note" not in warning.message] == []
    assert len(parsed.tasks) >= 2
    assert parsed.incomplete is None


@pytest.mark.parametrize(
    ("name", "title", "due"),
    [
        ("trello.csv", "Paint the hall", datetime(2026, 3, 30, 9, tzinfo=UTC)),
        ("clickup.csv", "Paint the hall", date(2026, 3, 30)),
        ("linear.csv", "Fix the login", date(2026, 3, 30)),
        ("outlook.csv", "Paint the hall", date(2026, 3, 30)),
        ("planner.csv", "Paint the hall", date(2026, 3, 30)),
        ("ticktick.csv", "Paint the hall", date(2026, 3, 30)),
        ("ticktick.csv", "Call Anna", datetime(2026, 3, 30, 13, tzinfo=UTC)),
        ("omnifocus.csv", "Paint the hall", datetime(2026, 3, 30, 15, tzinfo=UTC)),
        ("notion.csv", "Paint the hall", date(2026, 3, 30)),
        ("outlook.csv", "Ask the landlord", None),
        ("outlook.csv", "Sand the door", None),
    ],
)
def test_due_date_is_the_day_or_the_instant_that_the_program_means(read, name, title, due):
    assert tasks_by_title(read(name, SAMPLES[name]))[title].due == due


@pytest.mark.parametrize(
    ("name", "title", "status"),
    [
        ("trello.csv", "Paint the hall", TaskStatus.IN_PROGRESS),
        ("trello.csv", "Sand the door", TaskStatus.CANCELLED),
        ("trello.csv", "Buy paint", TaskStatus.DONE),
        ("trello.csv", "Hang the lamp", TaskStatus.DONE),
        ("clickup.csv", "Paint the hall", TaskStatus.IN_PROGRESS),
        ("clickup.csv", "Sand the door", TaskStatus.DONE),
        ("linear.csv", "Fix the login", TaskStatus.IN_PROGRESS),
        ("linear.csv", "Old page", TaskStatus.DONE),
        ("linear.csv", "New host", TaskStatus.CANCELLED),
        ("outlook.csv", "Paint the hall", TaskStatus.IN_PROGRESS),
        ("outlook.csv", "Sand the door", TaskStatus.DONE),
        ("outlook.csv", "Ask the landlord", TaskStatus.BLOCKED),
        ("planner.csv", "Sand the door", TaskStatus.DONE),
        ("ticktick.csv", "Paint the hall", TaskStatus.OPEN),
        ("ticktick.csv", "Sand the door", TaskStatus.DONE),
        ("ticktick.csv", "Call Anna", TaskStatus.DONE),
        ("omnifocus.csv", "Paint the hall", TaskStatus.OPEN),
        ("omnifocus.csv", "Sand the door", TaskStatus.DONE),
        ("github.tsv", "Sand the door", TaskStatus.DONE),
        ("notion.csv", "Paint the hall", TaskStatus.IN_PROGRESS),
        ("notion.csv", "Sand the door", TaskStatus.DONE),
    ],
)
def test_completed_archived_and_cancelled_rows_are_not_open(read, name, title, status):
    assert tasks_by_title(read(name, SAMPLES[name]))[title].status is status


@pytest.mark.parametrize(
    ("name", "title", "project", "phase"),
    [
        ("trello.csv", "Paint the hall", "House", None),
        ("trello.csv", "Hang the lamp", "House", "Upstairs"),
        ("clickup.csv", "Paint the hall", "House", None),
        ("linear.csv", "Fix the login", "Portal", "Beta"),
        ("linear.csv", "New host", "Engine", None),
        ("planner.csv", "Paint the hall", None, None),
        ("ticktick.csv", "Sand the door", "House", "Upstairs"),
        ("ticktick.csv", "Call Anna", None, None),
        ("omnifocus.csv", "Paint the hall", "House", None),
    ],
)
def test_board_or_list_is_the_project_and_a_state_is_no_phase(read, name, title, project, phase):
    task = tasks_by_title(read(name, SAMPLES[name]))[title]
    assert (task.project, task.phase) == (project, phase)


@pytest.mark.parametrize(
    ("name", "title", "assignee", "tags"),
    [
        ("trello.csv", "Paint the hall", "anna", ("Wall (red)", "Hall")),
        ("clickup.csv", "Paint the hall", "Anna, Tom", ("wall", "hall")),
        ("clickup.csv", "Sand the door", None, ()),
        ("planner.csv", "Paint the hall", "Anna, Tom", ("wall",)),
        ("linear.csv", "Fix the login", "tom@example.org", ("bug",)),
        ("outlook.csv", "Paint the hall", None, ("Home", "Wall")),
        ("notion.csv", "Paint the hall", "Anna, Tom", ("wall", "hall")),
        ("github.tsv", "Paint the hall", "anna, tom", ("wall",)),
    ],
)
def test_people_and_labels_are_lists(read, name, title, assignee, tags):
    task = tasks_by_title(read(name, SAMPLES[name]))[title]
    assert (task.assignee, task.tags) == (assignee, tags)


@pytest.mark.parametrize(
    ("name", "title", "priority"),
    [
        ("clickup.csv", "Paint the hall", Priority.HIGH),
        ("linear.csv", "Fix the login", Priority.HIGHEST),
        ("linear.csv", "Old page", Priority.NORMAL),
        ("outlook.csv", "Paint the hall", Priority.HIGH),
        ("ticktick.csv", "Paint the hall", Priority.HIGH),
        ("ticktick.csv", "Sand the door", Priority.LOW),
        ("omnifocus.csv", "Paint the hall", Priority.HIGH),
        ("planner.csv", "Paint the hall", Priority.HIGH),
    ],
)
def test_priority_follows_the_scale_of_the_program(read, name, title, priority):
    assert tasks_by_title(read(name, SAMPLES[name]))[title].priority is priority


def test_clickups_checklists_parents_and_estimates_are_read(read):
    tasks = tasks_by_title(read("clickup.csv", CLICKUP))
    hall = tasks["Paint the hall"]
    assert (hall.details, hall.estimate_minutes) == ("two coats\nTools:\n- brush\n- roller", 90)
    assert tasks["Sand the door"].details == "Part of “Paint the hall”.\n".strip()


def test_linears_blockers_and_parents_are_read(read):
    tasks = tasks_by_title(read("linear.csv", LINEAR))
    assert tasks["Fix the login"].blocked_by == ("ENG-9",)
    assert tasks["Old page"].details.startswith("Part of “Fix the login”")


def test_ticktick_notes_are_named_and_subtasks_have_their_parent(read):
    parsed = read("ticktick.csv", TICKTICK)
    assert "Part of “Paint the hall”" in tasks_by_title(parsed)["Sand the door"].details
    (warning,) = parsed.warnings
    assert "is a note" in warning.message


def test_omnifocus_projects_are_no_tasks(read):
    parsed = read("omnifocus.csv", OMNIFOCUS)
    assert {project.name: project.description for project in parsed.projects} == {"House": "the old one"}
    assert set(tasks_by_title(parsed)) == {"Paint the hall", "Sand the door", "Call Anna"}


def test_board_with_its_name_above_the_header_is_read(read):
    parsed = read("monday.csv", MONDAY)
    hall = tasks_by_title(parsed)["Paint the hall"]
    assert (hall.due, hall.assignee, hall.priority) == (date(2026, 3, 30), "Anna, Tom", Priority.HIGH)
    assert (hall.project, hall.phase, hall.status) == ("House", "Upstairs", TaskStatus.IN_PROGRESS)
    assert parsed.warnings == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("second", ["Garden", "Next sprint", "Phase 2"])
def test_titles_between_repeated_headers_are_groups(read, delimiter, second):
    content = f"{MONDAY},,,,\n{second},,,,\nName,Person,Status,Date,Priority\nSow,,,,\n"
    content = content.replace('"Anna, Tom"', "Anna").replace(",", delimiter)
    parsed = read("monday.csv", content)
    phases = [(task.title, task.phase) for task in parsed.tasks]
    assert phases == [("Paint the hall", "Upstairs"), ("Sand the door", "Upstairs"), ("Sow", second)]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("Tue Mar 31 2026 00:00:00 GMT+0000 (GMT)", date(2026, 3, 31)),
        ("Tue Mar 31 2026 00:00:00 GMT-0800 (Pacific Standard Time)", date(2026, 3, 31)),
        ("Tue Mar 31 2026 10:00:00 GMT+0200 (CEST)", datetime(2026, 3, 31, 8, tzinfo=UTC)),
        ("Tue Mar 31 2026 10:00:00 GMT+0530", datetime(2026, 3, 31, 4, 30, tzinfo=UTC)),
    ],
)
def test_dates_of_javascript_are_read(read, written, due):
    content = f"ID,Team,Title,Status,Due Date,Cycle Name\nENG-1,Eng,Paint,Todo,{written},\n"
    (task,) = read("linear.csv", content).tasks
    assert task.due == due


@pytest.mark.parametrize("size", ["S", "m", "XL", "Medium"])
def test_sizes_of_an_effort_are_no_durations(read, size):
    parsed = read("list.csv", f"Name,Status,Effort\nPaint,Done,{size}\n")
    assert (parsed.tasks[0].estimate_minutes, parsed.warnings) == (None, ())


@pytest.mark.parametrize("host", ["www.notion.so", "notion.so"])
def test_a_relation_of_notion_is_its_name(read, host):
    content = f"Name,Status,Project,Blocked by\nPaint,Done,House (https://{host}/House-0123?pvs=21),\n"
    content += f'Sand,Todo,,"Paint (https://{host}/Paint-1), Varnish (https://{host}/V-2)"\n'
    paint, sand = read("db.csv", content).tasks
    assert (paint.project, sand.blocked_by) == ("House", (paint.external_id,))
    assert "Blocked by: Varnish" in sand.details


@pytest.mark.parametrize(
    ("lane", "status", "project"),
    [
        ("Done", TaskStatus.DONE, None),
        ("In Bearbeitung", TaskStatus.IN_PROGRESS, None),
        ("Terminé", TaskStatus.DONE, None),
        ("✅ Hecho", TaskStatus.DONE, None),
        ("Em andamento", TaskStatus.IN_PROGRESS, None),
        ("Garden", TaskStatus.OPEN, "Garden"),
        ("Inbox", TaskStatus.OPEN, None),
    ],
)
def test_list_that_names_a_state_is_the_state_and_no_project(read, lane, status, project):
    (task,) = read("board.csv", f"Title,List,Due\nPaint,{lane},2026-04-01\n").tasks
    assert (task.status, task.project) == (status, project)


@pytest.mark.parametrize("mark", ["true", "yes", "x", "2026-03-01"])
def test_archived_row_is_not_open(read, mark):
    (task,) = read("board.csv", f"Task,Status,Archived\nPaint,open,{mark}\n").tasks
    assert task.status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        ("100", TaskStatus.DONE),
        ("100%", TaskStatus.DONE),
        ("1.0", TaskStatus.DONE),
        ("40 %", TaskStatus.IN_PROGRESS),
        ("0", TaskStatus.OPEN),
        ("Completed", TaskStatus.DONE),
    ],
)
def test_progress_is_a_percentage_or_a_word(read, progress, status):
    parsed = read("list.csv", f"Task,Progress,Due\nPaint,{progress},2026-04-01\n")
    assert [task.status for task in parsed.tasks] == [status]
    assert parsed.warnings == ()


def test_project_with_a_comma_is_whole(read):
    (task,) = read("list.csv", 'Task,Project\nPaint,"Smith, Jones and Co"\n').tasks
    assert task.project == "Smith, Jones and Co"


def test_unknown_priority_is_one_warning(read):
    parsed = read("list.csv", "Task,Priority\nPaint,purple\nSand,purple\nOil,high\n")
    (warning,) = parsed.warnings
    assert "“purple”" in warning.message
