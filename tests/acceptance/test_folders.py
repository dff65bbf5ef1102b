"""A folder that is added in the browser under “daybreak up”, and edited."""

import re
import signal
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from .logged_process import is_listening
from .waiting import wait_until

pytestmark = pytest.mark.integration


def open_browser() -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")]
    return opener


def test_edited_file_of_an_added_folder_is_on_the_pages_within_seconds(daybreak, folder, unused_port):
    plans = folder / "plans"
    plans.mkdir()
    (plans / "todo.md").write_text("- [ ] Call Berta\n", encoding="utf-8")
    up = daybreak.with_environment(HOME=str(folder)).start("up", "--port", unused_port)
    try:
        lines = (up.stdout.readline().decode() for _ in range(10))
        link = next(line for line in lines if "Sign-in link" in line).split()[-1]
        wait_until(lambda: is_listening(unused_port))
        address, me = f"http://127.0.0.1:{unused_port}", open_browser()
        me.open(link, data=b"", timeout=60).close()

        def read(path: str) -> str:
            with me.open(f"{address}{path}", timeout=60) as page:
                return page.read().decode()

        def wait_for(words: str, path: str) -> None:
            wait_until(lambda: words in read(path), every=0.5)  # below the rate at which pages are served

        assert str(plans) in read("/agenda/sources/folders?" + urllib.parse.urlencode({"path": str(folder)}))
        form = urllib.parse.urlencode({"path": str(plans)}).encode()
        me.open(f"{address}/agenda/sources/folders", data=form, timeout=60).close()
        wait_for("Call Berta", "/agenda")
        wait_for("changes are read within seconds", "/agenda/sources")
        (plans / "todo.md").write_text("- [ ] Call Berta\n- [ ] Water the plants\n", encoding="utf-8")
        wait_for("Water the plants", "/agenda")
        (plans / "garden").mkdir()
        (plans / "garden/more.md").write_text("- [ ] Buy seeds\n", encoding="utf-8")
        wait_for("Buy seeds", "/agenda")
        listed = daybreak("sources", "list").out
        assert re.search(r"plans\t.*within seconds", listed)
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        assert re.search(r"plans\t.*every 15 minutes", daybreak("sources", "list").out)
    finally:
        up.kill()
        up.communicate(timeout=60)
