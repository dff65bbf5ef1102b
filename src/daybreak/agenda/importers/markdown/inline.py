"""Inline Markdown as plain text."""

import re

# Each with a sign that its matches contain.
_REPLACEMENTS = (
    ("]]", re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    ("](", re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    ("<http", re.compile(r"<(https?://[^<>\s]+)>"), r"\1"),
    ("**", re.compile(r"\*\*([^*]+)\*\*"), r"\1"),
    ("__", re.compile(r"(?<!\w)__([^_]+)__(?!\w)"), r"\1"),
    ("~~", re.compile(r"~~([^~]+)~~"), r"\1"),
    ("==", re.compile(r"==([^=]+)=="), r"\1"),
    ("*", re.compile(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])"), r"\1"),
    ("_", re.compile(r"(?<!\w)_([^\s_](?:[^_]*[^\s_])?)_(?!\w)"), r"\1"),
    ("`", re.compile(r"`([^`]+)`"), r"\1"),
    ("^", re.compile(r"\s\^[\w-]+$"), ""),
)


_COMMENTS = (("<!--", "-->"), ("%%", "%%"))
_MAX_LINE_LENGTH = 4_000


def strip_markup(markdown: str) -> str:
    """Return one line, at most 4,000 characters of it, without emphasis, link targets and block id."""
    markdown = markdown[:_MAX_LINE_LENGTH]
    for opening, closing in _COMMENTS:
        markdown = _strip_between(markdown, opening, closing)
    for sign, pattern, replacement in _REPLACEMENTS:
        if sign in markdown:
            markdown = pattern.sub(replacement, markdown)
    return markdown.strip()


def _strip_between(text: str, opening: str, closing: str) -> str:
    """Return the text without comments; a pattern would search the end again from each opening sign."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + len(closing)
    return "".join((*kept, text[at:]))
