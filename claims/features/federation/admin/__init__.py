"""The desk's pages for followed newsrooms and their claims."""

from claims.features.federation.admin import peer_claim, peer_newsroom
