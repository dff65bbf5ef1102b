"""Invented exports in the JSON of each program."""


def make_card(number: int, name: str, **values: object) -> dict[str, object]:
    return {
        "id": f"6500000000000000000000c{number}",
        "badges": {"attachments": 0, "due": None},
        "closed": False,
        "dateLastActivity": "2026-03-20T08:00:00.000Z",
        "desc": "",
        "due": None,
        "dueComplete": False,
        "idBoard": "b1",
        "idList": "l1",
        "idMembers": [],
        "labels": [],
        "name": name,
        "start": None,
        **values,
    }


TRELLO = {
    "id": "b1",
    "name": "House",
    "desc": "",
    "closed": False,
    "idOrganization": None,
    "shortUrl": "https://cards.example/b1",
    "actions": [
        {
            "id": "a1",
            "type": "updateCard",
            "data": {"card": {"id": "x", "name": "Not a task", "idList": "l1"}},
        }
    ],
    "cards": [
        make_card(
            1,
            "Paint the hall",
            due="2026-03-30T09:00:00.000Z",
            desc="two coats",
            idMembers=["m1", "m2"],
            labels=[{"id": "x", "name": "wall", "color": "red"}, {"id": "y", "name": "", "color": "blue"}],
        ),
        make_card(2, "Sand the door", closed=True),
        make_card(3, "Buy paint", idList="l2"),
        make_card(4, "Hang the lamp", idList="l3"),
        make_card(5, "Old wish", idList="l4"),
        make_card(6, "Card for copies", isTemplate=True),
        make_card(7, "Order tiles", dueComplete=True, due="2026-03-01T09:00:00.000Z"),
    ],
    "lists": [
        {"id": "l1", "name": "Doing", "closed": False, "idBoard": "b1", "pos": 1},
        {"id": "l2", "name": "Fertig", "closed": False, "idBoard": "b1", "pos": 2},
        {"id": "l3", "name": "Upstairs", "closed": False, "idBoard": "b1", "pos": 3},
        {"id": "l4", "name": "Ideas", "closed": True, "idBoard": "b1", "pos": 4},
    ],
    "members": [
        {"id": "m1", "fullName": "Anna Berg", "username": "anna"},
        {"id": "m2", "fullName": "Tom", "username": "tom"},
    ],
    "checklists": [
        {
            "id": "k1",
            "idCard": "6500000000000000000000c1",
            "name": "Tools",
            "checkItems": [
                {"id": "i1", "name": "Brush", "state": "complete", "due": None},
                {
                    "id": "i2",
                    "name": "Rent a ladder",
                    "state": "incomplete",
                    "due": "2026-03-29T09:00:00.000Z",
                },
            ],
        }
    ],
}
GOOGLE = {
    "kind": "tasks#taskLists",
    "items": [
        {
            "kind": "tasks#tasks",
            "id": "g1",
            "title": "House",
            "updated": "2026-03-20T08:00:00.000Z",
            "items": [
                {
                    "kind": "tasks#task",
                    "id": "t1",
                    "title": "Paint the hall",
                    "updated": "2026-03-20T08:00:00.000Z",
                    "notes": "two coats",
                    "due": "2026-03-30T00:00:00.000Z",
                    "status": "needsAction",
                    "starred": True,
                },
                {
                    "kind": "tasks#task",
                    "id": "t2",
                    "parent": "t1",
                    "title": "Buy paint",
                    "status": "completed",
                    "completed": "2026-03-28T08:00:00.000Z",
                    "hidden": True,
                },
                {
                    "kind": "tasks#task",
                    "id": "t3",
                    "title": "Old wish",
                    "status": "needsAction",
                    "deleted": True,
                },
                {"kind": "tasks#task", "id": "t5", "title": "", "status": "needsAction"},
            ],
        },
        {
            "kind": "tasks#tasks",
            "id": "g2",
            "title": "My Tasks",
            "items": [
                {
                    "kind": "tasks#task",
                    "id": "t4",
                    "title": "Call Anna",
                    "status": "needsAction",
                    "due": "2026-03-30T00:00:00Z",
                    "scheduled_time": [{"current": True, "start": "2026-03-30T13:00:00Z"}],
                }
            ],
        },
    ],
}
MICROSOFT = {
    "@odata.context": "https://graph.example/v1.0/$metadata#users('x')/todo/lists",
    "value": [
        {
            "displayName": "House",
            "id": "ml1",
            "wellknownListName": "none",
            "tasks": [
                {
                    "importance": "high",
                    "isReminderOn": False,
                    "status": "inProgress",
                    "title": "Paint the hall",
                    "lastModifiedDateTime": "2026-03-20T08:00:00.1234567Z",
                    "id": "AAMkADIyAAAhrbPWAAA=",
                    "categories": ["wall"],
                    "body": {"content": "<p>two &amp; a half coats</p>", "contentType": "html"},
                    "dueDateTime": {"dateTime": "2026-03-30T00:00:00.0000000", "timeZone": "UTC"},
                    "recurrence": {"pattern": {"type": "weekly", "interval": 1}},
                    "checklistItems": [{"displayName": "Brush", "isChecked": True}],
                },
                {
                    "importance": "normal",
                    "status": "completed",
                    "title": "Buy paint",
                    "id": "AAMkADIyAAAhrbPXAAA=",
                    "completedDateTime": {"dateTime": "2026-03-28T00:00:00.0000000", "timeZone": "UTC"},
                },
            ],
        },
        {
            "displayName": "Tasks",
            "id": "ml2",
            "wellknownListName": "defaultList",
            "tasks": [
                {
                    "importance": "low",
                    "status": "waitingOnOthers",
                    "title": "Ask the landlord",
                    "id": "AAMkADIyAAAhrbPYAAA=",
                }
            ],
        },
    ],
}
GITHUB = [
    {
        "assignees": [{"id": "u1", "login": "anna", "name": ""}, {"login": "tom"}],
        "body": "two coats",
        "closedAt": None,
        "labels": [{"id": "x", "name": "wall"}, {"name": "priority: high"}],
        "milestone": {"number": 1, "title": "Spring", "dueOn": "2026-03-30T07:00:00Z"},
        "number": 12,
        "state": "OPEN",
        "title": "Paint the hall",
        "updatedAt": "2026-03-20T08:00:00Z",
        "url": "https://github.com/berg/house/issues/12",
    },
    {
        "assignees": [],
        "closedAt": "2026-03-28T08:00:00Z",
        "labels": [],
        "number": 13,
        "state": "CLOSED",
        "stateReason": "COMPLETED",
        "title": "Buy paint",
        "url": "https://github.com/berg/house/issues/13",
    },
    {
        "labels": [],
        "number": 14,
        "state": "CLOSED",
        "stateReason": "NOT_PLANNED",
        "title": "Old wish",
        "url": "",
    },
]
GITLAB = [
    {
        "id": 90000001,
        "iid": 3,
        "title": "Paint the hall",
        "description": "two coats",
        "state": "opened",
        "labels": ["wall"],
        "assignees": [{"username": "anna"}],
        "milestone": None,
        "due_date": "2026-03-30",
        "web_url": "https://gitlab.com/berg/house/-/issues/3",
    },
    {"id": 90000002, "iid": 4, "title": "Buy paint", "state": "closed", "labels": [], "web_url": ""},
]
PROJECT = {
    "items": [
        {
            "assignees": ["anna"],
            "content": {
                "body": "two coats",
                "number": 12,
                "repository": "berg/house",
                "type": "Issue",
                "url": "",
            },
            "id": "PVTI_1",
            "labels": ["wall"],
            "status": "In Progress",
            "title": "Paint the hall",
        },
        {"content": {"type": "DraftIssue"}, "id": "PVTI_2", "status": "Done", "title": "Buy paint"},
    ],
    "totalCount": 2,
}
SUPER = {
    "timestamp": 1774000000000,
    "crossModelVersion": 4.2,
    "data": {
        "project": {"ids": ["p1"], "entities": {"p1": {"id": "p1", "title": "House", "taskIds": ["s1"]}}},
        "tag": {"ids": ["TODAY", "w"], "entities": {"TODAY": {"title": "Today"}, "w": {"title": "wall"}}},
        "task": {
            "ids": ["s1", "s2", "s3"],
            "entities": {
                "s1": {
                    "id": "s1",
                    "title": "Paint the hall",
                    "isDone": False,
                    "projectId": "p1",
                    "tagIds": ["TODAY", "w"],
                    "dueDay": "2026-03-30",
                    "timeEstimate": 5400000,
                    "notes": "two coats",
                    "subTaskIds": ["s2"],
                },
                "s2": {
                    "id": "s2",
                    "title": "Buy paint",
                    "isDone": True,
                    "doneOn": 1774684800000,
                    "parentId": "s1",
                },
                "s3": {"id": "s3", "title": "Call Anna", "isDone": False, "dueWithTime": 1774875600000},
            },
        },
    },
}
SAMPLES = {
    "trello.json": TRELLO,
    "Tasks.json": GOOGLE,
    "todo.json": MICROSOFT,
    "issues.json": GITHUB,
    "gitlab.json": GITLAB,
    "project.json": PROJECT,
    "super.json": SUPER,
}
