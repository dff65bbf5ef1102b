"""The settings pages."""

from daybreak.account.routes import (
    access,
    data,
    identities,
    members,
    profile,
    schedule,
    security_events,
    tokens,
)
from daybreak.web import NavItem, Pages

pages = Pages("daybreak.account", nav=[NavItem(title="Settings", path="/settings", key="s", order=90)])
for part in (profile, identities, schedule, access, security_events, tokens, data, members):
    pages.include_router(part.routes)

__all__ = ["pages"]
