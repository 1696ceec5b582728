"""What tests of following share."""

from tests.helpers.peer_site import newsroom, peer

__all__ = ["newsroom", "peer"]
