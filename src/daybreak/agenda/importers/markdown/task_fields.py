"""The fields in the text of a check box beside its title: the Obsidian Tasks signs and Dataview fields."""

import re

from daybreak.agenda.importers.markdown.inline import strip_markup
from daybreak.agenda.importers.markdown.tokens import Checkbox
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import parse_minutes
from daybreak.agenda.importers.parsing.markers import strip_markers
from daybreak.agenda.importers.parsing.vocabulary import parse_priority, parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus

_CHECKBOX_STATUSES = {
    "x": TaskStatus.DONE,
    "✓": TaskStatus.DONE,
    "✔": TaskStatus.DONE,
    "/": TaskStatus.IN_PROGRESS,
    "~": TaskStatus.IN_PROGRESS,
    "-": TaskStatus.CANCELLED,
    "b": TaskStatus.BLOCKED,
}
_PRIORITY_SIGNS = {
    "🔺": Priority.HIGHEST,
    "⏫": Priority.HIGH,
    "🔼": Priority.NORMAL,
    "🔽": Priority.LOW,
    "⏬": Priority.LOW,
}
_SIGNS = {
    "📅": "due",
    "📆": "due",
    "🗓": "due",
    "⏳": "scheduled",
    "⌛": "scheduled",
    "🛫": "start",
    "✅": "done",
    "\N{HEAVY PLUS SIGN}": "created",
    "❌": "cancelled",
    "🔁": "repeat",
    "🆔": "id",
    "⛔": "dependson",
    "🏁": "oncompletion",
}
_DATE_KEYS = {"due", "scheduled", "start", "done", "created", "cancelled"}
_KEY_ALIASES = {"completion": "done", "completed": "done", "recurrence": "repeat", "owner": "assignee"}
_KEYS = {*_DATE_KEYS, "repeat", "id", "dependson", "priority", "estimate", "assignee", "status"}
_MAX_LINE_LENGTH = 4_000

_SIGN = re.compile("|".join((*_SIGNS, *_PRIORITY_SIGNS)))
_FIELD = re.compile(r"[\[(]\s*([A-Za-z]+)\s*::\s*([^\[\]()]*)[\])]")
_DATE_VALUE = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2})?|\S*\d\S*)(?!\S)")
_VALUES = {
    **dict.fromkeys(_DATE_KEYS, _DATE_VALUE),
    "repeat": re.compile(rf"\s*([^#@\[{''.join((*_SIGNS, *_PRIORITY_SIGNS))}]*)"),
    "id": re.compile(r"\s*([\w-]+)"),
    "dependson": re.compile(r"\s*([\w-]+(?:\s*,\s*[\w-]+)*)"),
    "oncompletion": re.compile(r"\s*(\w+)"),
}
_ESTIMATE = re.compile(
    r"(?<!\S)(?:\(~?\s*(\d[\d.,]*\s*[a-z][a-z\d\s.]*)\)|~\s?(\d[\d.,]*\s?[a-z]+))(?!\S)", re.IGNORECASE
)
_MARKER = re.compile(r"(?:#(?=[^\s#]*[^\W\d])|@(?=\w))([\w/.-]+)")
_TAG = re.compile(r"#(?=[^\s#]*[^\W\d])[\w/.-]+")
_ASSIGNEE = re.compile(r"@\w[\w.-]*")
# The places and tools of “Getting Things Done”, which are written like names.
_CONTEXTS = frozenset(
    {
        "home",
        "work",
        "office",
        "desk",
        "phone",
        "call",
        "calls",
        "computer",
        "pc",
        "mac",
        "laptop",
        "online",
        "web",
    }
    | {
        "internet",
        "email",
        "mail",
        "errand",
        "errands",
        "shop",
        "shopping",
        "store",
        "town",
        "out",
        "car",
        "garden",
    }
    | {
        "anywhere",
        "everywhere",
        "waiting",
        "waitingfor",
        "wait",
        "someday",
        "maybe",
        "today",
        "tomorrow",
        "next",
    }
    | {"read", "reading", "review", "agenda", "meeting", "meetings", "focus", "deep", "energy", "done", "due"}
    | {"zuhause", "daheim", "büro", "arbeit", "telefon", "unterwegs", "einkaufen", "besorgungen", "warten"}
)
_VARIATION_SELECTORS = dict.fromkeys(map(ord, "\ufe0e\ufe0f"))


def parse_checkbox(box: Checkbox, builder: ParsedFileBuilder) -> RawTask:
    """Return the task of a check box, without project and phase."""
    fields: dict[str, str] = {}
    text = _extract_fields(box.text[:_MAX_LINE_LENGTH].translate(_VARIATION_SELECTORS), fields)
    text = strip_markup(_extract_estimate(_extract_signs(text, fields), fields))
    words = text.split()
    task = _make_task(box, fields, builder)
    task.tags = [word[1:] for word in words if _TAG.fullmatch(word)]
    task.assignee = fields.get("assignee") or _find_assignee(words)
    task.title = strip_markers(text, _MARKER) or text
    return task


def _make_task(box: Checkbox, fields: dict[str, str], builder: ParsedFileBuilder) -> RawTask:
    def moment(key: str, what: str) -> Moment | None:
        return builder.parse_moment(fields.get(key), box.line, what)

    status = _CHECKBOX_STATUSES.get(box.state.lower(), TaskStatus.OPEN)
    if status is TaskStatus.OPEN:
        status = parse_status(fields.get("status", "")) or status
    done = moment("done", "completion date")
    scheduled = moment("scheduled", "scheduled date")
    return RawTask(
        line=box.line,
        native_id=fields.get("id"),
        status=status,
        priority=parse_priority(fields.get("priority", "")) or Priority.NORMAL,
        start=moment("start", "start date") or scheduled,
        due=moment("due", "due date"),
        completed=done if status is TaskStatus.DONE else None,
        estimate_minutes=builder.parse_minutes(fields.get("estimate"), box.line),
        recurrence=fields.get("repeat"),
        blocked_by=fields.get("dependson", "").split(","),
    )


def _extract_fields(text: str, fields: dict[str, str]) -> str:
    def extract(match: re.Match[str]) -> str:
        key = _KEY_ALIASES.get(match[1].lower(), match[1].lower())
        if key not in _KEYS:
            return match[0]
        fields.setdefault(key, match[2].strip())
        return " "

    return _FIELD.sub(extract, text)


def _extract_signs(text: str, fields: dict[str, str]) -> str:
    remaining, at = [], 0
    while sign := _SIGN.search(text, at):
        remaining.append(text[at : sign.start()])
        at = _extract_value(sign, text, fields)
        if at == sign.start():
            remaining.append(sign[0])
            at = sign.end()
    return " ".join((*remaining, text[at:]))


def _extract_value(sign: re.Match[str], text: str, fields: dict[str, str]) -> int:
    """Return where the sign's value ends, or where the sign begins if it is only an emoji in a sentence."""
    if sign[0] in _PRIORITY_SIGNS:
        fields.setdefault("priority", _PRIORITY_SIGNS[sign[0]].name)
        return sign.end()
    key = _SIGNS[sign[0]]
    value = _VALUES[key].match(text, sign.end())
    if value is None or not value[1].strip():
        return sign.start()
    fields.setdefault(key, value[1].strip())
    return value.end()


def _extract_estimate(text: str, fields: dict[str, str]) -> str:
    for match in _ESTIMATE.finditer(text):
        amount = match[1] or match[2]
        if parse_minutes(amount) is not None:
            fields.setdefault("estimate", amount)
            return text[: match.start()] + text[match.end() :]
    return text


def _find_assignee(words: list[str]) -> str | None:
    """Return the names at either end of the text; a name in mid-sentence is only a mention."""
    at_ends = [*_leading_markers(words), *reversed(_leading_markers(words[::-1]))]
    names = [word[1:].rstrip(".-") for word in at_ends if _ASSIGNEE.fullmatch(word)]
    return "; ".join(dict.fromkeys(name for name in names if name.casefold() not in _CONTEXTS)) or None


def _leading_markers(words: list[str]) -> list[str]:
    first = next((at for at, word in enumerate(words) if not _MARKER.fullmatch(word)), len(words))
    return words[:first]
