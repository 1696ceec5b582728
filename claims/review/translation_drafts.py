"""Drafts of translations: create them with a suggested wording, and edit them.

The desk's form and the editorial API both check here who may edit a draft.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from claims.models import Claim, Publication, Translation, Verdict
from claims.models.translation import TEXT_FIELDS
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.review.translation_originals import OriginalText, find_original, is_translation_of
from claims.review.verdict_drafts import lock_draft, record_editor
from claims.review.workflow import move

_State = Translation.State


@transaction.atomic
def begin_translation(verdict: Verdict, language: str, *, by: User, **content: Any) -> Translation:
    """Begin a translation of a published verdict, with the text of the newest existing translation.

    Args:
        content: fields of the translation; missing fields are copied from the newest translation.

    Raises:
        NotPossible: the verdict is unpublished, not the newsroom's own, already in this language, or already being
            translated.
    """
    require_permission(by, "claims.add_translation", _("translate"))
    claim = Claim.objects.select_for_update().filter(pk=verdict.claim_id).first()
    locked_verdicts = Verdict.objects.select_for_update(of=("self",)).select_related("publisher")
    current_verdict = locked_verdicts.filter(pk=verdict.pk).first()
    if claim is None or current_verdict is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    current_verdict.claim = claim
    original = require_translatable(current_verdict, language)
    same_language_translations = Translation.objects.filter(
        verdict=current_verdict, language__iexact=language
    )
    if same_language_translations.open().readable_by(by).exists():
        raise NotPossible(_("A translation into this language is already in progress."))
    if same_language_translations.open().exists():
        # The message has no details, because the person may not be allowed to read the other draft.
        raise NotPossible(
            _("You cannot translate this verdict into this language at the moment. Ask an editor.")
        )
    earlier_translation = find_newest_translation(current_verdict, language, by)
    values: dict[str, Any] = {}
    if earlier_translation:
        values = {name: getattr(earlier_translation, name) for name in (*TEXT_FIELDS, "byline")}
        values["edited_by"] = _list_unreviewed_writers(earlier_translation, by)
    if original.statement_language.lower() == language.lower():
        values["statement"] = original.words["statement"]
    return Translation.objects.create(
        verdict=current_verdict,
        language=language,
        version=(same_language_translations.aggregate(last=Max("version"))["last"] or 0) + 1,
        author=by,
        supersedes=earlier_translation,
        **{**values, **content},
    )


def require_translatable(verdict: Verdict, language: str) -> OriginalText:
    """Require that the verdict can be translated, and return the original text.

    Raises:
        NotPossible: the verdict cannot be translated; the message gives the reason.
    """
    entry = Publication.objects.current().filter(claim=verdict.claim_id).only("body").first()
    original = find_original(verdict, entry) if entry else None
    if original is None or verdict.state != Verdict.State.PUBLISHED:
        raise NotPossible(_("Only published verdicts are translated, and this one is not public."))
    if verdict.claim.state != Claim.State.ACCEPTED:
        raise NotPossible(_("The claim is merged into another one. Translate the verdict published there."))
    if not verdict.publisher.is_house:
        raise NotPossible(
            _("Only our own verdicts are translated. %(publisher)s is responsible for translating its own.")
            % {"publisher": verdict.publisher}
        )
    if language.lower() == original.language.lower():
        raise NotPossible(_("The original is already in this language."))
    return original


def find_newest_translation(verdict: Verdict, language: str, by: User) -> Translation | None:
    """Return the newest readable, unretracted translation of any version of the verdict into this language."""
    rows = Translation.objects.readable_by(by).filter(
        verdict__claim=verdict.claim_id, verdict__publisher=verdict.publisher_id, language__iexact=language
    )
    return rows.exclude(state=_State.RETRACTED).order_by("-verdict__version", "-version").first()


@transaction.atomic
def edit_translation(translation: Translation, *, by: User, **content: Any) -> Translation:
    """Change the content of a draft.

    Raises:
        NotPossible: the translation is no longer a draft.
        NotAllowed: the draft belongs to another person.
    """
    draft = lock_draft(translation, by)
    for name, value in content.items():
        setattr(draft, name, value)
    draft.save(update_fields=[*content])
    record_editor(draft, by)
    return draft


@transaction.atomic
def discard_translation(translation: Translation, *, by: User) -> None:
    """Delete a draft that was never submitted. Raises the errors of `edit_translation`."""
    require_permission(by, "claims.delete_translation", _("delete drafts"))
    draft = lock_draft(translation, by)
    if draft.steps.exists():
        raise NotPossible(_("The draft has been in review, so it is kept with its comments."))
    draft.delete()


@transaction.atomic
def carry_over_translation(translation: Translation, *, by: User) -> Translation:
    """Copy the translation of an earlier version to the version published now, and submit it, in one step.

    This is for translations that still match the original. Another person must sign off the copy.

    Raises:
        NotPossible: there is no translation to carry over, or it is incomplete.
    """
    earlier_verdict = translation.verdict
    verdict = Verdict.objects.filter(
        claim=earlier_verdict.claim_id, publisher=earlier_verdict.publisher_id, state=Verdict.State.PUBLISHED
    ).first()
    if verdict is None:
        raise NotPossible(_("Only published verdicts are translated, and this one is not public."))
    if is_translation_of(translation, find_original(verdict)) and verdict.pk == earlier_verdict.pk:
        raise NotPossible(
            _("This is already the translation of the current version: there is nothing to carry over.")
        )
    texts = {name: getattr(translation, name) for name in (*TEXT_FIELDS, "byline")}
    texts["edited_by"] = _list_unreviewed_writers(translation, by)
    draft = begin_translation(verdict, translation.language, by=by, **texts)
    return move(draft, "submit", by=by, note=_("Carried over unchanged from the previous version."))


def _list_unreviewed_writers(earlier_translation: Translation, by: User) -> list[int]:
    """Return the writers of text that was never approved. They may not sign off a draft with this text."""
    return sorted(earlier_translation.writers - {by.pk}) if earlier_translation.published_at is None else []
