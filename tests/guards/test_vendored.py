"""Test that vendored files are unmodified and have their licences."""

import hashlib
from pathlib import Path

import daybreak

VENDOR = Path(daybreak.__file__).parent / "web/static/vendor"
AS_PUBLISHED = {
    "htmx.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "htmx-sse.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
    "pico.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",
}
LICENCES = {
    "htmx": "Zero-Clause BSD",
    "pico": "MIT License",
}


def test_vendored_files_are_unmodified():
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.*s")}
    assert {name: found.get(name) for name in AS_PUBLISHED} == AS_PUBLISHED
    assert {name for name in found if name.endswith((".js", ".css"))} == AS_PUBLISHED.keys()


def test_vendored_licences_exist():
    for name, words in LICENCES.items():
        assert words in (VENDOR / f"LICENSE.{name}").read_text(encoding="utf-8"), name
