"""Carry out the moves of `claims.review.translation_moves`: every move of a translation calls `move_translation()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation as languages
from django.utils.translation import gettext as _

from claims.ledger import publishing
from claims.models import Claim, Translation, TranslationStep, Verdict
from claims.models.translation import SIGN_OFF
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.review.notices import notify_of_translation
from claims.review.steps import Option, collect_options, require_step
from claims.review.translation_moves import TRANSLATION_MOVES
from factcheck.database import clock
from factcheck.language_names import get_language_name


def list_translation_options(translation: Translation, by: User) -> list[Option]:
    """Return the moves open to the person, in the order of the table."""
    return collect_options(TRANSLATION_MOVES, translation, by)


@dataclass(frozen=True, slots=True)
class _MoveRequest:
    """The options of a move."""

    by: User
    note: str


@transaction.atomic
def move_translation(translation: Translation, action: str, *, by: User, note: str = "") -> Translation:
    """Carry out one legal move, record it, and publish its changes in one transaction.

    Args:
        note: internal, except for `publish` and `retract`, where readers see it.

    Returns:
        The translation as it stands after the move.

    Raises:
        NotPossible: the move does not exist from the present state, or something is missing for it (409).
        NotAllowed: it exists, but not for this person, and why (403).
    """
    fresh = lock_translation(translation)
    step = require_step(TRANSLATION_MOVES, fresh, action, by=by, note=note)
    asked = _MoveRequest(by, note.strip())
    _record(fresh, action, step.to, asked)
    fresh.state = step.to
    _EFFECTS.get(action, _save_state)(fresh, asked)
    notify_of_translation(fresh, action, by=by, note=note)
    return fresh


def lock_translation(translation: Translation) -> Translation:
    """Return the translation, reloaded under lock, after locking its claim and verdict.

    Raises:
        NotPossible: it is not there any more.
    """
    verdict = Verdict.objects.filter(translations=translation.pk).only("claim_id").first()
    claim = Claim.objects.select_for_update().filter(pk=verdict.claim_id).first() if verdict else None
    if verdict is None or claim is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    held = Verdict.objects.select_for_update(of=("self",)).select_related("publisher").get(pk=verdict.pk)
    held.claim = claim
    fresh = Translation.objects.select_for_update().filter(pk=translation.pk).first()
    if fresh is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    fresh.verdict = held
    return fresh


def _record(translation: Translation, action: str, after: str, asked: _MoveRequest) -> None:
    TranslationStep.objects.create(
        translation=translation,
        action=action,
        before=translation.state,
        after=after,
        round=translation.review_round,
        by=asked.by,
        by_name=get_display_name(asked.by),
        note=asked.note,
    )


# What a move does besides changing the state --------------------------------------------------------------------------


def _save_state(translation: Translation, asked: _MoveRequest) -> None:
    translation.save(update_fields=["state"])


def _submit(translation: Translation, asked: _MoveRequest) -> None:
    translation.review_round += 1
    translation.required_signoffs = settings.REQUIRED_SIGNOFFS
    translation.submitted_by, translation.submitted_at = asked.by, clock.get_database_time()
    terms = ["review_round", "required_signoffs", "submitted_by", "submitted_at"]
    translation.save(update_fields=["state", *terms])


def _sign_off(translation: Translation, asked: _MoveRequest) -> None:
    """Do nothing: the sign-off itself was recorded."""


def _publish(translation: Translation, asked: _MoveRequest) -> None:
    before = list(find_replaced(translation).select_for_update().order_by("pk"))
    if not asked.note and any(row.verdict_id == translation.verdict_id for row in before):
        raise NotPossible(
            _(
                "A public note is required, because this replaces a published translation of the same text. "
                "Say what changed in it."
            )
        )
    for row in before:
        _record(row, "supersede", Translation.State.SUPERSEDED, _MoveRequest(asked.by, ""))
        row.state = Translation.State.SUPERSEDED
        row.save(update_fields=["state"])
    translation.published_at = clock.get_database_time()
    translation.save(update_fields=["state", "published_at"])
    note = asked.note or _build_note(translation)
    publishing.record_translations(translation.verdict.claim, note=note)


def _retract(translation: Translation, asked: _MoveRequest) -> None:
    translation.save(update_fields=["state"])
    publishing.record_translations(translation.verdict.claim, note=asked.note)


def find_replaced(translation: Translation) -> QuerySet[Translation]:
    """Return the published translations that this one replaces."""
    verdict = translation.verdict
    return Translation.objects.filter(
        verdict__claim=verdict.claim_id,
        verdict__publisher=verdict.publisher_id,
        language__iexact=translation.language,
        state=Translation.State.PUBLISHED,
    ).exclude(pk=translation.pk)


def _build_note(translation: Translation) -> str:
    """Return the default public note in the original's language."""
    with languages.override(translation.verdict.language or settings.LANGUAGE_CODE):
        return _("Translated into %(language)s.") % {"language": get_language_name(translation.language)}


_EFFECTS: dict[str, Callable[[Translation, _MoveRequest], None]] = {
    "submit": _submit,
    SIGN_OFF: _sign_off,
    "publish": _publish,
    "retract": _retract,
}
