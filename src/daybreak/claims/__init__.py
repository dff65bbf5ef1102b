"""Facts, claims, and the check that the second follow from the first."""

from daybreak.claims.model import Claim, Fact, Predicate, Statement, unsupported

__all__ = ["Claim", "Fact", "Predicate", "Statement", "unsupported"]
