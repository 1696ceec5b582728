"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from claims.features.reply.models import ReplyRequest, ReplyTemplate
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    """A reason for not asking beside the draft on the claim, and a wording of requests."""
    draft = claim.verdicts.get(state="draft")
    ReplyRequest.objects.create(verdict=draft, party=f"The builder {claim.pk}", not_asked="no_way")
    ReplyTemplate.objects.get_or_create(
        language="nn",
        defaults={"subject": "Your text", "text": "We check {claim}. Please answer by {deadline}."},
    )
