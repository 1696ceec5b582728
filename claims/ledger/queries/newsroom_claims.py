"""The list of claims, optionally limited to those that the newsroom checked itself."""

from django.db.models import Q

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.verdict_filters import VerdictParameter
from claims.models.published_verdict import match_own_verdicts
from factcheck.api.query_values import Keyword


class NewsroomClaimsQuery(ClaimListQuery):
    """The query of published claims of all publishers, or only of the newsroom, for feeds."""

    by = VerdictParameter(
        Keyword(("house", "all")),
        (
            "`all` for the verdicts of all publishers; by default, the newsroom's own, unless "
            "`publisher` or `status` selects others."
        ),
        matches=lambda whose: match_own_verdicts() if whose == "house" else Q(),
        slotted=False,
    )
