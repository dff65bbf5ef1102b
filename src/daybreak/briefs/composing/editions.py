"""The composer of each edition."""

from typing import assert_never

from daybreak.briefs.composing.base import ComposedBrief, ComposeInput
from daybreak.briefs.composing.reengagement import compose_reengagement
from daybreak.briefs.composing.standard import compose_standard
from daybreak.briefs.composing.weekly import compose_weekly
from daybreak.briefs.document.model import Edition


def compose(compose_input: ComposeInput) -> ComposedBrief:
    """Compose a brief of any edition, without waiting for an external writer."""
    match compose_input.edition:
        case Edition.STANDARD:
            return compose_standard(compose_input)
        case Edition.WEEKLY:
            return compose_weekly(compose_input)
        case Edition.REENGAGEMENT:
            return compose_reengagement(compose_input)
    assert_never(compose_input.edition)
