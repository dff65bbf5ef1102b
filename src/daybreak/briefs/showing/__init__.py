"""The page of a brief: its outline by parts, each sentence with its facts, and the chart of the day."""

from daybreak.briefs.showing.picture import Picture, picture
from daybreak.briefs.showing.view import EDITIONS, Sentence, View, view

__all__ = ["EDITIONS", "Picture", "Sentence", "View", "picture", "view"]
