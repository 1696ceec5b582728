"""The list of claims, of which somebody may want those that the newsroom checked itself."""

from django.db.models import Q

from claims.ledger.queries.claim_filters import ClaimListQuery, VerdictParameter
from claims.models.published_verdict import ours
from factcheck.api.query_values import Keyword


class OwnClaimsQuery(ClaimListQuery):
    """Published claims, whoever checked them, or the newsroom itself; for feeds."""

    by = VerdictParameter(
        Keyword(("house", "all")),
        "Whose verdicts: the newsroom's own unless `publisher` or `status` asks for others, or `all`.",
        matches=lambda whose: ours() if whose == "house" else Q(),
        slotted=False,
    )
