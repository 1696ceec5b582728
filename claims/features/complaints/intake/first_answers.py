"""The immediate answer to a reader's request: results as in "Check a text", and answers to earlier requests."""

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
    """The published claims found immediately.

    Attributes:
        checked_text: the text with its checked claims; None if only a URL or a picture was sent.
        known_claims: published claims that appeared at the URL, or that answered earlier requests about the same
        thing.
    """

    checked_text: CheckedText | None
    known_claims: list[Document]

    @property
    def is_answer(self) -> bool:
        """Return whether exactly this claim was checked. Related or contradicting claims are not an answer."""
        return bool(self.known_claims or (self.checked_text and self.checked_text.repeated))

    @property
    def ratings(self) -> list[Document]:
        return list_ratings([*self.known_claims, *(self.checked_text.claims if self.checked_text else [])])


def find_first_answer(
    *, text: str = "", address: str = "", picture: SentPicture | None = None
) -> FirstAnswer:
    """Return the published claims that answer a request."""
    passages = check_passages(text, match_text(text)) if text else None
    claims_of_url = find_claims_at_address(address) if address else []
    found_ids = {document["id"] for document in claims_of_url}
    earlier_answers = [d for d in _find_earlier_answers(address, picture) if d["id"] not in found_ids]
    return FirstAnswer(passages, [*claims_of_url, *earlier_answers])


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
    rows = Publication.objects.current().filter(claim_id__in=claims).order_by("-published_at")
    return [row.document for row in rows]
