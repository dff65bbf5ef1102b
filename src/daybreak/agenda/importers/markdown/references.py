"""Items of a list that begin with a number or a letter in brackets, and are no tasks."""

from daybreak.agenda.importers.markdown.task_fields import has_fields, is_known_state
from daybreak.agenda.importers.markdown.tokens import Checkbox, MarkdownProse, MarkdownToken


def demote_references(tokens: list[MarkdownToken]) -> list[MarkdownToken]:
    """Return the tokens with “- [1] Smith, 2020” and the answers “- [a] Yes” as prose.

    A number is a box only if its line has a date or another field. A letter is one, too, if a box of the file
    has a usual sign or a field: themes give letters different meanings.
    """
    boxes = [token for token in tokens if isinstance(token, Checkbox)]
    doubtful = {box.line for box in boxes if _is_doubtful(box)}
    if not doubtful:
        return tokens
    dated = {box.line for box in boxes if has_fields(box.text)}
    if dated or any(not box.state.isalnum() or box.state in {"x", "X"} for box in boxes):
        doubtful = {box.line for box in boxes if box.line in doubtful and box.state.isdigit()}
    return [_to_prose(token) if _is_one_of(token, doubtful - dated) else token for token in tokens]


def _is_doubtful(box: Checkbox) -> bool:
    return len(box.state) == 1 and box.state.isalnum() and not is_known_state(box.state)


def _is_one_of(token: MarkdownToken, lines: set[int]) -> bool:
    return isinstance(token, Checkbox) and token.line in lines


def _to_prose(token: MarkdownToken) -> MarkdownToken:
    if not isinstance(token, Checkbox):
        return token
    return MarkdownProse(token.line, token.indent, f"- [{token.state}] {token.text}", is_paragraph=False)
