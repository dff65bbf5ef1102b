"""Anna's and Bob's browsers, as in the tests of the page kit."""

from ...web.conftest import annas, application, as_admin, bobs, stranger  # noqa: TID252 - tests are no package

__all__ = ["annas", "application", "as_admin", "bobs", "stranger"]
