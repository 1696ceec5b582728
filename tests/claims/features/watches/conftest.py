"""What tests of watches share."""

from tests.claims.features.watches.visiting import paper, visit
from tests.helpers.followed_site import clock

__all__ = ["clock", "paper", "visit"]
