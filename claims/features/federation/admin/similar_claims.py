"""Claims checked by followed newsrooms, in the panel of similar claims."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from claims.admin.status_badges import build_kind_badge
from claims.features.federation.peer_matches import PeerMatch, find_peer_matches
from claims.matching.answers import MatchTerms

#: The most claims shown.
MAX_CLAIMS = 6


@dataclass(frozen=True, slots=True)
class PeerChecks:
    """A claim checked by another newsroom, and its relation to a statement."""

    found: PeerMatch
    kind: SafeString
    percent: int


def find_similar_claims(statement: str, *, person: User) -> dict[str, Any]:
    """Return claims of followed newsrooms that relate to a statement, best match first."""
    if not person.has_perm("federation.view_peerclaim"):
        return {}
    matches = find_peer_matches(statement, MatchTerms(cut="text", most=MAX_CLAIMS))
    return {
        "elsewhere": [
            PeerChecks(one, build_kind_badge(one.kind), round(100 * one.confidence)) for one in matches
        ]
    }
