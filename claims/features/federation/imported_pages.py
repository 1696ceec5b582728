"""Store a page of another newsroom's ledger and the new import position in one transaction."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from claims.features.federation.ledger_pages import SignedChange, VerificationFailed, find_own_verdict
from claims.features.federation.models import PeerClaim, PeerNewsroom, PeerProgress
from claims.features.federation.models.peer_claim import MAX_ADDRESS_LENGTH, MAX_RATING_LENGTH
from claims.models import RatingClass
from claims.models.claim import MAX_STATEMENT_LENGTH
from factcheck.database.bounds import EARLIEST, LATEST
from factcheck.database.model_fields import LANGUAGE_TAG

_STATUS = PeerClaim.Status
_MAX_SUMMARY_LENGTH = 20_000
_MAX_CLAIMANT_LENGTH = 500

_REMOVAL = "removal"
_REDACTION_MARKER = "█" * 4

#: The fields of a stored claim that a later entry may change.
_CHANGED_FIELDS = (
    *("status", "statement", "language", "claimant", "claimed_on", "rating", "rating_class", "summary"),
    *("reviewed_on", "url", "note", "merged_into", "published_at", "taken_at", "change", "signature", "body"),
)


def import_changes(newsroom: PeerNewsroom, changes: Sequence[SignedChange], *, held_until: datetime) -> bool:
    """Import the next entries. Return False if the lease was lost or the newsroom was deleted.

    Raises:
        VerificationFailed: an entry lacks required values.
    """
    with transaction.atomic():
        progress = (
            PeerProgress.objects.select_for_update().filter(pk=newsroom.pk, held_until=held_until).first()
        )
        if progress is None or progress.sequence != changes[0].sequence - 1:
            return False
        claim_ids = {change.claim_id for change in changes}
        claims_by_id = {claim.claim_id: claim for claim in newsroom.claims.filter(claim_id__in=claim_ids)}
        for change in changes:
            claim = _apply_change(change, claims_by_id.get(change.claim_id), newsroom)
            if claim is not None:
                claims_by_id[change.claim_id] = claim
        _store_claims(list(claims_by_id.values()))
        progress.sequence, progress.last_change = changes[-1].sequence, changes[-1].text
        progress.etag = ""
        progress.save(update_fields=["sequence", "last_change", "etag"])
    return True


def _store_claims(claims: Sequence[PeerClaim]) -> None:
    PeerClaim.objects.bulk_create(claim for claim in claims if claim._state.adding)
    PeerClaim.objects.bulk_update((claim for claim in claims if not claim._state.adding), _CHANGED_FIELDS)


def _apply_change(
    change: SignedChange, known_claim: PeerClaim | None, newsroom: PeerNewsroom
) -> PeerClaim | None:
    """Return the claim as changed by this entry, or None if the claim is new and lacks the newsroom's own verdict."""
    verdict = find_own_verdict(change.claim) if change.claim else None
    if verdict is None and known_claim is None:
        return None
    claim = known_claim or PeerClaim(newsroom=newsroom, claim_id=change.claim_id)
    claim.change, claim.signature = change.text, change.signature
    claim.note, claim.merged_into = change.note, change.merged_into
    claim.published_at, claim.taken_at = change.published_at, timezone.now()
    if change.claim is None or verdict is None:
        # Other publishers' verdicts are not this newsroom's to publish.
        claim.status = _STATUS.RETRACTED if change.status == _STATUS.PUBLISHED else change.status
        claim.body = ""
        if change.kind == _REMOVAL:
            # The withdrawn claim contained words that were removed by law, so none of its text is kept here.
            claim.statement = claim.rating = _REDACTION_MARKER
            claim.claimant = claim.summary = ""
            claim.url = f"{newsroom.url}/claims/{claim.claim_id}/"
        return claim
    claim.status, claim.body = _STATUS.PUBLISHED, change.body
    for name, value in _read_fields(change.claim, verdict, newsroom.url).items():
        setattr(claim, name, value)
    return claim


def _read_fields(claim: dict[str, Any], verdict: dict[str, Any], site: str) -> dict[str, Any]:
    rating = _get_object(verdict, "rating")
    label, rating_class = _get_required_text(rating, "label", MAX_RATING_LENGTH), rating.get("rating_class")
    language, url = (
        _get_required_text(claim, "language", 35),
        _get_required_text(claim, "url", MAX_ADDRESS_LENGTH),
    )
    if not re.fullmatch(LANGUAGE_TAG, language):
        raise VerificationFailed(
            gettext("Claim %(id)s is in “%(language)s”, which is not a language.")
            % {"id": claim["id"], "language": language}
        )
    if not url.startswith(f"{site}/"):
        raise VerificationFailed(
            gettext("The page of claim %(id)s is given as %(url)s, which is not on the newsroom’s site.")
            % {"id": claim["id"], "url": url}
        )
    claimant = claim.get("claimant")
    return {
        "statement": _get_required_text(claim, "statement", MAX_STATEMENT_LENGTH),
        "language": language,
        "claimant": _get_required_text(claimant, "name", _MAX_CLAIMANT_LENGTH)
        if isinstance(claimant, dict)
        else "",
        "claimed_on": _parse_day(claim.get("claimed_on")),
        "rating": label,
        "rating_class": rating_class if rating_class in RatingClass.values else "",
        "summary": _clean_text(verdict.get("summary"), _MAX_SUMMARY_LENGTH),
        "reviewed_on": _parse_day(verdict.get("reviewed_on")),
        "url": url,
    }


def _get_object(document: dict[str, Any], name: str) -> dict[str, Any]:
    member = document.get(name)
    if not isinstance(member, dict):
        raise VerificationFailed(
            gettext("A verdict in the newsroom’s response has no “%(name)s”.") % {"name": name}
        )
    return member


def _get_required_text(document: dict[str, Any], name: str, max_length: int) -> str:
    value = _clean_text(document.get(name), max_length)
    if not value.strip():
        raise VerificationFailed(
            gettext(
                "A claim in the newsroom’s response must have a “%(name)s” of at most %(most)s characters."
            )
            % {"name": name, "most": max_length}
        )
    return value


def _clean_text(value: Any, max_length: int) -> str:
    """Return the value if it is a text that can be stored, otherwise ""."""
    return value if isinstance(value, str) and len(value) <= max_length and "\0" not in value else ""


def _parse_day(value: Any) -> date | None:
    """Return the value as a date, or None if it is not a valid date."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return day if EARLIEST <= day <= LATEST else None
