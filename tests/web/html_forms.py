"""The forms of a page, as a browser submits them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class HtmlForm:
    """The address of a form, and the fields by which one address distinguishes actions.

    Attributes:
        buttons: the names of its buttons, also outside of the form.
        hidden: the names of its hidden fields.
        choices: the values of its selects, as ``name=value``.
        fields: the names of its other fields.
    """

    method: str
    action: str
    buttons: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)

    @property
    def can_be_sent(self) -> bool:
        """Whether it has any field or button."""
        return bool(self.buttons or self.hidden or self.choices or self.fields)


class HtmlPage(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._address = address
        self._forms: list[HtmlForm] = []
        self._by_id: dict[str, HtmlForm] = {}
        self._buttons: list[tuple[str, str]] = []  # of forms by id, which can follow later
        self._current: HtmlForm | None = None
        self._select = ""
        self.feed(text)

    @property
    def forms(self) -> Iterator[HtmlForm]:
        """All forms that can be submitted, except those that only close a dialog."""
        for form_id, name in self._buttons:
            self._by_id[form_id].buttons.add(name)
        return (form for form in self._forms if form.method != "DIALOG" and form.can_be_sent)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "form":
            action = (values.get("action") or self._address).partition("?")[0]
            self._current = HtmlForm(values.get("method", "get").upper(), action)
            self._forms.append(self._current)
            self._by_id[values.get("id", "")] = self._current
        else:
            self._record_field(tag, values)

    def _record_field(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag == "button" and "form" in values:
            self._buttons.append((values["form"], name))
        elif self._current is None:
            return
        elif tag == "button" and "formaction" in values:
            elsewhere = values.get("formmethod", self._current.method).upper()
            self._forms.append(HtmlForm(elsewhere, values["formaction"], buttons={name}))
        elif tag == "button" and values.get("type", "submit") == "submit":
            self._current.buttons.add(name)
        elif tag == "input" and values.get("type") == "hidden":
            self._current.hidden.add(name)
        elif tag in {"input", "textarea"}:
            self._current.fields.add(name)
        elif tag == "select":
            self._select = name
        elif tag == "option":
            self._current.choices.add(f"{self._select}={values.get('value', '')}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._current = None
