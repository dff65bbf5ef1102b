"""Test forms, flash messages, errors and static files with example pages."""

import gzip
import re

from structlog.testing import capture_logs

from daybreak import server, wiring
from daybreak.web import WebSettings

from .browser_client import BrowserClient


async def test_flash_is_shown_once_with_an_undo(example_client):
    done = await example_client.post("/example/rename", title=" <b>new</b> ")
    assert (done.status_code, done.headers["location"]) == (303, "/settings")
    page = (await example_client.get("/settings")).text
    assert "Now it is “&lt;b&gt;new&lt;/b&gt;” []." in page
    assert '<form method="post" action="/example/rename">' in page
    assert '<input type="hidden" name="title" value="&lt;before&gt;">' in page
    assert "Now it is" not in (await example_client.get("/settings")).text


async def test_forged_flash_is_not_shown(example_client):
    await example_client.post("/example/rename", title="new")
    value = example_client.client.cookies["daybreak-flash"]
    example_client.client.cookies.delete("daybreak-flash")
    example_client.client.cookies.set("daybreak-flash", value[::-1], domain="127.0.0.1")
    page = await example_client.get("/settings")
    assert (page.status_code, "Now it is" in page.text) == (200, False)


async def test_form_has_field_errors_and_list_values(example_client):
    wrong = await example_client.post("/example/rename", title="   ")
    assert (wrong.status_code, "Title can’t be empty." in wrong.text) == (422, True)
    await example_client.post("/example/rename", title="x", colours=["red", "blue"])
    assert "[&#39;red&#39;, &#39;blue&#39;]" in (await example_client.get("/settings")).text


async def test_redirect_to_another_site_is_an_internal_error(example_client):
    assert (await example_client.get("/example/elsewhere")).status_code == 500


async def test_internal_error_exposes_no_internals(example_client):
    with capture_logs() as logged:
        broken = await example_client.get("/example/breaks")
    errors = [one["error"] for one in logged if one["event"] == "web.unhandled_exception"]
    assert errors == ["ZeroDivisionError"]
    assert broken.status_code == 500
    assert "a secret value" not in broken.text
    assert "ZeroDivision" not in broken.text
    assert broken.headers["x-request-id"] in broken.text
    assert "default-src 'none'" in broken.headers["content-security-policy"]
    with capture_logs():
        response = await example_client.get("/example/breaks", headers={"Accept": "application/json"})
    assert (response.json()["status"], "secret" in response.text) == (500, False)


async def test_retryable_error_offers_a_retry(example_client):
    asked = await example_client.get("/example/silent")
    assert (asked.status_code, "Try again" in asked.text) == (503, True)


async def test_invalid_query_value_is_an_error_of_its_parameter(example_client):
    asked = await example_client.get("/example/strange?number=x", headers={"Accept": "application/json"})
    assert asked.status_code == 422
    assert asked.json()["errors"] == {"number": "Number must be a whole number."}


async def test_oversized_request_is_rejected_with_or_without_its_length(example_client):
    fits = await example_client.client.post(
        "/example/body", content=b"x" * 20_000, headers=example_client.same_origin_headers
    )
    assert (fits.status_code, fits.text) == (200, "20000")
    long = await example_client.client.post(
        "/example/body", content=b"x" * 20_001, headers=example_client.same_origin_headers
    )
    assert (long.status_code, "too large" in long.text) == (413, True)

    async def parts():
        for _ in range(30):
            yield b"x" * 1000

    streamed = await example_client.client.post(
        "/example/body", content=parts(), headers=example_client.same_origin_headers
    )
    assert streamed.status_code == 413


async def test_responses_are_compressed_and_static_files_cached(example_client):
    page = await example_client.get("/settings")
    assert page.headers["content-encoding"] == "gzip"
    address = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    file = await example_client.get(address)
    assert file.headers["content-encoding"] == "gzip"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"].startswith("text/css")
    plain = await example_client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.text == file.text
    assert len(gzip.compress(plain.content)) < len(plain.content)
    assert (await example_client.get(address.replace("/static/", "/static/0"))).status_code == 404


async def test_theme_is_stored_and_unknown_one_rejected(example_client):
    await example_client.post("/theme", theme="dark", next="/settings")
    assert '<html lang="en" data-theme="dark">' in (await example_client.get("/settings")).text
    sent = await example_client.post("/theme", theme="pink", next="//evil.example")
    assert sent.headers["location"] == "/"
    assert '<html lang="en">' in (await example_client.get("/settings")).text


async def test_pages_beyond_the_rate_are_refused_as_pages(postgres, database, user):
    settings = WebSettings(port=8321, requests_per_minute=60)
    app = server.build_app(settings, wiring.DatabaseUrls(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app), BrowserClient.open(app, database) as browser:
        await browser.sign_in(user)
        answers = [await browser.get("/settings") for _ in range(20)]
        stylesheet = re.search(r'href="(/static/[^"]+)"', answers[0].text)[1]
        assert (await browser.get(stylesheet)).status_code == 200
    assert answers[0].status_code == 200
    assert (answers[-1].status_code, "Too many requests" in answers[-1].text) == (429, True)
    assert answers[-1].headers["Content-Type"].startswith("text/html")
    assert int(answers[-1].headers["Retry-After"]) >= 1
