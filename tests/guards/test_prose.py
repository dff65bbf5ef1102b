"""The prose rules of STYLE.md: the field's verbs and nouns instead of metaphors and pronouns.

Checked are docstrings and comments of Python, comments of SQL, help texts and errors of `src`, and the
documents. Code in backticks and quoted texts are excluded. Sentences of briefs are data and excluded, too.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/daybreak"
AVOIDED = re.compile(
    r"""\b(
        doorbells? | rings? | rang | rung | ringing                    # job, dispatch, enqueue
      | sweep(?:s|er|ers|ing)? | swept | mend(?:s|ed|ing)?             # rescue, fix
      | upkeep | housekeeping | caretakers? | tid(?:y|ies|ied|ying)    # maintenance, purge, prune
      | lanes? | beats? | beating                                      # queue, heartbeat
      | tells? | told | telling | tellers?                             # notify, report, message
      | says? | said | saying                                          # state, return, record
      | hears? | heard | hearing                                       # receive, subscribe
      | gives | gave | stands? | stood                                 # return, exist
      | looks?\ (?:at|for) | looked(?!\ up) | looking(?!\ up)          # read, search
      | harvests? | whereabouts | blind[ -]?spots? | cures?            # parsed file, coverage warning, fix
      | sets?\ aside | left\ out | leaves?\ out | thinks?\ better      # error, omitted, excluded
      | whoever | whomever | whatever                                  # the worker, the client, the user
      | (?:some|no|any|every)body(?:'s)?
      | of\ (?:theirs|ours) | one\ does
      | (?:is|are|was|were|be)\ there(?=[.,;:)])
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Code, and texts that are quoted from a page, a file or a user.
EXCLUDED = re.compile(r"```.*?```|``[^`]*``|`[^`\n]*`|“[^”]*”", re.DOTALL)
# Places in which the word is meant: the file and the word, below the reason.
ALLOWED = {
    (
        "docs/adr/0006-job-and-truth.md",
        "doorbell",
    ),  # the metaphor is explained once, in its decision record
}
SQL_COMMENT = re.compile(r"(?:[^'-]|'[^']*'|-(?!-))*--(.*)")
TEXT_ARGUMENTS = {"help", "short_help", "epilog", "description", "summary"}


class Passage(NamedTuple):
    """A text with its file and first line."""

    path: str
    line: int
    text: str


def list_python_passages(source: str, path: str) -> Iterator[Passage]:
    """Return the docstrings, comments, help texts and errors of a Python file."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield Passage(path, node.lineno, text)
            case ast.Raise(exc=ast.Call(args=arguments)):
                yield from list_strings(arguments, path)
            case ast.keyword(arg=name, value=value) if name in TEXT_ARGUMENTS:
                yield from list_strings([value], path)
    if "#" in source:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield Passage(path, token.start[0], token.string)


def list_strings(nodes: list[ast.expr], path: str) -> Iterator[Passage]:
    """Return the string literals of expressions, including those in f-strings."""
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield Passage(path, part.lineno, part.value)


def list_sql_passages(source: str, path: str) -> Iterator[Passage]:
    """Return the comments of an SQL file; two hyphens in a string are no comment."""
    for number, line in enumerate(source.splitlines(), 1):
        comment = SQL_COMMENT.match(line)
        if comment and not comment[1].startswith(" name:"):
            yield Passage(path, number, comment[1])


def find_avoided(passage: Passage) -> Iterator[str]:
    """Return the avoided words of a text, each with file and line."""
    text = EXCLUDED.sub(lambda match: "\n" * match[0].count("\n"), passage.text)
    for match in AVOIDED.finditer(text):
        if (passage.path, match[0].lower()) not in ALLOWED:
            line = passage.line + text.count("\n", 0, match.start())
            context = " ".join(text[max(0, match.start() - 30) : match.end() + 30].split())
            yield f"{passage.path}:{line}: {match[0]} (… {context} …)"


def list_files(pattern: str, folder: Path = SOURCE) -> Iterator[tuple[str, str]]:
    """Return the paths and contents of files, sorted by path."""
    for path in sorted(folder.glob(pattern)):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_python_texts_use_plain_words():
    passages = (one for path, source in list_files("**/*.py") for one in list_python_passages(source, path))
    assert [found for passage in passages for found in find_avoided(passage)] == []


def test_sql_comments_use_plain_words():
    passages = (one for path, source in list_files("**/*.sql") for one in list_sql_passages(source, path))
    assert [found for passage in passages for found in find_avoided(passage)] == []


def test_documents_use_plain_words():
    documents = [*list_files("*.md", ROOT), *list_files("docs/**/*.md", ROOT)]
    assert len(documents) > 10
    assert [found for path, text in documents for found in find_avoided(Passage(path, 1, text))] == []


@pytest.mark.parametrize(
    "source",
    [
        '"""Wakes whoever follows runs."""',
        "def f():\n    '''Tell the worker.'''",
        "x = 1  # the doorbell was lost",
        'raise NotFound("Nobody was there to ring it.")',
        'raise NotFound(f"The {lane} said nothing.")',
        'Option("--all", help="Tidy up.")',
        'Field(default=1, description="How long a beat takes")',
    ],
)
def test_avoided_words_in_python_are_found(source):
    assert [found for one in list_python_passages(source, "x.py") for found in find_avoided(one)]


@pytest.mark.parametrize(
    "source",
    [
        'print("The doorbell rings.")',
        '"""Return the string, during the ``ring`` phase of `tell`; the page has “told”."""',
        "lane = 1",
    ],
)
def test_code_and_quotations_are_not_checked(source):
    assert [found for one in list_python_passages(source, "x.py") for found in find_avoided(one)] == []


def test_avoided_words_in_sql_comments_are_found():
    source = "-- name: tell\n-- Tell them.\nSELECT 'a -- ring'; -- swept"
    found = [one for passage in list_sql_passages(source, "x.sql") for one in find_avoided(passage)]
    assert [one.split(" (")[0] for one in found] == ["x.sql:2: Tell", "x.sql:3: swept"]


def test_line_numbers_count_in_passages_of_several_lines():
    assert next(find_avoided(Passage("x.md", 1, "a\n```\nring\n```\nupkeep"))).startswith("x.md:5: upkeep")
