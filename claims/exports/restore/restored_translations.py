"""Translations in entries: their versions, replacements and withdrawals.

They are stored after the entries, because the database compares the text of a restored translation with the ledger.
"""

from typing import Any

from django.db.models import Max

from claims.exports.restore.replay import ACTOR
from claims.exports.restore.restored_entries import RestoredEntry
from claims.models import Publication, Translation, TranslationStep
from claims.models.translation import TEXT_FIELDS, digest_original

_State = Translation.State


def restore_translation_states(entries: list[RestoredEntry]) -> None:
    """Store the translations in these entries, with their states. Called inside a transaction."""
    known_ids = set(
        Translation.objects.filter(pk__in=_list_translations(entries)).values_list("pk", flat=True)
    )
    for entry in entries:
        bodies = entry.body.get("translations", [])  # older exports do not have these
        for body in bodies:
            if body["id"] not in known_ids:
                known_ids.add(body["id"])
                _replace_earlier(entry, body)
        if entry.kind == Publication.Kind.TRANSLATION:
            _retract_missing(entry, {body["id"] for body in bodies})


def _list_translations(entries: list[RestoredEntry]) -> list[int]:
    return [body["id"] for entry in entries for body in entry.body.get("translations", [])]


def _replace_earlier(entry: RestoredEntry, body: dict[str, Any]) -> None:
    """Replace an earlier translation into the same language, if there is one."""
    earlier_translations = Translation.objects.filter(
        verdict__claim=entry.claim, language__iexact=body["language"], state=_State.PUBLISHED
    )
    replaced_rows = list(earlier_translations.order_by("-pk"))
    for row in replaced_rows:
        _move(row, "supersede", _State.SUPERSEDED)
    translations = Translation.objects.filter(verdict=body["verdict"], language__iexact=body["language"])
    Translation.objects.create(
        id=body["id"],
        verdict_id=body["verdict"],
        language=body["language"],
        version=(translations.aggregate(last=Max("version"))["last"] or 0) + 1,
        original_sha256=_digest_original(entry.body, body["verdict"]),
        **{name: body[name] for name in TEXT_FIELDS},
        byline=body["translated_by"],
        is_restored=True,
        supersedes=replaced_rows[0] if replaced_rows else None,
        state=_State.PUBLISHED,
        published_at=body["reviewed_at"],
    )


def _retract_missing(entry: RestoredEntry, shown_ids: set[int]) -> None:
    """Retract translations of the entry's current wording that the entry no longer contains."""
    verdicts = [verdict["id"] for verdict in entry.body["verdicts"]]
    published_translations = Translation.objects.filter(verdict__in=verdicts, state=_State.PUBLISHED).exclude(
        pk__in=shown_ids
    )
    for row in published_translations.order_by("pk"):
        if row.original_sha256 == _digest_original(entry.body, row.verdict_id):
            _move(row, "retract", _State.RETRACTED, note=entry.line.values["note"])


def _digest_original(body: dict[str, Any], verdict: int) -> str:
    original = next(candidate for candidate in body["verdicts"] if candidate["id"] == verdict)
    return digest_original(
        body["statement"], original.get("title", ""), original["summary"], original["explanation"]
    )


def _move(row: Translation, action: str, state_after: str, *, note: str = "") -> None:
    TranslationStep.objects.create(
        translation=row,
        action=action,
        before=row.state,
        after=state_after,
        round=row.review_round,
        by=None,
        by_name=ACTOR,
        note=note,
    )
    Translation.objects.filter(pk=row.pk).update(state=state_after)
