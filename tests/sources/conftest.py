"""What tests of sources may use."""

from collections.abc import Iterator

import pytest

from tests.helpers.followed_site import clock
from tests.helpers.parallel import served
from tests.helpers.site import Site

__all__ = ["clock", "site"]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with served(site.server):
        yield site
