"""One's own account for programs: everything that its pages do, as far as a token may do it."""

from daybreak.account.api import access, data, members, profile, tokens
from daybreak.web import Api

api = Api("account")
for part in (profile, access, tokens, data, members):
    api.include_router(part.routes)

__all__ = ["api"]
