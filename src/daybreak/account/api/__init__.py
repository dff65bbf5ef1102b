"""The account API: everything that the settings pages do, within the access of a token."""

from daybreak.account.api import access, data, members, profile, tokens
from daybreak.web import ApiRouter

api = ApiRouter("account")
for part in (profile, access, tokens, data, members):
    api.include_router(part.routes)

__all__ = ["api"]
