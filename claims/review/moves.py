"""The tables of legal moves of claims, verdicts and translations, with the states before and after.

`claims.review.workflow` makes the moves. The desk's buttons are built from these tables too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.ledger.publishing import (
    build_restated_body,
    have_claimed_media_changed,
    have_reviewed_parts_changed,
)
from claims.models import Claim, ClaimMedia, Evidence, Publication, Translation, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review.requirements import list_requirements
from claims.review.translation_originals import OriginalText, find_original
from factcheck.list_phrases import join_phrases

Subject = TypeVar("Subject", Claim, Verdict, Translation)
Reviewed = TypeVar("Reviewed", Verdict, Translation)


@dataclass(frozen=True, slots=True)
class Move(Generic[Subject]):
    """One row of the table of moves."""

    new_state: str
    """The state after the move."""
    label: StrOrPromise
    """The label of the button."""
    permission: str
    note: StrOrPromise = ""
    """The label of the note that the person is asked to write; empty if no note is asked for."""
    is_note_required: bool = False
    check: Callable[[Subject, User], None] | None = None
    """Raises NotPossible or NotAllowed if a further condition of the move is not met."""


class MoveHidden(NotPossible):
    """The move does not apply to this row, so neither a button nor an obstacle is shown."""


def list_missing_parts(verdict: Verdict, evidence: Iterable[Evidence] | None = None) -> dict[str, str]:
    """Return a description of each part that the verdict lacks for review, keyed by the name of the part.

    Args:
        evidence: the verdict's evidence, if it differs from the stored evidence.
    """
    if evidence is None:
        # This query loads only the columns that are checked here.
        rows = Evidence.objects.filter(verdict=verdict).select_related("source", "media")
        evidence = rows.only("verdict_id", "snapshot_id", "source__url", "media__alternative_text")
    evidence = list(evidence)
    has_usable_evidence = any(row.source.url or row.snapshot_id or row.media_id for row in evidence)
    has_undescribed_media = _has_undescribed_media(verdict.claim_id) or any(
        row.media and not row.media.alternative_text.strip() for row in evidence
    )
    has_note = verdict.correction_kind and verdict.correction_note.strip()
    requirements = {
        "state": (verdict.claim.state != Claim.State.ACCEPTED, _("acceptance of the claim")),
        "rating": (verdict.rating is None, _("a rating")),
        "summary": (not verdict.summary.strip(), _("a summary")),
        "reviewed_on": (verdict.reviewed_on is None, _("the date of the review")),
        "evidence": (not has_usable_evidence, _("evidence with an address or a snapshot")),
        "alternative_text": (
            has_undescribed_media,
            _("alternative text for each picture, recording and video"),
        ),
        "correction": (verdict.supersedes_id and not has_note, _("the kind of change and its public note")),
    }
    parts = {part: description for part, (is_lacking, description) in requirements.items() if is_lacking}
    return parts | {
        requirement.part: description
        for requirement in list_requirements()
        if (description := requirement.find_missing(verdict))
    }


def _has_undescribed_media(claim_id: int) -> bool:
    """Return whether readers would see media of the claim that have no description."""
    condition = Q(claim=claim_id) | Q(claim__merged_into=claim_id)
    return ClaimMedia.objects.filter(condition, media__alternative_text__regex=r"^\s*$").exists()


def _require_descriptions(claim: Claim) -> None:
    if _has_undescribed_media(claim.pk):
        raise NotPossible(
            _(
                "A picture, recording or video of this claim has no description (“alternative text”). "
                "Readers who cannot see or hear it need one."
            )
        )


def list_missing_requirements(verdict: Verdict) -> list[str]:
    """Return descriptions of the parts that the verdict lacks for review; empty if it is complete."""
    return list(list_missing_parts(verdict).values())


def _require_complete(verdict: Verdict, by: User) -> None:
    if missing_requirements := list_missing_requirements(verdict):
        raise NotPossible(
            _("Not ready yet. Missing: %(what)s.") % {"what": join_phrases(missing_requirements)},
            code="incomplete",
        )


def _require_signed_off(verdict: Verdict, by: User) -> None:
    _require_complete(verdict, by)
    for requirement in list_requirements():
        requirement.check(verdict)
    count = verdict.signoffs.valid().exclude(by=verdict.author_id).count()
    if count < verdict.required_signoffs:
        raise NotPossible(
            _("The verdict has %(given)d of %(required)d sign-offs by people other than the author.")
            % {"given": count, "required": verdict.required_signoffs},
            code="signoff_missing",
        )
    published_verdicts = Verdict.objects.filter(
        claim=verdict.claim_id, publisher=verdict.publisher_id, state=_VerdictState.PUBLISHED
    )
    if published_verdicts.exclude(pk=verdict.supersedes_id or 0).exists():
        raise NotPossible(
            _(
                "Another verdict has been published since this one was drafted. Draft a new version of that one."
            ),
            code="verdict_published",
        )
    # Check deadlines last: everything else must be complete before a deadline passes.
    for requirement in list_requirements():
        requirement.wait(verdict)


_AUTHOR_MESSAGES = {
    Verdict: gettext_lazy("You wrote, edited or submitted this verdict, so another person must review it."),
    Translation: gettext_lazy(
        "You wrote, edited or submitted this translation, so another person must review it."
    ),
}
_SIGNED_OFF_MESSAGES = {
    Verdict: gettext_lazy("You have already signed off this verdict."),
    Translation: gettext_lazy("You have already signed off this translation."),
}
_NOT_AUTHOR_MESSAGES = {
    Verdict: gettext_lazy("Only the author or submitter can withdraw a verdict. Request changes instead."),
    Translation: gettext_lazy(
        "Only the author or submitter can withdraw a translation. Request changes instead."
    ),
}


def _require_other_author(subject: Verdict | Translation, by: User) -> None:
    if by.pk in subject.writers:
        raise NotAllowed(_AUTHOR_MESSAGES[type(subject)])


def _require_not_signed_off(subject: Verdict | Translation, by: User) -> None:
    _require_other_author(subject, by)
    if isinstance(subject, Verdict):
        is_signed_off = subject.signoffs.valid().filter(by=by).exists()
    else:
        is_signed_off = subject.steps.signoffs().filter(by=by).exists()
    if is_signed_off:
        raise NotPossible(_SIGNED_OFF_MESSAGES[type(subject)], code="already_signed_off")


def _require_author(subject: Verdict | Translation, by: User) -> None:
    if by.pk not in (subject.author_id, subject.submitted_by_id):
        raise NotAllowed(_NOT_AUTHOR_MESSAGES[type(subject)])


def _require_no_live_verdict(claim: Claim, by: User) -> None:
    # The verdicts of the claim and of claims merged into it. They are found by key; a join would read every verdict.
    merged_claims = Claim.objects.filter(Q(pk=claim.pk) | Q(merged_into=claim))
    published_verdicts = Verdict.objects.filter(claim__in=merged_claims, state=_VerdictState.PUBLISHED)
    if published_verdicts.exists():
        raise NotPossible(_("The claim has a published verdict. Retract it first."), code="verdict_published")


def _require_mergeable(claim: Claim, by: User) -> None:
    _require_descriptions(claim)
    if claim.merged_claims.exists():
        raise NotPossible(
            _("Other claims are merged into this one. Undo those merges first, or merge the other way round.")
        )


def _require_unused(claim: Claim, by: User) -> None:
    is_used = claim.verdicts.exists() or claim.merged_claims.exists() or claim.publications.exists()
    if is_used:
        raise MoveHidden(
            _(
                "The claim has a verdict, was published, or has other claims merged into it, so it cannot go "
                "back to triage."
            )
        )


def _require_unreviewed_changes(claim: Claim, by: User) -> None:
    current_entry = claim.publications.current().first()
    if current_entry is None:
        raise MoveHidden(_("The claim is not published."))
    if have_reviewed_parts_changed(claim, current_entry) or have_claimed_media_changed(claim, current_entry):
        raise NotPossible(
            _(
                "The statement, claimant, date or media of the claim differ from the published version. "
                "Draft a new verdict."
            )
        )
    _require_descriptions(claim)


def list_missing_translation_requirements(
    translation: Translation, original: OriginalText | None = None
) -> list[str]:
    """Return descriptions of the parts that the translation lacks for review; empty if it is complete."""
    original = original or find_original(translation.verdict)
    if original is None or original.sha256 != translation.original_sha256:
        return [_("the current original: readers now see a newer version, so translate that one")]
    missing_parts = [
        _("the translation of the %(part)s") % {"part": label}
        for name, label in original.labels.items()
        if original.words[name].strip() and not getattr(translation, name).strip()
    ]
    excess_parts = [
        _("“%(part)s” left empty, as in the original") % {"part": label}
        for name, label in original.labels.items()
        if not original.words[name].strip() and getattr(translation, name).strip()
    ]
    has_same_language = original.statement_language.lower() == translation.language.lower()
    if has_same_language and translation.statement != original.words["statement"]:
        excess_parts.append(_("the statement in its original wording, because it was made in this language"))
    return [*missing_parts, *excess_parts]


def _require_author_and_complete(translation: Translation, by: User) -> None:
    if by.pk not in translation.writers and not by.has_perm("claims.sign_off_translation"):
        raise NotAllowed(_("This draft belongs to another user. Only its author or an editor can change it."))
    _require_translation_complete(translation, by)


def _require_translation_complete(translation: Translation, by: User) -> None:
    if missing_parts := list_missing_translation_requirements(translation):
        raise NotPossible(_("Not ready yet. Missing: %(what)s.") % {"what": join_phrases(missing_parts)})


def _require_translation_signed_off(translation: Translation, by: User) -> None:
    verdict = translation.verdict
    if verdict.state != Verdict.State.PUBLISHED or verdict.claim.state != Claim.State.ACCEPTED:
        raise NotPossible(_("The translated version is no longer published. Translate the new version."))
    _require_translation_complete(translation, by)
    count = translation.steps.signoffs().exclude(by__in=translation.writers).count()
    if count < translation.required_signoffs:
        raise NotPossible(
            _("The translation has %(given)d of %(required)d sign-offs by people other than the translator.")
            % {"given": count, "required": translation.required_signoffs}
        )


def _require_shown(translation: Translation, by: User) -> None:
    newest_entry = Publication.objects.current().filter(claim=translation.verdict.claim_id).first()
    if newest_entry is None or all(
        document["id"] != translation.pk for document in build_restated_body(newest_entry)["translations"]
    ):
        raise MoveHidden(_("This translation is no longer shown to readers."))


_ClaimState, _VerdictState, _TranslationState = Claim.State, Verdict.State, Translation.State

_MERGE: Move[Claim] = Move(
    _ClaimState.MERGED,
    gettext_lazy("Merge into another claim"),
    "claims.merge_claim",
    note=gettext_lazy("Reason for the merge"),
    check=_require_mergeable,
)
_DECLINE: Move[Claim] = Move(
    _ClaimState.DECLINED,
    gettext_lazy("Decline"),
    "claims.triage_claim",
    note=gettext_lazy("Reason for not checking the claim"),
    is_note_required=True,
    check=_require_no_live_verdict,
)
_RECONSIDER: Move[Claim] = Move(
    _ClaimState.PROPOSED,
    gettext_lazy("Back to triage"),
    "claims.triage_claim",
    note=gettext_lazy("Reason for a new decision"),
    check=_require_unused,
)

#: (state, action) → move. An unmerged claim returns to the state it was merged from, so no state is named there.
CLAIM_MOVES: dict[tuple[str, str], Move[Claim]] = {
    (_ClaimState.PROPOSED, "accept"): Move(
        _ClaimState.ACCEPTED,
        gettext_lazy("Accept for checking"),
        "claims.triage_claim",
        note=gettext_lazy("Reason for checking the claim"),
    ),
    (_ClaimState.PROPOSED, "decline"): _DECLINE,
    (_ClaimState.ACCEPTED, "decline"): _DECLINE,
    (_ClaimState.PROPOSED, "merge"): _MERGE,
    (_ClaimState.ACCEPTED, "merge"): _MERGE,
    (_ClaimState.DECLINED, "merge"): _MERGE,
    (_ClaimState.ACCEPTED, "reconsider"): _RECONSIDER,
    (_ClaimState.DECLINED, "reconsider"): _RECONSIDER,
    (_ClaimState.MERGED, "unmerge"): Move(
        "",
        gettext_lazy("Undo the merge"),
        "claims.merge_claim",
        note=gettext_lazy("Reason for undoing the merge"),
    ),
    (_ClaimState.ACCEPTED, "republish"): Move(
        _ClaimState.ACCEPTED,
        gettext_lazy("Publish changed appearances and topics"),
        "claims.republish_claim",
        note=gettext_lazy("Public note on the change"),
        is_note_required=True,
        check=_require_unreviewed_changes,
    ),
}


def _build_review(
    model: type[Reviewed], require_complete: Callable[[Reviewed, User], None]
) -> dict[tuple[str, str], Move[Reviewed]]:
    """Return the moves that verdicts and translations share, from draft to the end of the review."""
    states, noun = model.State, model._meta.model_name
    return {
        (states.DRAFT, "submit"): Move(
            states.IN_REVIEW,
            gettext_lazy("Submit for review"),
            f"claims.submit_{noun}",
            note=gettext_lazy("Note to the reviewers"),
            check=require_complete,
        ),
        (states.IN_REVIEW, "sign_off"): Move(
            states.IN_REVIEW,
            gettext_lazy("Sign off"),
            f"claims.sign_off_{noun}",
            note=gettext_lazy("Checks made"),
            check=_require_not_signed_off,
        ),
        (states.IN_REVIEW, "request_changes"): Move(
            states.DRAFT,
            gettext_lazy("Request changes"),
            f"claims.sign_off_{noun}",
            note=gettext_lazy("Changes needed"),
            is_note_required=True,
            check=_require_other_author,
        ),
        (states.IN_REVIEW, "withdraw"): Move(
            states.DRAFT,
            gettext_lazy("Withdraw from review"),
            f"claims.submit_{noun}",
            check=_require_author,
        ),
    }


VERDICT_MOVES: dict[tuple[str, str], Move[Verdict]] = {
    **_build_review(Verdict, _require_complete),
    (_VerdictState.IN_REVIEW, "publish"): Move(
        _VerdictState.PUBLISHED, gettext_lazy("Publish"), "claims.publish_verdict", check=_require_signed_off
    ),
    (_VerdictState.PUBLISHED, "retract"): Move(
        _VerdictState.RETRACTED,
        gettext_lazy("Retract"),
        "claims.retract_verdict",
        note=gettext_lazy("Public note on the retraction"),
        is_note_required=True,
    ),
}

TRANSLATION_MOVES: dict[tuple[str, str], Move[Translation]] = {
    **_build_review(Translation, _require_author_and_complete),
    (_TranslationState.IN_REVIEW, "publish"): Move(
        _TranslationState.PUBLISHED,
        gettext_lazy("Publish"),
        "claims.publish_translation",
        note=gettext_lazy("Public note on the change, if there was an earlier translation"),
        check=_require_translation_signed_off,
    ),
    (_TranslationState.PUBLISHED, "retract"): Move(
        _TranslationState.RETRACTED,
        gettext_lazy("Withdraw"),
        "claims.retract_translation",
        note=gettext_lazy("Public note on the withdrawal"),
        is_note_required=True,
        check=_require_shown,
    ),
}
