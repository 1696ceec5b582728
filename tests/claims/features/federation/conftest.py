"""What tests of following share."""

from tests.claims.features.federation.peer_site import newsroom, peer

__all__ = ["newsroom", "peer"]
