"""What tests of sources may use."""

from collections.abc import Iterator

import pytest

from tests.helpers.parallel import served
from tests.helpers.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with served(site.server):
        yield site
