"""The router of a slice's pages, and the slice's entries in the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of the navigation.

    Attributes:
        title: the text of the link.
        path: the page; pages below that path mark the entry as current, too.
        key: the letter that opens the page after ``g``.
        order: the position; the smallest is first.
    """

    title: str
    path: str
    key: str
    order: int


class Pages(APIRouter):
    """The pages of one slice."""

    def __init__(self, package: str, *, nav: Sequence[NavItem] = ()) -> None:
        """Create a router without routes.

        Args:
            package: ``__package__``; its folder ``templates`` has the templates.
            nav: the slice's entries in the navigation.
        """
        super().__init__(include_in_schema=False)
        self.package = package
        self.nav = tuple(nav)
