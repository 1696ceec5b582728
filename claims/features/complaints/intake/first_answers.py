"""The immediate results for a reader's request: published claims, and claims that answered earlier requests."""

from dataclasses import dataclass
from typing import Any

from claims.features.complaints.models import ReaderRequest
from claims.features.complaints.pictures import SentPicture
from claims.ledger.queries.address_search import build_address_key
from claims.models import Publication
from claims.public.pages.check import find_claims_at_address, match_text
from claims.public.pages.checked_text import CheckedText, check_passages
from claims.public.pages.entry_page import list_ratings

Document = dict[str, Any]
_MAX_FOUND_CLAIMS = 5


@dataclass(frozen=True)
class FirstAnswer:
    """The published claims found immediately for a request.

    Attributes:
        checked_text: the text with its checked claims; None if only a URL or a picture was sent.
        known_claims: published claims that appeared at the URL, or that answered the same request before.
    """

    checked_text: CheckedText | None
    known_claims: list[Document]

    @property
    def has_same_claim(self) -> bool:
        """Return whether a published claim already answers the reader's request; related claims do not count."""
        return bool(self.known_claims or (self.checked_text and self.checked_text.repeated_count))

    @property
    def ratings(self) -> list[Document]:
        return list_ratings([*self.known_claims, *(self.checked_text.claims if self.checked_text else [])])


def find_first_answer(
    *, text: str = "", address: str = "", picture: SentPicture | None = None
) -> FirstAnswer:
    """Return the published claims that may answer a request."""
    passages = check_passages(text, match_text(text)) if text else None
    claims_at_url = find_claims_at_address(address) if address else []
    found_claim_ids = {document["id"] for document in claims_at_url}
    earlier_answers = [
        answer for answer in _find_earlier_answers(address, picture) if answer["id"] not in found_claim_ids
    ]
    return FirstAnswer(passages, [*claims_at_url, *earlier_answers])


def _find_earlier_answers(address: str, picture: SentPicture | None) -> list[Document]:
    """Return the claims that answered earlier requests about the same URL or picture."""
    if not address and picture is None:
        return []
    answered_requests = ReaderRequest.objects.filter(state=ReaderRequest.State.ANSWERED, claim__isnull=False)
    same_requests = (
        answered_requests.filter(picture_key=picture.key)
        if picture
        else answered_requests.filter(url_key=build_address_key(address), picture_key="")
    )
    claims = list(same_requests.order_by("-pk").values_list("claim_id", flat=True)[:_MAX_FOUND_CLAIMS])
    entries = Publication.objects.current().filter(claim_id__in=claims).order_by("-published_at")
    return [row.document for row in entries]
