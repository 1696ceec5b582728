"""What tests of links share."""

from tests.claims.features.links.watched_paper import claim, paper, source
from tests.helpers.followed_site import clock

__all__ = ["claim", "clock", "paper", "source"]
