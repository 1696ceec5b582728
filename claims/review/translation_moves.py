"""The table of legal moves of translations, like that of `moves` for claims and verdicts.

`claims.review.translation_workflow` carries them out.
"""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.ledger.publishing import build_restated_body
from claims.models import Claim, Publication, Translation, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review.moves import Move, MoveHidden
from claims.review.translation_originals import OriginalText, find_original
from factcheck.list_phrases import join_phrases


def list_missing_of_translation(translation: Translation, original: OriginalText | None = None) -> list[str]:
    """Return what the translation still needs before review, in words; empty when complete.

    Args:
        original: what it is of, where that was read already.
    """
    original = original or find_original(translation.verdict)
    if original is None or original.sha256 != translation.original_sha256:
        return [_("the current original: readers now see another version. Translate that one")]
    lacks = [
        _("the translation of the %(part)s") % {"part": label}
        for name, label in original.labels.items()
        if original.words[name].strip() and not getattr(translation, name).strip()
    ]
    has_more = [
        _("an empty “%(part)s”, as in the original") % {"part": label}
        for name, label in original.labels.items()
        if not original.words[name].strip() and getattr(translation, name).strip()
    ]
    same = original.statement_language.lower() == translation.language.lower()
    if same and translation.statement != original.words["statement"]:
        has_more.append(_("the statement in its own words: it was made in this language"))
    return [*lacks, *has_more]


def _require_author_and_complete(translation: Translation, by: User) -> None:
    if by.pk not in translation.writers and not by.has_perm("claims.sign_off_translation"):
        raise NotAllowed(_("This draft belongs to another user. Only its author or an editor can change it."))
    _require_complete(translation, by)


def _require_complete(translation: Translation, by: User) -> None:
    if missing := list_missing_of_translation(translation):
        raise NotPossible(_("Not ready yet. Missing: %(what)s.") % {"what": join_phrases(missing)})


def _require_signed_off(translation: Translation, by: User) -> None:
    verdict = translation.verdict
    if verdict.state != Verdict.State.PUBLISHED or verdict.claim.state != Claim.State.ACCEPTED:
        raise NotPossible(
            _("The version that it translates is no longer published. Translate the new version.")
        )
    _require_complete(translation, by)
    given = translation.steps.signoffs().exclude(by__in=translation.writers).count()
    if given < translation.required_signoffs:
        raise NotPossible(
            _("%(given)d of %(required)d sign-offs by people other than the translator.")
            % {"given": given, "required": translation.required_signoffs}
        )


def _require_other_author(translation: Translation, by: User) -> None:
    if by.pk in translation.writers:
        raise NotAllowed(
            _("You wrote, edited or submitted this translation, so another person must review it.")
        )


def _require_not_signed_off(translation: Translation, by: User) -> None:
    _require_other_author(translation, by)
    if translation.steps.signoffs().filter(by=by).exists():
        raise NotPossible(_("You have already signed off this translation."))


def _require_author(translation: Translation, by: User) -> None:
    if by.pk not in (translation.author_id, translation.submitted_by_id):
        raise NotAllowed(
            _("Only the author or submitter can withdraw a translation. Request changes instead.")
        )


def _require_shown(translation: Translation, by: User) -> None:
    newest = Publication.objects.current().filter(claim=translation.verdict.claim_id).first()
    if newest is None or all(
        each["id"] != translation.pk for each in build_restated_body(newest)["translations"]
    ):
        raise MoveHidden(_("This translation is no longer shown to readers."))


_TranslationState = Translation.State

TRANSLATION_MOVES: dict[tuple[str, str], Move[Translation]] = {
    (_TranslationState.DRAFT, "submit"): Move(
        _TranslationState.IN_REVIEW,
        gettext_lazy("Submit for review"),
        "claims.submit_translation",
        note=gettext_lazy("Note to the reviewers"),
        check=_require_author_and_complete,
    ),
    (_TranslationState.IN_REVIEW, "sign_off"): Move(
        _TranslationState.IN_REVIEW,
        gettext_lazy("Sign off"),
        "claims.sign_off_translation",
        note=gettext_lazy("What you checked"),
        check=_require_not_signed_off,
    ),
    (_TranslationState.IN_REVIEW, "request_changes"): Move(
        _TranslationState.DRAFT,
        gettext_lazy("Request changes"),
        "claims.sign_off_translation",
        note=gettext_lazy("What needs to change"),
        note_required=True,
        check=_require_other_author,
    ),
    (_TranslationState.IN_REVIEW, "withdraw"): Move(
        _TranslationState.DRAFT,
        gettext_lazy("Withdraw from review"),
        "claims.submit_translation",
        check=_require_author,
    ),
    (_TranslationState.IN_REVIEW, "publish"): Move(
        _TranslationState.PUBLISHED,
        gettext_lazy("Publish"),
        "claims.publish_translation",
        note=gettext_lazy("Public note: what changed in the translation, if there was one before"),
        check=_require_signed_off,
    ),
    (_TranslationState.PUBLISHED, "retract"): Move(
        _TranslationState.RETRACTED,
        gettext_lazy("Withdraw"),
        "claims.retract_translation",
        note=gettext_lazy("Public note: why the translation is withdrawn"),
        note_required=True,
        check=_require_shown,
    ),
}
