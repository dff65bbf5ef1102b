"""Facts, claims, and the check that claims follow from their facts."""

from daybreak.claims.model import Claim, ClaimLike, Fact, Predicate, SubjectPredicate, why_unsupported

__all__ = ["Claim", "ClaimLike", "Fact", "Predicate", "SubjectPredicate", "why_unsupported"]
