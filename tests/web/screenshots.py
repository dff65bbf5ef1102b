"""Screenshots of every page, with sample data and a fixed date.

python tests/web/screenshots.py              the screenshots in docs/screenshots
python tests/web/screenshots.py --all FOLDER each page light and dark, wide and narrow, for review
"""

import argparse
import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright
from sample_app import SampleApp, run_sample_app

from daybreak import telemetry

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"]
FOLDER = Path(__file__).parents[2] / "docs/screenshots"
QUANTIZE_SCRIPT = Path(__file__).with_name("quantize_png.js")
WIDE, NARROW = (1280, 800), (320, 640)
MAX_HEIGHT = 1800


@dataclass(frozen=True)
class Screenshot:
    """A screenshot: name and address, with placeholders like `{task}` for ids of the sample."""

    name: str
    path: str
    dark: bool = False
    signed_out: bool = False


SCREENSHOTS = [
    Screenshot("today", "/"),
    Screenshot("today-dark", "/", dark=True),
    Screenshot("briefs", "/briefs"),
    Screenshot("search", "/briefs?q=invoice"),
    Screenshot("agenda", "/agenda"),
    Screenshot("board", "/agenda/board"),
    Screenshot("task", "/agenda/tasks/{task}"),
    Screenshot("calendar", "/agenda/calendar"),
    Screenshot("event", "/agenda/events/{event}"),
    Screenshot("projects", "/agenda/projects"),
    Screenshot("project", "/agenda/projects/{project}"),
    Screenshot("notes", "/agenda/notes"),
    Screenshot("sources", "/agenda/sources"),
    Screenshot("source", "/agenda/sources/{source}"),
    Screenshot("runs", "/runs"),
    Screenshot("run", "/runs/{run}"),
    Screenshot("operations", "/operations"),
    Screenshot("schedule-overview", "/operations/schedule"),
    Screenshot("settings", "/settings"),
    Screenshot("schedule", "/settings/schedule"),
    Screenshot("access", "/settings/access"),
    Screenshot("tokens", "/settings/tokens"),
    Screenshot("data", "/settings/data"),
    Screenshot("members", "/settings/members"),
    Screenshot("security-events", "/settings/members/events"),
    Screenshot("welcome", "/welcome"),
    Screenshot("sign-in", "/sign-in", signed_out=True),
]


@asynccontextmanager
async def open_pages(sample: SampleApp) -> AsyncIterator[tuple[Page, Page]]:
    """Open a page with Anna signed in, and one signed out."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        annas = await browser.new_context(reduced_motion="reduce", locale="en-GB")
        await annas.add_cookies([sample.cookie])
        strangers = await browser.new_context(reduced_motion="reduce", locale="en-GB")
        yield await annas.new_page(), await strangers.new_page()
        await browser.close()


async def take_screenshot(page: Page, address: str, *, dark: bool, size: tuple[int, int]) -> bytes:
    """Take a screenshot of a page from its top, with a limited height."""
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if dark else "light")
    answer = await page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} answered {answer and answer.status}")
    long = await page.evaluate("document.documentElement.scrollHeight")
    clip: Any = {"x": 0, "y": 0, "width": width, "height": min(max(long, height), MAX_HEIGHT)}
    return await page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")


async def quantize(page: Page, png: bytes) -> bytes:
    """Return the image with a palette."""
    await page.goto("about:blank")
    packed = await page.evaluate(QUANTIZE_SCRIPT.read_text(encoding="utf-8"), base64.b64encode(png).decode())
    return min(base64.b64decode(packed), png, key=len)


def list_screenshots(every_way: bool) -> list[tuple[Screenshot, str, bool, tuple[int, int]]]:
    """Return each screenshot with its file name."""
    if not every_way:
        return [(shot, shot.name, shot.dark, WIDE) for shot in SCREENSHOTS]
    sizes = {"wide": WIDE, "narrow": NARROW}
    return [
        (shot, f"{shot.name}-{'dark' if dark else 'light'}-{size}", dark, sizes[size])
        for shot in SCREENSHOTS
        if not shot.dark
        for dark in (False, True)
        for size in sizes
    ]


async def take_all(*, every_way: bool) -> dict[str, bytes]:
    """Return all screenshots by file name."""
    taken = {}
    async with run_sample_app() as sample, open_pages(sample) as (annas, strangers):
        for shot, name, dark, size in list_screenshots(every_way):
            page = strangers if shot.signed_out else annas
            address = sample.address + shot.path.format(**sample.ids)
            taken[f"{name}.png"] = await quantize(
                page, await take_screenshot(page, address, dark=dark, size=size)
            )
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--all", action="store_true", help="each page light and dark, wide and narrow")
    given = parser.parse_args()
    telemetry.configure("error")
    taken = asyncio.run(take_all(every_way=given.all))
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, png in taken.items():
        (given.folder / name).write_bytes(png)
    total = sum(map(len, taken.values())) / 2**20
    print(f"{len(taken)} pictures in {given.folder}, {total:.1f} MiB")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
