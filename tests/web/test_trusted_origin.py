import pytest
from pydantic import ValidationError

from daybreak.errors import Misconfigured
from daybreak.web import WebSettings

PUBLIC_HOST = "daybreak.example.org"
TLS_ORIGIN = f"https://{PUBLIC_HOST}"


@pytest.mark.parametrize(
    ("url", "normalized"),
    [
        ("https://daybreak.example.org:443", "https://daybreak.example.org"),
        ("http://daybreak.example.org:80/", "http://daybreak.example.org"),
        ("https://daybreak.example.org:8443", "https://daybreak.example.org:8443"),
        ("HTTPS://Daybreak.Example.org.", "https://daybreak.example.org"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
    ],
)
def test_public_address_has_the_form_that_browsers_send(url, normalized):
    assert WebSettings(url=url).base_url == normalized


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://anna:secret@daybreak.example.org", "must not contain a user name"),
        ("https://daybreak.example.org/path", "without a path"),
        ("https://daybreak.example.org?x=1", "without a path"),
        ("https://daybreak.example.org:99999", "valid host and port"),
        ("https://faß.example", "xn--"),
    ],
)
def test_wrong_public_address_is_refused_with_one_sentence(url, words, monkeypatch):
    with pytest.raises(ValidationError, match=words):
        WebSettings(url=url)
    monkeypatch.setenv("DAYBREAK_WEB_URL", url)
    with pytest.raises(Misconfigured, match=words) as error:
        WebSettings.load()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "host",
    ["daybreak.example.org", "daybreak.example.org:443", "Daybreak.example.org", "daybreak.example.org."],
)
async def test_public_name_is_accepted_as_browsers_and_proxies_send_it(tls_client, host):
    assert (await tls_client.get("/sign-in", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["daybreak.example.org:80", "127.0.0.1:8321", "x.localhost:8321", "", "a:b:c"]
)
async def test_other_names_of_a_public_server_are_refused(tls_client, host):
    assert (await tls_client.get("/sign-in", headers={"Host": host})).status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost:8321", "127.0.0.1:8321", "[::1]:8321", "anna-7f3.localhost:8321"]
)
async def test_local_server_accepts_loopback_names(anonymous_client, host):
    assert (await anonymous_client.get("/sign-in", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8322", "localhost.example:8321", "127.0.0.2:8321"])
async def test_local_server_refuses_other_names(anonymous_client, host):
    assert (await anonymous_client.get("/sign-in", headers={"Host": host})).status_code == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [(TLS_ORIGIN, 422), (f"{TLS_ORIGIN}:443", 422), ("http://daybreak.example.org", 403), ("null", 403)],
)
async def test_origin_is_compared_with_its_scheme_behind_tls(tls_client, origin, status):
    assert (await tls_client.post("/sign-in", headers={"Origin": origin})).status_code == status


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8321", "http://127.0.0.1:8321", 422),
        ("127.0.0.1:8321", "https://127.0.0.1:8321", 403),
        ("127.0.0.1:8321", "http://localhost:9999", 403),
        ("anna-7f3.localhost:8321", "http://anna-7f3.localhost:8321", 422),
        ("anna-7f3.localhost:8321", "http://other.localhost:8321", 403),
    ],
)
async def test_origin_of_a_local_server_is_compared_with_its_host_and_scheme(
    anonymous_client, host, origin, status
):
    answer = await anonymous_client.post("/sign-in", headers={"Host": host, "Origin": origin})
    assert answer.status_code == status
