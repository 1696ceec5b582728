"""Find duplicate requests by URL, picture or statement."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.contrib.postgres.search import TrigramSimilarity

from claims.features.complaints.models import ReaderRequest
from claims.matching.answers import MatchOptions, compute_answers
from claims.matching.candidates import ClaimTexts, FoundCandidates, build_candidates, compute_word_shares
from claims.matching.query import TextQuery, get_primary_language
from claims.matching.shared_words import find_claims_sharing_words

#: The most earlier requests compared with a new one, and the letter similarity that they need (from 0 to 1).
_MAX_CANDIDATES, _MIN_SIMILARITY = 10, 0.3


def find_duplicate_request(request: ReaderRequest, *, text: str) -> ReaderRequest | None:
    """Return an open request to check the same thing, or None.

    Requests with a URL or a picture are the same if the URL or the picture is the same. Texts are the same if
    matching finds that they make the same statement, including its facts. A request to check whether
    something is true differs from one to check whether its opposite is true.

    Args:
        text: the statement; it is ignored if there is a URL or a picture.
    """
    other_requests = ReaderRequest.objects.open().exclude(pk=request.pk).order_by("pk")
    if request.picture_key:
        return other_requests.filter(picture_key=request.picture_key).first()
    if request.url_key:
        return other_requests.filter(url_key=request.url_key, picture_key="").first()
    return _find_same_statement(text, request.language)


def _find_same_statement(text: str, language: str) -> ReaderRequest | None:
    similarity = TrigramSimilarity("text", text)
    similar_requests = (
        ReaderRequest.objects.open()
        .filter(url_key="", picture_key="", text__trigram_similar=text)
        .annotate(alike=similarity)
        .filter(alike__gte=_MIN_SIMILARITY)
        .order_by("-alike", "pk")[:_MAX_CANDIDATES]
    )
    texts_by_id = {
        row.pk: ClaimTexts(row.text, get_primary_language(row.language), "", None, "")
        for row in similar_requests
    }
    if not texts_by_id:
        return None
    options = MatchOptions(language=get_primary_language(language), cut="text", max_matches=1)
    [match_result] = compute_answers([text], options, partial(_find_candidates, texts_by_id))
    matches = [
        match for passage in match_result.passages for match in passage.matches if match.kind == "same"
    ]
    return ReaderRequest.objects.get(pk=matches[0].claim) if matches else None


def _find_candidates(texts_by_id: Mapping[int, ClaimTexts], queries: Sequence[TextQuery]) -> FoundCandidates:
    """Return the open requests to compare with these texts, in the format that matching uses for claims."""
    texts = [candidate_text.cleaned for candidate_text in queries]
    claims = find_claims_sharing_words(texts, _MAX_CANDIDATES)
    return FoundCandidates(
        [
            build_candidates(compute_word_shares(text, texts_by_id, claims.rarity), {}, texts_by_id, {}, None)
            for text in texts
        ],
        claims.rarity,
        claims.unknown_forms,
    )
