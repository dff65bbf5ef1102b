"""The composer of each edition."""

from typing import assert_never

from daybreak.briefs.composing.base import Composed, Occasion
from daybreak.briefs.composing.reengagement import compose_word
from daybreak.briefs.composing.standard import compose_day
from daybreak.briefs.composing.weekly import compose_week
from daybreak.briefs.document.model import Edition


def compose(occasion: Occasion) -> Composed:
    """Compose a brief of any edition, without waiting for an external writer."""
    match occasion.edition:
        case Edition.STANDARD:
            return compose_day(occasion)
        case Edition.WEEKLY:
            return compose_week(occasion)
        case Edition.REENGAGEMENT:
            return compose_word(occasion)
    assert_never(occasion.edition)
