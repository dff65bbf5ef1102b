"""The fields in the text of a check box beside its title: the Obsidian Tasks signs and Dataview fields."""

import re

from daybreak.agenda.importers.markdown.inline import plain
from daybreak.agenda.importers.markdown.tokens import Checkbox
from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.dates import parse_minutes
from daybreak.agenda.importers.parsing.markers import without_markers
from daybreak.agenda.importers.parsing.vocabulary import priority_of, status_of
from daybreak.agenda.model import Moment, Priority, TaskStatus

_STATES = {
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
_OTHER_NAMES = {"completion": "done", "completed": "done", "recurrence": "repeat", "owner": "assignee"}
_KEYS = {*_DATE_KEYS, "repeat", "id", "dependson", "priority", "estimate", "assignee", "status"}
_LONGEST_LINE = 4_000

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
_WITHOUT_SELECTORS = dict.fromkeys(map(ord, "\ufe0e\ufe0f"))


def read_checkbox(box: Checkbox, gathering: Gathering) -> TaskDraft:
    """Return the task of a check box, without project and phase."""
    fields: dict[str, str] = {}
    text = _take_fields(box.text[:_LONGEST_LINE].translate(_WITHOUT_SELECTORS), fields)
    text = plain(_take_estimate(_take_signs(text, fields), fields))
    words = text.split()
    task = _task(box, fields, gathering)
    task.tags = [word[1:] for word in words if _TAG.fullmatch(word)]
    task.assignee = fields.get("assignee") or _assignee(words)
    task.title = without_markers(text, _MARKER) or text
    return task


def _task(box: Checkbox, fields: dict[str, str], gathering: Gathering) -> TaskDraft:
    def moment(key: str, what: str) -> Moment | None:
        return gathering.moment(fields.get(key), box.line, what)

    status = _STATES.get(box.state.lower(), TaskStatus.OPEN)
    if status is TaskStatus.OPEN:
        status = status_of(fields.get("status", "")) or status
    done = moment("done", "completion date")
    scheduled = moment("scheduled", "scheduled date")
    return TaskDraft(
        line=box.line,
        own_id=fields.get("id"),
        status=status,
        priority=priority_of(fields.get("priority", "")) or Priority.NORMAL,
        start=moment("start", "start date") or scheduled,
        due=moment("due", "due date"),
        completed=done if status is TaskStatus.DONE else None,
        estimate_minutes=gathering.minutes(fields.get("estimate"), box.line),
        recurrence=fields.get("repeat"),
        blocked_by=fields.get("dependson", "").split(","),
    )


def _take_fields(text: str, fields: dict[str, str]) -> str:
    def take(match: re.Match[str]) -> str:
        key = _OTHER_NAMES.get(match[1].lower(), match[1].lower())
        if key not in _KEYS:
            return match[0]
        fields.setdefault(key, match[2].strip())
        return " "

    return _FIELD.sub(take, text)


def _take_signs(text: str, fields: dict[str, str]) -> str:
    kept, at = [], 0
    while sign := _SIGN.search(text, at):
        kept.append(text[at : sign.start()])
        at = _take_value(sign, text, fields)
        if at == sign.start():
            kept.append(sign[0])
            at = sign.end()
    return " ".join((*kept, text[at:]))


def _take_value(sign: re.Match[str], text: str, fields: dict[str, str]) -> int:
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


def _take_estimate(text: str, fields: dict[str, str]) -> str:
    for match in _ESTIMATE.finditer(text):
        amount = match[1] or match[2]
        if parse_minutes(amount) is not None:
            fields.setdefault("estimate", amount)
            return text[: match.start()] + text[match.end() :]
    return text


def _assignee(words: list[str]) -> str | None:
    """Return a name at either end of the text; a name in mid-sentence is only a mention."""
    at_ends = [*_leading(words), *_leading(words[::-1])]
    return next((word[1:] for word in at_ends if _ASSIGNEE.fullmatch(word)), None)


def _leading(words: list[str]) -> list[str]:
    first = next((at for at, word in enumerate(words) if not _MARKER.fullmatch(word)), len(words))
    return words[:first]
