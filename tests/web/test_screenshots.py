"""Test that every page has a screenshot, and that README's images have alternative texts."""

import re
from pathlib import Path

from daybreak import server, wiring
from daybreak.web import WebSettings

from .route_inventory import list_route_methods

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs/screenshots"
SHOT = re.compile(r'Screenshot\("(?P<name>[\w-]+)", "(?P<path>[^"]+)"')
SHOTS = SHOT.findall(Path(__file__).with_name("screenshots.py").read_text(encoding="utf-8"))
IMAGE = re.compile(r"!\[(?P<caption>[^\]]*)\]\((?P<path>[^)]+)\)")
MOST = 2 * 1024 * 1024
# Routes without a page of their own: streams, downloads, forms and signed-out pages.
ALIKE = re.compile(
    r"/stream$|/preview$|/export$|/new$|/edit$|/link/|^/(invitation|reset|static|welcome/|healthz|readyz|api/)"
)
LIKE_ANOTHER = {
    "/briefs/{day}": "today",
    "/agenda/notes/{note_id}": "event",
    "/agenda/sources/folders": "sources",  # it lists folders of the machine
    "/settings/access/events": "security-events",
    "/settings/identities": "tokens",
}


def shape(path: str) -> str:
    return re.sub(r"{\w+(:\w+)?}", "{}", path.partition("?")[0])


def test_every_page_has_a_screenshot():
    app = server.build_app(WebSettings(), wiring.DatabaseUrls("nowhere", None, embedded=False))
    pages = {
        route.path
        for route in list_route_methods(app)
        if route.method == "GET" and not ALIKE.search(route.path)
    }
    shown = {shape(path) for _, path in SHOTS}
    assert {path for path in pages - LIKE_ANOTHER.keys() if shape(path) not in shown} == set()


def test_screenshots_are_current_and_small():
    files = list(PICTURES.glob("*.png"))
    assert {one.stem for one in files} == {name for name, _ in SHOTS}, "run make screenshots"
    assert sum(one.stat().st_size for one in files) < MOST


def test_readme_images_exist_and_have_alt_texts():
    images = IMAGE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert images
    for caption, path in images:
        assert len(caption) > 20, path
        assert (ROOT / path).is_file(), path
