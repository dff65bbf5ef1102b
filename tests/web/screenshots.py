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
from sampled import Sample, sampled

from daybreak import telemetry

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"]
FOLDER = Path(__file__).parents[2] / "docs/screenshots"
SHRINK = Path(__file__).with_name("shrink.js")
WIDE, NARROW = (1280, 800), (320, 640)
TALLEST = 1800


@dataclass(frozen=True)
class Shot:
    """A screenshot: name and address, with placeholders like `{task}` for ids of the sample."""

    name: str
    path: str
    dark: bool = False
    stranger: bool = False


SHOTS = [
    Shot("today", "/"),
    Shot("today-dark", "/", dark=True),
    Shot("briefs", "/briefs"),
    Shot("search", "/briefs?q=invoice"),
    Shot("agenda", "/agenda"),
    Shot("board", "/agenda/board"),
    Shot("task", "/agenda/tasks/{task}"),
    Shot("calendar", "/agenda/calendar"),
    Shot("event", "/agenda/events/{event}"),
    Shot("projects", "/agenda/projects"),
    Shot("project", "/agenda/projects/{project}"),
    Shot("notes", "/agenda/notes"),
    Shot("sources", "/agenda/sources"),
    Shot("source", "/agenda/sources/{source}"),
    Shot("runs", "/runs"),
    Shot("run", "/runs/{run}"),
    Shot("operations", "/operations"),
    Shot("timetable", "/operations/schedule"),
    Shot("settings", "/settings"),
    Shot("schedule", "/settings/schedule"),
    Shot("access", "/settings/access"),
    Shot("tokens", "/settings/tokens"),
    Shot("data", "/settings/data"),
    Shot("members", "/settings/members"),
    Shot("welcome", "/welcome"),
    Shot("sign-in", "/sign-in", stranger=True),
]


@asynccontextmanager
async def browsing(sample: Sample) -> AsyncIterator[tuple[Page, Page]]:
    """Open a page with Anna signed in, and one signed out."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        annas = await browser.new_context(reduced_motion="reduce", locale="en-GB")
        await annas.add_cookies([sample.cookie])
        strangers = await browser.new_context(reduced_motion="reduce", locale="en-GB")
        yield await annas.new_page(), await strangers.new_page()
        await browser.close()


async def shoot(page: Page, address: str, *, dark: bool, size: tuple[int, int]) -> bytes:
    """Take a screenshot of a page from its top, with a limited height."""
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if dark else "light")
    answer = await page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} answered {answer and answer.status}")
    long = await page.evaluate("document.documentElement.scrollHeight")
    clip: Any = {"x": 0, "y": 0, "width": width, "height": min(max(long, height), TALLEST)}
    return await page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")


async def shrink(page: Page, png: bytes) -> bytes:
    """Return the image with a palette."""
    await page.goto("about:blank")
    packed = await page.evaluate(SHRINK.read_text(encoding="utf-8"), base64.b64encode(png).decode())
    return min(base64.b64decode(packed), png, key=len)


def wanted(every_way: bool) -> list[tuple[Shot, str, bool, tuple[int, int]]]:
    """Return each screenshot with its file name."""
    if not every_way:
        return [(shot, shot.name, shot.dark, WIDE) for shot in SHOTS]
    sizes = {"wide": WIDE, "narrow": NARROW}
    return [
        (shot, f"{shot.name}-{'dark' if dark else 'light'}-{size}", dark, sizes[size])
        for shot in SHOTS
        if not shot.dark
        for dark in (False, True)
        for size in sizes
    ]


async def take(*, every_way: bool) -> dict[str, bytes]:
    """Return all screenshots by file name."""
    taken = {}
    async with sampled() as sample, browsing(sample) as (annas, strangers):
        for shot, name, dark, size in wanted(every_way):
            page = strangers if shot.stranger else annas
            address = sample.address + shot.path.format(**sample.ids)
            taken[f"{name}.png"] = await shrink(page, await shoot(page, address, dark=dark, size=size))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--all", action="store_true", help="each page light and dark, wide and narrow")
    given = parser.parse_args()
    telemetry.configure("error")
    taken = asyncio.run(take(every_way=given.all))
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, png in taken.items():
        (given.folder / name).write_bytes(png)
    total = sum(map(len, taken.values())) / 2**20
    print(f"{len(taken)} pictures in {given.folder}, {total:.1f} MiB")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
