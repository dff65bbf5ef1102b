"""Facts, claims, and the check that claims follow from their facts."""

from daybreak.claims.model import Claim, Fact, Predicate, Statement, unsupported

__all__ = ["Claim", "Fact", "Predicate", "Statement", "unsupported"]
