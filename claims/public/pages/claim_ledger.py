"""All publications of one claim, for the pages about it."""

from django.http import Http404
from django.urls import reverse

from claims.models import Publication
from claims.public.pages.published_source import DEFERRED_COLUMNS
from factcheck.api.query_values import MAX_ID


def load_ledger(claim_id: int) -> list[Publication]:
    """Return all publications of a claim, newest first.

    Raises:
        Http404: the claim was never published.
    """
    ledger = list(
        Publication.objects.defer(*DEFERRED_COLUMNS)
        .filter(claim_id=min(claim_id, MAX_ID))
        .order_by("-version")
    )
    if not ledger:
        raise Http404("No published claim has this number.")
    return ledger


def build_address(publication: Publication) -> str:
    """Return the URL of the claim's page."""
    return reverse("claim", args=[publication.claim_id, publication.slug])
