"""The editors' desk for claims: one module per noun."""

from claims.admin import claim, claimant, publication, rating, signoff, topic, transition, verdict

__all__ = ["claim", "claimant", "publication", "rating", "signoff", "topic", "transition", "verdict"]
