"""Daily briefs: facts become sections, sections a document, and every sentence names its facts."""

from daybreak.briefs.jobs import COMPOSE, Wanted, start
from daybreak.briefs.model import Document, Edition
from daybreak.briefs.service import StoredBrief, compose, compose_all, read, receive

__all__ = [
    "COMPOSE",
    "Document",
    "Edition",
    "StoredBrief",
    "Wanted",
    "compose",
    "compose_all",
    "read",
    "receive",
    "start",
]
