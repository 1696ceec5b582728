"""Translations in entries: their versions, replacements and withdrawals.

They are stored after the entries, because the database compares the text of a restored translation with the ledger.
"""

from typing import Any

from django.db.models import Max

from claims.exports.restore.replay import ACTOR
from claims.exports.restore.restored_entries import RestoredEntry
from claims.models import Publication, Translation, TranslationStep
from claims.models.translation import TEXT_FIELDS, digest_original

_STATE = Translation.State


def restore_translation_states(entries: list[RestoredEntry]) -> None:
    """Store the translations in these entries, with their states. Called inside a transaction."""
    known = set(Translation.objects.filter(pk__in=_list_translations(entries)).values_list("pk", flat=True))
    for entry in entries:
        shown = entry.body.get("translations", [])  # which older exports do not have
        for said in shown:
            if said["id"] not in known:
                known.add(said["id"])
                _replace_earlier(entry, said)
        if entry.kind == Publication.Kind.TRANSLATION:
            _retract_missing(entry, {said["id"] for said in shown})


def _list_translations(entries: list[RestoredEntry]) -> list[int]:
    return [said["id"] for entry in entries for said in entry.body.get("translations", [])]


def _replace_earlier(entry: RestoredEntry, said: dict[str, Any]) -> None:
    """Replace an earlier translation into the same language, if there is one."""
    same = Translation.objects.filter(
        verdict__claim=entry.claim, language__iexact=said["language"], state=_STATE.PUBLISHED
    )
    replaced = list(same.order_by("-pk"))
    for row in replaced:
        _move(row, "supersede", _STATE.SUPERSEDED)
    of_verdict = Translation.objects.filter(verdict=said["verdict"], language__iexact=said["language"])
    Translation.objects.create(
        id=said["id"],
        verdict_id=said["verdict"],
        language=said["language"],
        version=(of_verdict.aggregate(last=Max("version"))["last"] or 0) + 1,
        original_sha256=_digest_original(entry.body, said["verdict"]),
        **{name: said[name] for name in TEXT_FIELDS},
        byline=said["translated_by"],
        is_restored=True,
        supersedes=replaced[0] if replaced else None,
        state=_STATE.PUBLISHED,
        published_at=said["reviewed_at"],
    )


def _retract_missing(entry: RestoredEntry, shown: set[int]) -> None:
    """Retract translations of the entry's current wording that are no longer in the entry."""
    verdicts = [verdict["id"] for verdict in entry.body["verdicts"]]
    live = Translation.objects.filter(verdict__in=verdicts, state=_STATE.PUBLISHED).exclude(pk__in=shown)
    for row in live.order_by("pk"):
        if row.original_sha256 == _digest_original(entry.body, row.verdict_id):
            _move(row, "retract", _STATE.RETRACTED, note=entry.line.said["note"])


def _digest_original(body: dict[str, Any], verdict: int) -> str:
    words = next(each for each in body["verdicts"] if each["id"] == verdict)
    return digest_original(body["statement"], words.get("title", ""), words["summary"], words["explanation"])


def _move(row: Translation, action: str, after: str, *, note: str = "") -> None:
    TranslationStep.objects.create(
        translation=row,
        action=action,
        before=row.state,
        after=after,
        round=row.review_round,
        by=None,
        by_name=ACTOR,
        note=note,
    )
    Translation.objects.filter(pk=row.pk).update(state=after)
