"""Followed newsrooms, their import progress, and their claims."""

from claims.features.federation.models.peer_claim import PeerClaim
from claims.features.federation.models.peer_newsroom import PeerNewsroom, PeerProgress
