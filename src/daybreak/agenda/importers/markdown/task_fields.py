"""The fields in the text of a check box beside its title: the Obsidian Tasks signs and Dataview fields."""

import re

from daybreak.agenda.importers.markdown.inline import strip_markup
from daybreak.agenda.importers.markdown.tokens import Checkbox, MarkdownProse
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import parse_minutes
from daybreak.agenda.importers.parsing.markers import strip_markers
from daybreak.agenda.importers.parsing.org_dates import parse_planning_line
from daybreak.agenda.importers.parsing.someday import is_someday
from daybreak.agenda.importers.parsing.text import normalize_spaces
from daybreak.agenda.importers.parsing.vocabulary import parse_priority, parse_status
from daybreak.agenda.importers.parsing.waiting_list import is_waiting
from daybreak.agenda.model import Moment, Priority, TaskStatus

_CHECKBOX_STATUSES = {
    **dict.fromkeys(("x", "✓", "✔", "✅", "done"), TaskStatus.DONE),
    **dict.fromkeys(("/", "doing", "now", "started", "in-progress"), TaskStatus.IN_PROGRESS),
    # “~” means “does not apply” in GitLab.
    **dict.fromkeys(("-", "~", "✗", "✘", "❌", "canceled", "cancelled"), TaskStatus.CANCELLED),
    **dict.fromkeys(("b", "waiting", "wait"), TaskStatus.BLOCKED),
}
_IMPORTANT_STATE = "!"
_COOKIE_PRIORITIES = {"A": Priority.HIGHEST, "B": Priority.HIGH, "C": Priority.MEDIUM}
_PRIORITY_SIGNS = {
    "🔺": Priority.HIGHEST,
    "⏫": Priority.HIGH,
    "🔼": Priority.MEDIUM,
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
_PLANNING_KEYS = {"deadline": "due", "scheduled": "scheduled", "closed": "done"}
_DATE_ATTRIBUTES = {
    "due": ("due", "due date"),
    "scheduled": ("start", "scheduled date"),
    "start": ("start", "start date"),
    "done": ("completed", "completion date"),
}
_PROPERTY = re.compile(r"([A-Za-z][\w-]{0,30})::\s+(\S.*)")
_HIDDEN_PROPERTIES = frozenset({"id", "collapsed", "created", "cancelled", "heading", "background-color"})
_DATE_KEYS = {"due", "scheduled", "start", "done", "created", "cancelled"}
_KEY_ALIASES = {
    "completion": "done",
    "completed": "done",
    "recurrence": "repeat",
    "owner": "assignee",
    "deadline": "due",
}
_KEYS = {*_DATE_KEYS, "repeat", "id", "dependson", "priority", "estimate", "assignee", "status"}
_MAX_LINE_LENGTH = 4_000

_SIGN = re.compile("|".join((*_SIGNS, *_PRIORITY_SIGNS)))
_FIELD = re.compile(r"[\[(]\s*([A-Za-z]+)\s*::\s*((?:\[\[[^\[\]]*\]\]|[^\[\]()])*)[\])]")
# A date as a link to a daily note, after a sign or in a field.
_LINKED_DATE = re.compile(
    rf"((?:{_SIGN.pattern}|::|@)\s*)\[\[(?:[^\[\]|#]*/)?([^\[\]|#/]*\d[^\[\]|#/]*)(?:[|#][^\[\]]*)?\]\]"
)
_BOARD_DATE = re.compile(r"(?<!\S)@\{([^{}]{3,40})\}|(?<!\S)@(\d{4}-\d{2}-\d{2})(?!\S)")
_BOARD_TIME = re.compile(r"(?<!\S)@@\{(\d[^{}]{2,12})\}")
_REMINDER = re.compile(r"(?<!\S)\(@\s*(\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2})?)\)")
_COOKIE = re.compile(r"^\s*\[#([A-Za-z])\](?!\()|(?<=\s)\[#([A-C])\](?!\()")
_DATE_VALUE = re.compile(
    r"\s*(\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2})?"
    r"|\d{1,2}(?:st|nd|rd|th|\.)?\s[^\W\d]{3,10}\.?(?:,?\s\d{4})?|[^\W\d]{3,10}\.?\s\d{1,2},?\s\d{4}"
    r"|\S*\d\S*)(?!\S)"
)
_ISO_DATE = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2})?(?!\S)")
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
    text = normalize_spaces(box.text[:_MAX_LINE_LENGTH]).translate(_VARIATION_SELECTORS)
    text = _extract_cookie(_extract_fields(_extract_board_date(_unlink_dates(text), fields), fields), fields)
    text = strip_markup(_extract_estimate(_extract_signs(text, fields, builder), fields))
    words = text.split()
    task = _make_task(box, fields, builder)
    task.tags = [word[1:] for word in words if _TAG.fullmatch(word) or _is_context_of_list(word)]
    task.assignee = fields.get("assignee") or _find_assignee(words)
    task.title = strip_markers(text, _MARKER) or text
    return task


def has_fields(text: str) -> bool:
    """Return whether the text of a box has a field beside its title: a sign, or one in brackets."""
    return any(pattern.search(text) for pattern in (_SIGN, _FIELD, _BOARD_DATE, _REMINDER))


def is_known_state(state: str) -> bool:
    """Return whether a sign in a box, or a word in its place, states a status other than open."""
    return state.lower() in _CHECKBOX_STATUSES


def _is_context_of_list(word: str) -> bool:
    return word.startswith("@") and (is_someday(word[1:]) or is_waiting(word[1:]))


def add_property(task: RawTask, prose: MarkdownProse, builder: ParsedFileBuilder) -> bool:
    """Add the property or the dates in a line below a task; return False if the line is only text.

    Properties are those of Dataview and Logseq, “due:: 2026-11-30”, dates those of Org, “DEADLINE: <…>”.
    """
    if ":" not in prose.text:
        return False
    planned_dates = parse_planning_line(prose.text)
    for planned in planned_dates:
        _set_date(task, _PLANNING_KEYS[planned.keyword], planned.text, prose.line, builder)
        task.recurrence = task.recurrence or planned.repeater
    match = _PROPERTY.fullmatch(prose.text)
    if match is None:
        return planned_dates != []
    key = _KEY_ALIASES.get(match[1].lower(), match[1].lower())
    value = _unlink_dates(f"::{match[2]}").removeprefix("::").strip()
    if key in _DATE_KEYS:
        _set_date(task, key, value, prose.line, builder)
    elif key == "priority":
        task.priority = parse_priority_field(value) or task.priority
    return key in _DATE_KEYS or key in _HIDDEN_PROPERTIES or key == "priority"


def _set_date(task: RawTask, key: str, text: str, line: int, builder: ParsedFileBuilder) -> None:
    if key == "done" and task.status is not TaskStatus.DONE:
        return
    attribute, label = _DATE_ATTRIBUTES.get(key, ("", ""))
    if attribute and getattr(task, attribute) is None:
        setattr(task, attribute, builder.parse_moment(text, line, label))


def parse_priority_field(word: str) -> Priority | None:
    """Return the priority of a field; “medium” is above none, as the sign 🔼 is."""
    return Priority.MEDIUM if word.strip().casefold() == "medium" else parse_priority(word)


def _make_task(box: Checkbox, fields: dict[str, str], builder: ParsedFileBuilder) -> RawTask:
    def moment(key: str, what: str) -> Moment | None:
        return builder.parse_moment(fields.get(key), box.line, what)

    status = _CHECKBOX_STATUSES.get(box.state.lower(), TaskStatus.OPEN)
    if status is TaskStatus.OPEN:
        status = parse_status(fields.get("status", "")) or status
    priority = parse_priority_field(fields.get("priority", ""))
    if priority is None and box.state == _IMPORTANT_STATE:
        priority = Priority.HIGH
    done = moment("done", "completion date")
    scheduled = moment("scheduled", "scheduled date")
    return RawTask(
        line=box.line,
        native_id=fields.get("id"),
        status=status,
        priority=priority or Priority.NORMAL,
        start=moment("start", "start date") or scheduled,
        due=moment("due", "due date"),
        completed=done if status is TaskStatus.DONE else None,
        estimate_minutes=builder.parse_minutes(fields.get("estimate"), box.line),
        recurrence=fields.get("repeat"),
        blocked_by=fields.get("dependson", "").split(","),
    )


def _unlink_dates(text: str) -> str:
    return _LINKED_DATE.sub(r"\1\2", text) if "[[" in text else text


def _extract_board_date(text: str, fields: dict[str, str]) -> str:
    """Extract the date and the time of a Kanban card, or the date of a reminder."""
    if "@" not in text:
        return text
    if reminder := _REMINDER.search(text):
        fields.setdefault("due", reminder[1])
        return _REMINDER.sub(" ", text)
    if day := _BOARD_DATE.search(text):
        time = _BOARD_TIME.search(text)
        fields.setdefault("due", f"{day[1] or day[2]} {time[1] if time else ''}".strip())
        return _BOARD_DATE.sub(" ", _BOARD_TIME.sub(" ", text))
    return text


def _extract_cookie(text: str, fields: dict[str, str]) -> str:
    """Extract the priority of Logseq, such as “[#A]”."""
    if "[#" not in text or (cookie := _COOKIE.search(text)) is None:
        return text
    fields.setdefault("priority", _COOKIE_PRIORITIES.get((cookie[1] or cookie[2]).upper(), Priority.LOW).name)
    return f"{text[: cookie.start()]} {text[cookie.end() :]}"


def _extract_fields(text: str, fields: dict[str, str]) -> str:
    def extract(match: re.Match[str]) -> str:
        key = _KEY_ALIASES.get(match[1].lower(), match[1].lower())
        if key not in _KEYS:
            return match[0]
        fields.setdefault(key, match[2].strip())
        return " "

    return _FIELD.sub(extract, text)


def _extract_signs(text: str, fields: dict[str, str], builder: ParsedFileBuilder) -> str:
    remaining, at = [], 0
    while sign := _SIGN.search(text, at):
        remaining.append(text[at : sign.start()])
        at = _extract_value(sign, text, fields, builder)
        if at == sign.start():
            remaining.append(sign[0])
            at = sign.end()
    return " ".join((*remaining, text[at:]))


def _extract_value(sign: re.Match[str], text: str, fields: dict[str, str], builder: ParsedFileBuilder) -> int:
    """Return where the sign's value ends, or where the sign begins if it is only an emoji in a sentence."""
    if sign[0] in _PRIORITY_SIGNS:
        fields.setdefault("priority", _PRIORITY_SIGNS[sign[0]].name)
        return sign.end()
    key = _SIGNS[sign[0]]
    value = _VALUES[key].match(text, sign.end())
    end = value.end() if value and value[1].strip() else sign.end()
    if key in _DATE_KEYS and not _ISO_DATE.match(text, sign.end()):
        measured = builder.measure_date(text[sign.end() :])
        end = sign.end() + measured if measured else end
    if end == sign.end():
        return sign.start()
    fields.setdefault(key, text[sign.end() : end].strip())
    return end


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
