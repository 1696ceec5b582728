"""Taking back what an import brought, while nothing was built on it.

The ledger never forgets: what was published is retracted with a public note, and what replaced another verdict is
replaced by that again. Claims of which nothing was ever public are deleted.
"""

from collections.abc import Sequence
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import publishing
from claims.intake import evidence
from claims.intake.house_records import untouched_drafts
from claims.intake.tasks import undo_import
from claims.models import (
    Claim,
    ImportedRecord,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Transition,
    Verdict,
)
from claims.models.verdict import CONTENT
from claims.moves import IllegalMove
from claims.roles import require
from claims.workflow import display_name
from factcheck.copying import copy, reserve_ids

#: What a verdict says, as it is taken over into the version that brings it back.
_CONTENT = [
    Verdict._meta.get_field(name).attname  # type: ignore[union-attr]  # all of them are columns
    for name in CONTENT
    if name not in ("version", "origin", "is_restored", "supersedes", "correction_kind", "correction_note")
]

#: What can be undone, and what was broken off while it was being undone.
UNDOABLE = (ImportRun.State.FINISHED, ImportRun.State.FAILED, ImportRun.State.UNDOING)

#: So many claims are taken back in one transaction.
BATCH = 500


def obstacles(run: ImportRun) -> list[str]:
    """What was built on the import since, in words; empty where it can be undone."""
    if run.state not in UNDOABLE:
        return [_("The import is not finished.")]
    claims = _claims(run)
    moved = Transition.objects.filter(claim=OuterRef("pk"), at__gt=run.started_at).exclude(note=str(run))
    own_verdicts = Verdict.objects.filter(claim=OuterRef("pk"), origin=Verdict.Origin.HOUSE).exclude(
        pk__in=untouched_drafts(run).values("pk")
    )
    later = ImportedRecord.objects.filter(claim=OuterRef("pk"), run__gt=run.pk).exclude(outcome="agreed")
    merged = Claim.objects.filter(merged_into=OuterRef("pk"))
    found = []
    for rows, one, many in (
        (
            claims.filter(Exists(own_verdicts)),
            "%d of its claims has a verdict written here.",
            "%d of its claims have verdicts written here.",
        ),
        (
            claims.filter(Exists(merged)),
            "Another claim was merged into %d of its claims.",
            "Other claims were merged into %d of its claims.",
        ),
        (
            claims.filter(Exists(moved)),
            "%d of its claims was accepted, declined, merged or retracted by somebody since.",
            "%d of its claims were accepted, declined, merged or retracted by somebody since.",
        ),
        (
            claims.filter(Exists(later)),
            "A later import added to %d of its claims; undo that one first.",
            "Later imports added to %d of its claims; undo those first.",
        ),
    ):
        if count := rows.count():
            found.append(ngettext(one, many, count) % count)
    return found


@transaction.atomic
def begin(run: ImportRun, *, by: User) -> None:
    """Have the worker undo the import. Raises as `undo`."""
    _require_undoable(run, by)
    run.state, run.undone_by_name = ImportRun.State.UNDOING, display_name(by)
    run.save(update_fields=["state", "undone_by_name"])
    undo_import.defer(run_id=run.pk, by_id=by.pk)


def undo(run: ImportRun, *, by: User) -> ImportRun:
    """Take back what the import brought, a part at a time; can be called again where it was broken off.

    Raises:
        NotAllowed: the person's role does not include it.
        IllegalMove: something was built on it, and what.
    """
    _require_undoable(run, by)
    claims = iter(list(_claims(run).order_by("pk").values_list("pk", flat=True)))
    while batch := list(islice(claims, BATCH)):
        with transaction.atomic():
            _Undoing(run, by).take_back(batch)
    run.state, run.undone_at, run.undone_by_name = ImportRun.State.UNDONE, timezone.now(), display_name(by)
    run.save(update_fields=["state", "undone_at", "undone_by_name"])
    return run


def _require_undoable(run: ImportRun, by: User) -> None:
    require(by, "claims.undo_import", _("undo imports"))
    if found := obstacles(run):
        raise IllegalMove(" ".join(found))


def _claims(run: ImportRun) -> QuerySet[Claim]:
    """Claims that the import made or changed."""
    changed = ImportedRecord.objects.filter(run=run, claim=OuterRef("pk")).exclude(outcome="agreed")
    return Claim.objects.filter(Exists(changed))


class _Undoing:
    """One part of an import, on its way out."""

    def __init__(self, run: ImportRun, by: User) -> None:
        self.run, self.by, self.now = run, by, timezone.now()
        self.note = _("The import that brought this was undone.")

    def take_back(self, ids: Sequence[int]) -> None:
        claims = list(Claim.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        taken = ImportedRecord.objects.filter(run=self.run, claim__in=claims)
        made = set(taken.filter(made_claim=True).values_list("claim_id", flat=True))
        verdicts = list(
            Verdict.objects.filter(
                pk__in=taken.filter(verdict__isnull=False).exclude(outcome="agreed").values("verdict"),
                state=Verdict.State.PUBLISHED,
                published_at__gte=self.run.started_at,
            ).select_related("supersedes", "publisher")
        )
        changes = {
            verdict.claim_id: publishing.Change(Publication.Kind.RETRACTION, self.note)
            for verdict in verdicts
        }
        restored = self._restore([verdict for verdict in verdicts if verdict.supersedes])
        changes |= {
            row.claim_id: publishing.Change(Publication.Kind.CORRECTION, self.note) for row in restored
        }
        self._retract([verdict for verdict in verdicts if not verdict.supersedes])
        drafts = untouched_drafts(self.run).filter(claim__in=claims)
        ImportedRecord.objects.filter(verdict__in=drafts).exclude(run=self.run).update(verdict=None)
        drafts.delete()
        publishing.record_all(changes)
        taken.delete()
        PossibleDuplicate.objects.filter(run=self.run, claim__in=made).delete()
        public = set(Publication.objects.filter(claim__in=made).values_list("claim_id", flat=True))
        self._decline([claim for claim in claims if claim.pk in made & public])
        unseen = made - public
        Claim.objects.filter(pk__in=unseen).update(first_appearance=None)
        Claim.objects.filter(pk__in=unseen).delete()

    def _retract(self, verdicts: list[Verdict]) -> None:
        self._write_down(verdicts, "retract", Verdict.State.RETRACTED)
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in verdicts]).update(
            state=Verdict.State.RETRACTED
        )

    def _restore(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Replace each by a new version that says what the one before it said."""
        self._write_down(verdicts, "supersede", Verdict.State.SUPERSEDED)
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in verdicts]).update(
            state=Verdict.State.SUPERSEDED
        )
        rows = []
        for verdict, pk in zip(verdicts, reserve_ids(Verdict, len(verdicts)), strict=True):
            earlier = verdict.supersedes
            if earlier is None:
                continue
            content = {name: getattr(earlier, name) for name in _CONTENT}
            rows.append(
                Verdict(
                    id=pk,
                    version=verdict.version + 1,
                    origin=earlier.origin,
                    state=Verdict.State.PUBLISHED,
                    published_at=self.now,
                    supersedes=verdict,
                    correction_kind="correction",
                    correction_note=self.note,
                    **content,
                )
            )
        copy(Verdict, rows)
        evidence.take_over({row.supersedes_id: row.pk for row in rows if row.supersedes_id})
        return rows

    def _decline(self, claims: list[Claim]) -> None:
        rows = [claim for claim in claims if claim.state == Claim.State.ACCEPTED]
        copy(
            Transition,
            [self._transition(claim.pk, None, "decline", claim.state, "declined") for claim in rows],
        )
        Claim.objects.filter(pk__in=[claim.pk for claim in rows]).update(
            state=Claim.State.DECLINED, reason=self.note
        )

    def _write_down(self, verdicts: list[Verdict], action: str, after: str) -> None:
        copy(
            Transition,
            [self._transition(row.claim_id, row.pk, action, row.state, after) for row in verdicts],
        )

    def _transition(
        self, claim: int, verdict: int | None, action: str, before: str, after: str
    ) -> Transition:
        return Transition(
            claim_id=claim,
            verdict_id=verdict,
            action=action,
            before=before,
            after=after,
            actor=self.by,
            actor_name=display_name(self.by),
            note=f"{self.note} ({self.run})",
        )
