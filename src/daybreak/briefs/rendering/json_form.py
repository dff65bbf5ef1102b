"""The document as JSON that is safe to print: the stored JSON, indented."""

import re

import orjson

from daybreak.briefs.document.model import Document
from daybreak.briefs.wording.entries import with_texts

_UNSAFE_TO_PRINT = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def render_json(document: Document) -> str:
    r"""Return one JSON object, indented; it ends with a line feed.

    Characters that control a terminal or reorder its text are written as ``\uXXXX``: the same JSON.
    """
    text = orjson.dumps(with_texts(document), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return _UNSAFE_TO_PRINT.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
