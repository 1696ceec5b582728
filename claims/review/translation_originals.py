"""The original of a translation: a published verdict and its statement, in the published wording."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.models import Publication, Translation, Verdict
from claims.models.translation import digest_original


@dataclass(frozen=True, slots=True)
class OriginalText:
    """The texts of one version of a verdict, with the same field names as its translations."""

    words: dict[str, str]
    #: The languages of the verdict and of the statement, which may differ.
    language: str
    statement_language: str
    version: int

    @property
    def sha256(self) -> str:
        return digest_original(**self.words)

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of the texts, keyed by field name."""
        return {
            "statement": _("statement"),
            "title": _("headline"),
            "summary": _("summary"),
            "explanation": _("explanation"),
        }


def find_original(verdict: Verdict, newest_entry: Publication | None = None) -> OriginalText | None:
    """Return the published original of a translation of this verdict; None if readers do not see the verdict.

    Later edits of the claim are ignored: only published words are translated.

    Args:
        newest_entry: the newest ledger entry of the verdict's claim, if already loaded.
    """
    entry = newest_entry or Publication.objects.current().filter(claim=verdict.claim_id).only("body").first()
    if entry is None:
        return None
    document = entry.document
    published_verdict = next(
        (
            verdict_document
            for verdict_document in document["verdicts"]
            if verdict_document["id"] == verdict.pk
        ),
        None,
    )
    if published_verdict is None:
        return None
    return OriginalText(
        words={
            "statement": document["statement"],
            # An entry restored from an old export may have verdicts without `title`.
            "title": published_verdict.get("title", ""),
            "summary": published_verdict["summary"],
            "explanation": published_verdict["explanation"],
        },
        language=published_verdict["language"],
        statement_language=document["language"],
        version=published_verdict["version"],
    )


def is_translation_of(translation: Translation, original: OriginalText | None) -> bool:
    """Return whether the translation was made from this exact wording."""
    return original is not None and translation.original_sha256 == original.sha256
