"""What tests of watches share."""

from tests.helpers.followed_site import clock, paper, visit

__all__ = ["clock", "paper", "visit"]
