"""The agenda's pages: tasks, board, projects, notes, calendar, sources."""

from daybreak.agenda.routes import calendar, decisions, folders, notes, projects, sources, tasks
from daybreak.web import NavItem, Pages

pages = Pages("daybreak.agenda", nav=[NavItem(title="Agenda", path="/agenda", key="a", order=20)])
for part in (tasks, decisions, projects, notes, calendar, folders, sources):
    pages.include_router(part.routes)

__all__ = ["pages"]
