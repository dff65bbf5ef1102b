"""Trello: the JSON of one board; cards are tasks, the board is their project."""

from dataclasses import dataclass

from daybreak.agenda.importers.json_lists.objects import (
    FoundObjects,
    JsonObject,
    JsonValues,
    format_item,
    index_lines,
    list_objects,
)
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import to_instant
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.importers.parsing.vocabulary import is_default_list, parse_status
from daybreak.agenda.model import TaskStatus

_CUSTOM_DATE = "This card has a date in a custom field, which is not read; use the due date of the card."
_BOARD_KEYS = (b'"idOrganization"', b'"shortUrl"', b'"labelNames"', b'"cards"', b'"idBoardSource"')


class TrelloFormat:
    """The export of a board.

    An archived card, or one of an archived list or board, is cancelled unless it is done. A list that names
    a state is the state, else the phase. The items of checklists are details;
    those with a date are tasks, too.
    """

    def matches(self, head: bytes) -> bool:
        """Return whether the head is that of a board."""
        if not head.startswith(b"{"):
            return False
        is_board = b'"closed"' in head and b'"desc"' in head and any(key in head for key in _BOARD_KEYS)
        return is_board or (b'"cards"' in head and (b'"lists"' in head or b'"idList"' in head))

    def rebuild(self, found: FoundObjects) -> object:
        """Return the board of which these objects are left."""
        head = next((one.values for one in found.broken), {})
        named = found.list_having("name")
        return {
            **head,
            "cards": [values for values in named if self.is_task(values)],
            "lists": [values for values in named if "idList" not in values and "pos" in values],
            "checklists": found.list_having("checkItems"),
            "members": found.list_having("username"),
        }

    def is_task(self, values: JsonValues) -> bool:
        """Return whether the members are those of a card."""
        return "idList" in values and ("closed" in values or "idBoard" in values)

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the cards of the board."""
        if not isinstance(document, dict) or not isinstance(document.get("cards"), list):
            return False
        board = _Board.from_values(document, builder)
        lines = index_lines(text, max(0, text.find('"cards"')))
        for values in list_objects(document["cards"]):
            line = lines.get(str(values.get("id")), 1)
            _add_card(JsonObject(values, line, builder), board)
        return True


@dataclass(frozen=True, slots=True)
class _Board:
    """What cards refer to, by id."""

    name: str
    is_closed: bool
    lists: dict[str, JsonObject]
    members: dict[str, str]
    checklists: dict[str, list[JsonObject]]

    @classmethod
    def from_values(cls, values: JsonValues, builder: ParsedFileBuilder) -> "_Board":
        board = JsonObject(values, 1, builder)
        checklists: dict[str, list[JsonObject]] = {}
        for checklist in board.list_objects("checklists"):
            checklists.setdefault(checklist.get_text("idCard") or "", []).append(checklist)
        return cls(
            name=board.get_text("name") or "",
            is_closed=values.get("closed") is True,
            lists={one.get_text("id") or "": one for one in board.list_objects("lists")},
            members={
                member.get_text("id") or "": member.get_text("fullName", "username") or ""
                for member in board.list_objects("members")
            },
            checklists=checklists,
        )

    def name_members(self, ids: list[str]) -> str:
        return ", ".join(filter(None, (self.members.get(one) for one in ids)))


def _add_card(card: JsonObject, board: _Board) -> None:
    title = card.get_text("name")
    if card.values.get("isTemplate") is True:
        return
    if title is None:
        card.builder.warn("This card has no name, so it was skipped.", card.line)
        return
    if any(field.get_object("value").get_text("date") for field in card.list_objects("customFieldItems")):
        card.builder.warn(_CUSTOM_DATE, card.line)
    lane = board.lists.get(card.get_text("idList") or "")
    checklists = board.checklists.get(card.get_text("id") or "") or card.list_objects("checklists")
    task = RawTask(
        line=card.line,
        title=title,
        native_id=card.get_text("id"),
        project=None if is_default_list(board.name) else board.name or None,
        project_line=1,
        phase=_phase(lane),
        details="\n".join(filter(None, (card.get_text("desc"), *map(_format_checklist, checklists)))),
        status=_status(card, lane, board),
        start=card.get_date_or_moment("start"),
        due=card.get_date_or_moment("due"),
        assignee=board.name_members(card.get_texts("idMembers")),
        tags=[label.get_text("name", "color") or "" for label in card.list_objects("labels")],
        touched_at=to_instant(card.get_moment("dateLastActivity"), card.builder.context.tz),
    )
    card.builder.add_task(task)
    for checklist in checklists:
        for item in checklist.list_objects("checkItems"):
            _add_item(item, task, board)


def _add_item(item: JsonObject, card: RawTask, board: _Board) -> None:
    """Add an item of a checklist as a task, if it has a date of its own."""
    if not item.get_text("due") or item.get_text("name") is None:
        return
    status = TaskStatus.DONE if item.get_text("state") == "complete" else TaskStatus.OPEN
    if status is TaskStatus.OPEN and card.status in {TaskStatus.DONE, TaskStatus.CANCELLED}:
        status = TaskStatus.CANCELLED
    item.builder.add_task(
        RawTask(
            line=card.line,
            title=item.get_text("name") or "",
            native_id=item.get_text("id"),
            project=card.project,
            project_line=1,
            phase=card.phase,
            details=f"Part of “{clean_line(card.title)}”.",
            status=status,
            due=item.get_date_or_moment("due"),
            assignee=board.name_members(item.get_texts("idMember")),
        )
    )


def _status(card: JsonObject, lane: JsonObject | None, board: _Board) -> TaskStatus:
    status = parse_status(lane.get_text("name") or "") if lane else None
    if card.values.get("dueComplete") is True or status is TaskStatus.DONE:
        return TaskStatus.DONE
    is_lane_closed = lane is not None and lane.values.get("closed") is True
    if card.values.get("closed") is True or is_lane_closed or board.is_closed:
        return TaskStatus.CANCELLED
    return status or TaskStatus.OPEN


def _phase(lane: JsonObject | None) -> str | None:
    name = lane.get_text("name") if lane else None
    return None if name is None or parse_status(name) or is_default_list(name) else name


def _format_checklist(checklist: JsonObject) -> str:
    named = ((item, item.get_text("name")) for item in checklist.list_objects("checkItems"))
    lines = [format_item(name, is_done=item.get_text("state") == "complete") for item, name in named if name]
    return "\n".join([f"{clean_line(checklist.get_text('name') or 'Checklist')}:", *lines]) if lines else ""
