"""Tests of the schedule API: everything that the pages do."""

import pytest

from daybreak import people
from daybreak.people import Scope

from ...web.browser_client import BrowserClient  # noqa: TID252 - tests are no package that could be named

BASE_PATH = "/api/v1/schedule"
OPERATIONS = "/api/v1/operations/schedule"


async def test_schedule_is_changed_only_with_current_etag(api_client, user, database):
    seen = await api_client.get(BASE_PATH)
    assert seen.json()["weekdays"][0] == "monday"
    headers = {"If-Match": seen.headers["ETag"]}
    order = {"brief_time": "06:15", "weekdays": ["thursday", "monday"], "catch_up_minutes": 0}
    changed = await api_client.patch(BASE_PATH, json=order, headers=headers)
    assert changed.status_code == 200
    assert changed.json() == seen.json() | order | {"frequency": "chosen", "weekdays": ["monday", "thursday"]}
    late = await api_client.patch(BASE_PATH, json={"email": True}, headers=headers)
    assert (late.status_code, late.json()["current"]) == (412, changed.json())
    assert not (await people.find_by_email(database, user.email)).preferences.email
    assert (
        await api_client.get(BASE_PATH, headers={"If-None-Match": changed.headers["ETag"]})
    ).status_code == 304


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"brief_time": "25:00"}, "brief_time"),
        ({"brief_time": None, "frequency": "weekly"}, "weekdays"),
        ({"frequency": "hourly"}, "frequency"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [1]}, "weekdays"),
        ({"quiet_day": "sleep"}, "quiet_day"),
        ({"catch_up_minutes": 1201}, "catch_up_minutes"),
        ({"project_choice": "only"}, "projects"),
        ({"projects": ["a\nb"]}, "projects"),
        ({"zone": "Asia/Tokyo"}, "zone"),
    ],
)
async def test_invalid_value_is_rejected_at_its_field(api_client, user, database, order, field):
    for method, path in (("PATCH", BASE_PATH), ("POST", f"{BASE_PATH}/preview")):
        refused = await api_client.request(method, path, json=order)
        assert (refused.status_code, [name.split(".")[0] for name in refused.json()["errors"]]) == (
            422,
            [field],
        )
    assert await people.find_by_email(database, user.email) == user


async def test_preview_equals_the_briefs_after_saving(api_client):
    before = (await api_client.get(f"{BASE_PATH}/next?count=3")).json()
    order = {"brief_time": "23:00", "frequency": "weekdays"}
    preview = (await api_client.post(f"{BASE_PATH}/preview?count=3", json=order)).json()
    assert (await api_client.get(f"{BASE_PATH}/next?count=3")).json() == before
    await api_client.patch(BASE_PATH, json=order)
    assert (await api_client.get(f"{BASE_PATH}/next?count=3")).json() == preview
    assert [one["local_date"] for one in preview["briefs"]] == ["2026-03-30", "2026-03-31", "2026-04-01"]
    assert (await api_client.get(f"{BASE_PATH}/next?count=51")).status_code == 422


async def test_pause_lasts_until_resumed(api_client):
    assert not (await api_client.post(f"{BASE_PATH}/pause")).json()["active"]
    assert (await api_client.get(f"{BASE_PATH}/next")).json() == {
        "active": False,
        "error": None,
        "briefs": [],
    }
    assert (await api_client.post(f"{BASE_PATH}/resume")).json()["active"]
    assert len((await api_client.get(f"{BASE_PATH}/next?count=50")).json()["briefs"]) == 50


async def test_history_is_paginated_and_pending_day_is_explained(api_client, user, insert_days):
    await insert_days(user, 5, "skipped", "silent")
    found, after = [], ""
    while after is not None:
        page = (await api_client.get(f"{BASE_PATH}/history?limit=2{after}")).json()
        found += [one["local_date"] for one in page["items"]]
        after = page["next"] and f"&after={page['next']}"
    assert found == [f"2026-03-{day}" for day in (29, 28, 27, 26, 25)]
    pending = (await api_client.get(f"{BASE_PATH}/explanation")).json()["pending"]
    assert [(one["local_date"], one["outcome"], one["reason"]) for one in pending] == [
        ("2026-03-30", "enqueued", "due")
    ]


async def test_user_can_retry_after_an_error(api_client, user, break_timezone):
    await api_client.get(f"{BASE_PATH}/next")
    await break_timezone(user)
    assert "Mars/Olympus" in (await api_client.get(f"{BASE_PATH}/next")).json()["error"]
    assert (await api_client.post(f"{BASE_PATH}/retry")).json() == {"users": 1}
    assert len((await api_client.get(f"{BASE_PATH}/next")).json()["briefs"]) == 5


async def test_read_only_token_changes_nothing(application, database, user, anna_is_admin):
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "A reader", Scope.READ, 30)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {secret}"}
    async with BrowserClient.open(application, database) as reader:
        for path in (BASE_PATH, OPERATIONS):
            assert (await reader.get(path, headers=headers)).status_code == 200
        for path in (f"{BASE_PATH}/pause", f"{BASE_PATH}/retry", f"{OPERATIONS}/retry"):
            refused = await reader.client.post(path, json={}, headers=headers)
            assert (refused.status_code, "read-only" in refused.json()["detail"]) == (403, True)


async def test_operator_sees_all_users_and_retries_errors(
    api_client, anna_is_admin, user, other_user, insert_days, break_timezone
):
    await api_client.get(f"{BASE_PATH}/next")
    await insert_days(other_user, 3, "missed", "too_late")
    await break_timezone(other_user)
    seen = (await api_client.get(OPERATIONS)).json()
    assert seen["errors"] >= 1
    assert seen["missed"] >= 1
    errors = (await api_client.get(f"{OPERATIONS}/errors?limit=200")).json()["items"]
    assert other_user.email in {one["email"] for one in errors}
    days = (await api_client.get(f"{OPERATIONS}/days-without-brief?limit=200")).json()["items"]
    assert {"2026-03-29"} == {one["local_date"] for one in days if one["email"] == other_user.email}
    tried = await api_client.post(f"{OPERATIONS}/retry", json={"user": str(other_user.id)})
    assert tried.json() == {"users": 1}
    errors = (await api_client.get(f"{OPERATIONS}/errors?limit=200")).json()["items"]
    assert other_user.email not in {one["email"] for one in errors}
