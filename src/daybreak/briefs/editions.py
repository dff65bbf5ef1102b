"""The composer of each edition."""

from typing import assert_never

from daybreak.briefs.absence import compose_word
from daybreak.briefs.composing import compose_day
from daybreak.briefs.groundwork import Composed, Occasion
from daybreak.briefs.model import Edition
from daybreak.briefs.weekly import compose_week


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
