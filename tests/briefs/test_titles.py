"""Titles and names that are hard to show: every form shows them literally."""

import pytest

from daybreak.agenda import Holder
from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering import OutputFormat, render

from .factories import TODAY, agenda, compose_brief, days_later, event, local, project, task


def brief_of(*things) -> Document:
    return compose_brief(agenda(*things)).document


@pytest.mark.parametrize(
    ("title", "shown"),
    [("\u200b Plan", "**Plan**"), ("Plan \u200f", "**Plan**"), ("\u200b", "**untitled**")],
)
def test_invisible_characters_leave_no_trace_at_the_ends_of_a_title(title: str, shown: str):
    assert f"1. {shown}\n" in render(brief_of(task(title, due=TODAY)), OutputFormat.MARKDOWN)


def test_quotation_marks_in_the_name_of_a_person_are_no_marks_of_a_title():
    garden = project()
    late = {
        "holder": Holder.OTHER,
        "assignee": "Bob “the” Man",
        "project_id": garden.id,
        "due": days_later(-1),
    }
    shown = render(brief_of(garden, task("A", **late), task("B", **late)), OutputFormat.MARKDOWN)
    assert "Waiting for Bob \N{LEFT SINGLE QUOTATION MARK}the’ Man: 2, all overdue" in shown


def test_a_title_at_the_beginning_of_a_reason_keeps_its_small_letter():
    document = brief_of(task("Write the iPhone slides"), event("iPhone launch slides", local(10)))
    assert "1. Write the iPhone slides. iPhone launch slides is at 10:00." in render(
        document, OutputFormat.TEXT
    )
