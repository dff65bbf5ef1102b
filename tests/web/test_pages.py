"""Test forms, flash messages, errors and static files with example pages."""

import gzip

from structlog.testing import capture_logs


async def test_flash_is_shown_once_with_an_undo(tester):
    done = await tester.post("/trial/rename", title=" <b>new</b> ")
    assert (done.status_code, done.headers["location"]) == (303, "/settings")
    said = (await tester.get("/settings")).text
    assert "Now it is “&lt;b&gt;new&lt;/b&gt;” []." in said
    assert '<form method="post" action="/trial/rename">' in said
    assert '<input type="hidden" name="title" value="&lt;before&gt;">' in said
    assert "Now it is" not in (await tester.get("/settings")).text


async def test_forged_flash_is_not_shown(tester):
    await tester.post("/trial/rename", title="new")
    value = tester.client.cookies["daybreak-flash"]
    tester.client.cookies.delete("daybreak-flash")
    tester.client.cookies.set("daybreak-flash", value[::-1], domain="127.0.0.1")
    page = await tester.get("/settings")
    assert (page.status_code, "Now it is" in page.text) == (200, False)


async def test_form_has_field_errors_and_list_values(tester):
    wrong = await tester.post("/trial/rename", title="   ")
    assert (wrong.status_code, "Title can&#39;t be empty." in wrong.text) == (422, True)
    await tester.post("/trial/rename", title="x", colours=["red", "blue"])
    assert "[&#39;red&#39;, &#39;blue&#39;]" in (await tester.get("/settings")).text


async def test_redirect_to_another_site_is_an_internal_error(tester):
    assert (await tester.get("/trial/elsewhere")).status_code == 500


async def test_internal_error_exposes_no_internals(tester):
    with capture_logs() as logged:
        broken = await tester.get("/trial/breaks")
    assert [one["error"] for one in logged if one["event"] == "web.defect"] == ["ZeroDivisionError"]
    assert broken.status_code == 500
    assert "a secret value" not in broken.text
    assert "ZeroDivision" not in broken.text
    assert broken.headers["x-request-id"] in broken.text
    assert "default-src 'none'" in broken.headers["content-security-policy"]
    with capture_logs():
        told = await tester.get("/trial/breaks", headers={"Accept": "application/json"})
    assert (told.json()["status"], "secret" in told.text) == (500, False)


async def test_retryable_error_offers_a_retry(tester):
    asked = await tester.get("/trial/silent")
    assert (asked.status_code, "Try again" in asked.text) == (503, True)


async def test_invalid_query_value_is_an_error_of_its_parameter(tester):
    asked = await tester.get("/trial/strange?number=x", headers={"Accept": "application/json"})
    assert asked.status_code == 422
    assert asked.json()["errors"] == {"number": "Number must be a whole number."}


async def test_oversized_request_is_rejected_with_or_without_its_length(tester):
    fits = await tester.client.post("/trial/body", content=b"x" * 20_000, headers=tester.ours)
    assert (fits.status_code, fits.text) == (200, "20000")
    long = await tester.client.post("/trial/body", content=b"x" * 20_001, headers=tester.ours)
    assert (long.status_code, "too large" in long.text) == (413, True)

    async def parts():
        for _ in range(30):
            yield b"x" * 1000

    streamed = await tester.client.post("/trial/body", content=parts(), headers=tester.ours)
    assert streamed.status_code == 413


async def test_responses_are_compressed_and_static_files_cached(tester):
    page = await tester.get("/settings")
    assert page.headers["content-encoding"] == "gzip"
    address = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    file = await tester.get(address)
    assert file.headers["content-encoding"] == "gzip"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"].startswith("text/css")
    plain = await tester.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.text == file.text
    assert len(gzip.compress(plain.content)) < len(plain.content)
    assert (await tester.get(address.replace("/static/", "/static/0"))).status_code == 404


async def test_theme_is_stored_and_unknown_one_rejected(tester):
    await tester.post("/theme", theme="dark", next="/settings")
    assert '<html lang="en" data-theme="dark">' in (await tester.get("/settings")).text
    sent = await tester.post("/theme", theme="pink", next="//evil.example")
    assert sent.headers["location"] == "/"
    assert '<html lang="en">' in (await tester.get("/settings")).text
