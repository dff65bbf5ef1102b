"""The account API: everything that the settings pages do, within the access of a token."""

from daybreak.account.api import access, data, identities, members, profile, security_events, tokens
from daybreak.web import ApiRouter

api = ApiRouter("account")
for part in (profile, identities, access, security_events, tokens, data, members):
    api.include_router(part.routes)

__all__ = ["api"]
