"""What tests of sources may use."""

import threading
from collections.abc import Iterator

import pytest

from tests.helpers.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()
