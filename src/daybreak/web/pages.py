"""The routes of a slice's pages, and where the slice stands in the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of the navigation.

    Attributes:
        title: what it says.
        path: where it leads; a page below that path counts as there.
        key: the letter that leads there after ``g``.
        place: where it stands; the smallest first.
    """

    title: str
    path: str
    key: str
    place: int


class Pages(APIRouter):
    """The pages of one slice."""

    def __init__(self, package: str, *, nav: Sequence[NavItem] = ()) -> None:
        """Make a router without routes.

        Args:
            package: ``__package__``; its folder ``templates`` holds the pages.
            nav: what the slice adds to the navigation.
        """
        super().__init__(include_in_schema=False)
        self.package = package
        self.nav = tuple(nav)
