"""Names of events, shared by the feed of changes and webhooks."""

from django.db.models import TextChoices

from claims.models import Publication


class ChangeEvent(TextChoices):
    """The kind of change that a ledger entry makes to a claim, for systems that copy claims."""

    PUBLISHED = "claim.published", "claim.published"
    UPDATED = "claim.updated", "claim.updated"
    CORRECTED = "claim.corrected", "claim.corrected"
    RETRACTED = "claim.retracted", "claim.retracted"
    MERGED = "claim.merged", "claim.merged"
    UNMERGED = "claim.unmerged", "claim.unmerged"
    REDACTED = "claim.redacted", "claim.redacted"


_WITHDRAWN = {
    Publication.Status.RETRACTED.value: ChangeEvent.RETRACTED,
    Publication.Status.MERGED.value: ChangeEvent.MERGED,
}
_KINDS = {
    Publication.Kind.PUBLICATION.value: ChangeEvent.PUBLISHED,
    Publication.Kind.CORRECTION.value: ChangeEvent.CORRECTED,
    # The claim stays public: only one of its verdicts was withdrawn.
    Publication.Kind.RETRACTION.value: ChangeEvent.CORRECTED,
}


def find_change_event(kind: str, status: str, status_before: str | None) -> str:
    """Return the kind of change that an entry made to its claim.

    Args:
        kind: the kind of the new version.
        status: the status of the new version.
        status_before: the status of the previous version; empty or None for the first version.
    """
    if kind == Publication.Kind.REMOVAL:
        return ChangeEvent.REDACTED.value
    if status in _WITHDRAWN:
        return _WITHDRAWN[status].value
    if status_before == Publication.Status.MERGED:
        return ChangeEvent.UNMERGED.value
    return _KINDS.get(kind, ChangeEvent.UPDATED).value
