"""Tests of the schedule API: everything that the pages do."""

import pytest

from daybreak import people
from daybreak.people import Scope

from ...web.browser_client import Browser  # noqa: TID252 - tests are no package that could be named

HERE = "/api/v1/schedule"
EVERYBODYS = "/api/v1/operations/schedule"


async def test_schedule_is_changed_only_with_current_etag(program, user, database):
    seen = await program.get(HERE)
    assert seen.json()["weekdays"][0] == "monday"
    headers = {"If-Match": seen.headers["ETag"]}
    order = {"brief_time": "06:15", "weekdays": ["thursday", "monday"], "catch_up_minutes": 0}
    changed = await program.patch(HERE, json=order, headers=headers)
    assert changed.status_code == 200
    assert changed.json() == seen.json() | order | {"frequency": "chosen", "weekdays": ["monday", "thursday"]}
    late = await program.patch(HERE, json={"email": True}, headers=headers)
    assert (late.status_code, late.json()["current"]) == (412, changed.json())
    assert not (await people.find(database, user.email)).preferences.email
    assert (await program.get(HERE, headers={"If-None-Match": changed.headers["ETag"]})).status_code == 304


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
async def test_invalid_value_is_rejected_at_its_field(program, user, database, order, field):
    for method, path in (("PATCH", HERE), ("POST", f"{HERE}/preview")):
        refused = await program.request(method, path, json=order)
        assert (refused.status_code, [name.split(".")[0] for name in refused.json()["errors"]]) == (
            422,
            [field],
        )
    assert await people.find(database, user.email) == user


async def test_preview_equals_the_briefs_after_saving(program):
    before = (await program.get(f"{HERE}/next?count=3")).json()
    order = {"brief_time": "23:00", "frequency": "weekdays"}
    preview = (await program.post(f"{HERE}/preview?count=3", json=order)).json()
    assert (await program.get(f"{HERE}/next?count=3")).json() == before
    await program.patch(HERE, json=order)
    assert (await program.get(f"{HERE}/next?count=3")).json() == preview
    assert [one["local_date"] for one in preview["briefs"]] == ["2026-03-30", "2026-03-31", "2026-04-01"]
    assert (await program.get(f"{HERE}/next?count=51")).status_code == 422


async def test_pause_lasts_until_resumed(program):
    assert not (await program.post(f"{HERE}/pause")).json()["active"]
    assert (await program.get(f"{HERE}/next")).json() == {"active": False, "aside": None, "briefs": []}
    assert (await program.post(f"{HERE}/resume")).json()["active"]
    assert len((await program.get(f"{HERE}/next?count=50")).json()["briefs"]) == 50


async def test_history_is_paginated_and_pending_day_is_explained(program, user, keep_days):
    await keep_days(user, 5, "skipped", "silent")
    found, after = [], ""
    while after is not None:
        page = (await program.get(f"{HERE}/history?limit=2{after}")).json()
        found += [one["local_date"] for one in page["items"]]
        after = page["next"] and f"&after={page['next']}"
    assert found == [f"2026-03-{day}" for day in (29, 28, 27, 26, 25)]
    pending = (await program.get(f"{HERE}/explanation")).json()["pending"]
    assert [(one["local_date"], one["outcome"], one["reason"]) for one in pending] == [
        ("2026-03-30", "rung", "due")
    ]


async def test_user_can_retry_after_an_error(program, user, break_zone):
    await program.get(f"{HERE}/next")
    await break_zone(user)
    assert "Mars/Olympus" in (await program.get(f"{HERE}/next")).json()["aside"]
    assert (await program.post(f"{HERE}/retry")).json() == {"people": 1}
    assert len((await program.get(f"{HERE}/next")).json()["briefs"]) == 5


async def test_read_only_token_changes_nothing(application, database, user, as_operator):
    async with database.transaction([user.id]) as tx:
        _, secret = await people.make_token(tx, user.id, "A reader", Scope.READ, 30)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {secret}"}
    async with Browser.open(application, database) as reader:
        for path in (HERE, EVERYBODYS):
            assert (await reader.get(path, headers=headers)).status_code == 200
        for path in (f"{HERE}/pause", f"{HERE}/retry", f"{EVERYBODYS}/retry"):
            refused = await reader.client.post(path, json={}, headers=headers)
            assert (refused.status_code, "read-only" in refused.json()["detail"]) == (403, True)


async def test_operator_sees_all_users_and_retries_errors(
    program, as_operator, user, other_user, keep_days, break_zone
):
    await program.get(f"{HERE}/next")
    await keep_days(other_user, 3, "missed", "too_late")
    await break_zone(other_user)
    seen = (await program.get(EVERYBODYS)).json()
    assert seen["aside"] >= 1
    assert seen["missed"] >= 1
    aside = (await program.get(f"{EVERYBODYS}/aside?limit=200")).json()["items"]
    assert other_user.email in {one["email"] for one in aside}
    left_out = (await program.get(f"{EVERYBODYS}/left-out?limit=200")).json()["items"]
    assert {"2026-03-29"} == {one["local_date"] for one in left_out if one["email"] == other_user.email}
    tried = await program.post(f"{EVERYBODYS}/retry", json={"user": str(other_user.id)})
    assert tried.json() == {"people": 1}
    aside = (await program.get(f"{EVERYBODYS}/aside?limit=200")).json()["items"]
    assert other_user.email not in {one["email"] for one in aside}
