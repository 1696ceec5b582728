"""What tests of assistants share: messages as a client sends them, and answers as it believes them."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.claims.features.assistants.mcp_messages import Asked, asking


@pytest.fixture
def ask(client: Client) -> Callable[..., Asked]:
    """Calls a tool at /mcp, and holds the answer against the schema that the tool promises."""
    return asking(client)
