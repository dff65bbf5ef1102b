"""The agenda's API: every operation of its pages."""

from daybreak.agenda.api import calendar, folders, notes, projects, sources, tasks
from daybreak.web import ApiRouter

api = ApiRouter("agenda")
for part in (tasks, projects, notes, calendar, folders, sources):
    api.include_router(part.routes)

__all__ = ["api"]
