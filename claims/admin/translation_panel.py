"""The translations of a verdict, on its page and on its claim's page."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.admin.status_badges import build_state_badge
from claims.admin.translation_form import list_offered_languages
from claims.models import Translation, Verdict
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page
from factcheck.language_names import language_name

_STATE = Translation.State
#: Of the translations of a claim a page shows so many, the newest first; the list has all.
_SHOWN_TRANSLATIONS = 30


@dataclass(frozen=True, slots=True)
class TranslationLine:
    """One translation, how far it is and what can be done with it here."""

    row: Translation
    language: str
    badge: SafeString
    page: str
    is_out_of_date: bool
    may_carry_over: bool


def build_translations_context(verdict: Verdict | None, person: User) -> dict[str, Any]:
    """Return the context of the section; empty if there is nothing to translate."""
    if (
        verdict is None
        or not verdict.publisher.is_house
        or not person.has_perm("claims.view_translation")
        or (verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW) and verdict.supersedes_id is None)
    ):
        return {"translations": None}
    live = verdict if verdict.state == Verdict.State.PUBLISHED else _find_live_verdict(verdict)
    rows = list(
        Translation.objects.readable_by(person)
        .filter(verdict__claim=verdict.claim_id, verdict__publisher=verdict.publisher_id)
        .exclude(state__in=[_STATE.SUPERSEDED, _STATE.RETRACTED])
        .select_related("verdict", "author")
        .defer("explanation")
        .order_by("-pk")[:_SHOWN_TRANSLATIONS]
    )
    of_live = {row.language.lower() for row in rows if live and row.verdict_id == live.pk}
    may_add = live is not None and person.has_perm("claims.add_translation")
    lines = [
        _build_line(row, is_renewed=row.language.lower() in of_live, live=live, may_add=may_add)
        for row in rows
    ]
    taken = {verdict.language, *of_live}
    return {
        "translations": sorted(lines, key=lambda line: (line.row.language.lower(), -line.row.pk)),
        "translated_verdict": live,
        "translate_into": [(code, language_name(code)) for code in list_offered_languages(taken)]
        if may_add
        else [],
        "may_translate": may_add,
    }


def _find_live_verdict(verdict: Verdict) -> Verdict | None:
    return Verdict.objects.filter(
        claim=verdict.claim_id, publisher=verdict.publisher_id, state=Verdict.State.PUBLISHED
    ).first()


def _build_line(
    row: Translation, *, is_renewed: bool, live: Verdict | None, may_add: bool
) -> TranslationLine:
    is_old = live is None or row.verdict_id != live.pk
    return TranslationLine(
        row=row,
        language=language_name(row.language),
        badge=build_translation_badge(row),
        page=change_page(row),
        is_out_of_date=is_old,
        may_carry_over=is_old and may_add and not is_renewed and row.state == _STATE.PUBLISHED,
    )


def build_translation_badge(row: Translation) -> SafeString:
    """Return the state of a translation as a badge; for published ones, whether readers see it."""
    if row.state == _STATE.PUBLISHED and row.verdict.state != Verdict.State.PUBLISHED:
        return badge(_("Out of date"), "waiting")
    return build_state_badge(row)
