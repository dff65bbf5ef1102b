"""A brief as a page shows it: its outline by parts, each sentence with its facts, the day as a picture."""

from daybreak.briefs.showing.picture import Picture, picture
from daybreak.briefs.showing.view import EDITIONS, Sentence, View, view

__all__ = ["EDITIONS", "Picture", "Sentence", "View", "picture", "view"]
