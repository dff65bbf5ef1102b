"""Addresses of briefs: of pages, of the actions on them, and of the stream of a page."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from daybreak.briefs.brief_state import BriefKey
from daybreak.briefs.document.model import Edition
from daybreak.people import BriefLength


@dataclass(frozen=True, slots=True)
class BriefAddresses:
    """The addresses on one page; all keep the length that its reader chose there, if any.

    Attributes:
        today: the date of the brief whose page is “/”.
        chosen_length: the length in the address of the page; None if it is the reader's preference.
    """

    today: date
    chosen_length: BriefLength | None = None

    def page(self, day: date, edition: Edition = Edition.STANDARD, length: BriefLength | None = None) -> str:
        """Return the address of a brief's page, at another length if one is given."""
        is_today = day == self.today and edition == Edition.STANDARD
        path = "/" if is_today else f"/briefs/{day.isoformat()}"
        return f"{path}{self._query(edition, length)}"

    def action(self, key: BriefKey, name: str) -> str:
        """Return the address of an action on a brief."""
        return f"/briefs/{key.day.isoformat()}/{name}{self._query(key.edition)}"

    def stream(self, run_id: UUID) -> str:
        """Return the address of the stream of a run that composes a brief."""
        return f"/briefs/runs/{run_id}/stream{self._query(Edition.STANDARD)}"

    def _query(self, edition: Edition, length: BriefLength | None = None) -> str:
        shown = length or self.chosen_length
        values = {
            **({} if edition == Edition.STANDARD else {"edition": str(edition)}),
            **({"length": str(shown)} if shown else {}),
        }
        return f"?{urlencode(values)}" if values else ""
