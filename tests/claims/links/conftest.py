"""What tests of links share."""

from tests.helpers.followed_site import clock
from tests.helpers.watched_paper import claim, paper, source

__all__ = ["claim", "clock", "paper", "source"]
