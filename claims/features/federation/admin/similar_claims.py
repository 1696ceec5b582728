"""Claims checked by followed newsrooms, in the panel of similar claims."""

from typing import Any

from django.contrib.auth.models import User

from claims.admin.status_badges import build_kind_badge
from claims.features.federation.peer_matches import find_peer_matches
from claims.matching.answers import MatchOptions

#: The most claims shown.
MAX_PEER_CLAIMS = 6


def find_similar_claims(statement: str, *, person: User) -> dict[str, Any]:
    """Return the template context with related claims of followed newsrooms, best match first."""
    if not person.has_perm("federation.view_peerclaim"):
        return {}
    matches = find_peer_matches(statement, MatchOptions(cut="text", max_matches=MAX_PEER_CLAIMS))
    return {"peer_matches": [{"match": match, "kind": build_kind_badge(match.kind)} for match in matches]}
