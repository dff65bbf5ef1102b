"""Pictures of pages, for looking at them: light and dark, wide and narrow.

python tests/web/screenshots.py http://127.0.0.1:8321/sign-in/link/… FOLDER /settings /settings/tokens
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SIZES = {"wide": (1200, 800), "narrow": (320, 640)}


def shoot(browser: Browser, link: str, folder: Path, paths: list[str]) -> None:
    """Sign in by the link and take all pictures."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    home = "/".join(page.url.split("/")[:3])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for path in paths:
                page.goto(home + path)
                name = path.strip("/").replace("/", "-") or "home"
                page.screenshot(path=folder / f"{name}-{scheme}-{size}.png", full_page=True)


if __name__ == "__main__":
    link, folder, *paths = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shoot(browser, link, Path(folder), paths)
        browser.close()
