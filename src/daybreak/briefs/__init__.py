"""Daily briefs: facts become sections, sections become a document, and every sentence cites its facts."""

from daybreak.briefs.composing.section_writers import SectionWriter
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.folder_briefs import FolderBrief, compose_folder, record_folder_brief
from daybreak.briefs.jobs import COMPOSE, ComposeKind, ComposeParameters, enqueue_compose, make_compose_kind
from daybreak.briefs.on_demand import compose_on_demand
from daybreak.briefs.service import StoredBrief, compose, compose_all, mark_received, read

__all__ = [
    "COMPOSE",
    "ComposeKind",
    "ComposeParameters",
    "Document",
    "Edition",
    "FolderBrief",
    "SectionWriter",
    "StoredBrief",
    "compose",
    "compose_all",
    "compose_folder",
    "compose_on_demand",
    "enqueue_compose",
    "make_compose_kind",
    "mark_received",
    "read",
    "record_folder_brief",
]
