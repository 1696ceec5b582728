"""Translations in the states that tests are about."""

from typing import Any

from django.contrib.auth.models import User

from claims.models import Claim, Translation, Verdict
from claims.review.translation_drafts import begin_translation
from claims.review.workflow import move

WORDS = {
    "statement": "El puente costó doce millones de euros.",
    "summary": "Las cuentas muestran otra suma.",
    "explanation": "Lo dicen las cuentas **auditadas**.",
}


def live_verdict(claim: Claim) -> Verdict:
    """The one that readers see."""
    return claim.verdicts.get(state="published")


def translate(claim: Claim, by: User, language: str = "es", **words: Any) -> Translation:
    """A complete draft."""
    return begin_translation(live_verdict(claim), language, by=by, **(WORDS | words))


def publish_translation(
    claim: Claim, translator: User, editor: User, language: str = "es", *, note: str = "", **words: Any
) -> Translation:
    """Through the whole workflow."""
    draft = translate(claim, translator, language, **words)
    return publish_draft(draft, editor, note=note)


def publish_draft(draft: Translation, editor: User, *, note: str = "") -> Translation:
    draft = move(draft, "submit", by=draft.author or editor)
    draft = move(draft, "sign_off", by=editor)
    return move(draft, "publish", by=editor, note=note)
