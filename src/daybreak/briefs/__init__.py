"""Daily briefs: facts become sections, sections become a document, and every sentence cites its facts."""

from daybreak.briefs.composing.section_writers import SectionWriter
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.jobs import COMPOSE, ComposeKind, Wanted, composing_with, start
from daybreak.briefs.on_demand import compose_on_demand
from daybreak.briefs.service import StoredBrief, compose, compose_all, read, receive

__all__ = [
    "COMPOSE",
    "ComposeKind",
    "Document",
    "Edition",
    "SectionWriter",
    "StoredBrief",
    "Wanted",
    "compose",
    "compose_all",
    "compose_on_demand",
    "composing_with",
    "read",
    "receive",
    "start",
]
