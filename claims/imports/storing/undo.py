"""Undo an import, unless later work builds on it.

The ledger keeps every entry: published verdicts are retracted with a public note, and replaced verdicts are restored
as new versions. The texts, appearances and topics of claims get their earlier values. Claims that were never public
are deleted. Imports that changed the same claims are undone in reverse order.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from procrastinate.contrib.django import app

from claims.imports.storing.house_records import find_untouched_drafts
from claims.ledger import publishing
from claims.models import (
    Appearance,
    Claim,
    ClaimMedia,
    ClaimTopic,
    ClusterMember,
    ImportedChange,
    ImportedRecord,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Transition,
    Translation,
    Verdict,
)
from claims.models.claim_rules import JUDGED_FIELDS
from claims.models.evidence import copy_evidence
from claims.models.verdict import CARRIED_OVER_FIELDS
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck import features
from factcheck.database import clock
from factcheck.database.bulk_copy import copy_rows, reserve_ids

#: The task of the worker, in the module `tasks`.
UNDO_IMPORT = "claims.imports.undo_import"

#: The content of a verdict, copied into the version that restores it.
_CONTENT_FIELDS = [
    Verdict._meta.get_field(name).attname  # type: ignore[union-attr]  # all of them are columns
    for name in ("claim", "publisher", "archive_run", *CARRIED_OVER_FIELDS)
]

#: Attributes of claims that `ImportedChange` stores in another form, because JSON has no dates.
_JSON_PARSERS: dict[str, Callable[[Any], Any]] = {"claimed_on": date.fromisoformat, "claimant_id": int}

#: The states of imports that can be undone, or whose undoing was interrupted.
UNDOABLE_STATES = (ImportRun.State.FINISHED, ImportRun.State.FAILED, ImportRun.State.UNDOING)

#: The number of claims undone in one transaction.
BATCH_SIZE = 500


def find_obstacles(run: ImportRun) -> list[str]:
    """Return descriptions of the later work that prevents undoing the import; empty if it can be undone."""
    if run.state not in UNDOABLE_STATES:
        return [_("The import is not finished.")]
    claims = _find_claims(run)
    obstacles = [
        str(description % count)
        for condition, description in _list_later_work(run)
        if (count := claims.filter(condition).count())
    ]
    return obstacles + [
        ngettext(
            "%(run)s is more recent and changed %(count)d of the same claims; undo that import first.",
            "%(run)s is more recent and changed %(count)d of the same claims; undo that import first.",
            count,
        )
        % {"run": later_run, "count": count}
        for later_run, count in _find_later_imports(run)
    ]


def count_undoable_claims(run: ImportRun) -> int:
    """Return the number of the import's claims that can be undone because no later work builds on them."""
    return _find_claims(run).exclude(_build_built_on_condition(run)).count()


def _list_later_work(run: ImportRun) -> list[tuple[Q, Any]]:
    """Return the conditions that find people's later work on the import's claims, each with a description."""
    claim = OuterRef("pk")
    begun_at = run.started_at or run.created_at
    own_verdicts = Verdict.objects.filter(claim=claim, origin=Verdict.Origin.HOUSE).exclude(
        pk__in=find_untouched_drafts(ImportedRecord.objects.all()).values("pk")
    )
    moves = Transition.objects.filter(claim=claim, at__gt=begun_at, import_run__isnull=True)
    edited_verdicts = [
        _find_edits(Claim, begun_at).filter(pgh_obj=claim),
        _find_edits(ClaimTopic, begun_at).filter(claim=claim),
        _find_edits(Appearance, begun_at).filter(claim=claim),
        # Only later imports add evidence without a user, and these are undone first.
        Appearance.objects.filter(claim=claim, created_at__gt=run.finished_at or run.moved_at or begun_at),
        ClaimMedia.objects.filter(claim=claim),
    ]
    return [
        (
            Q(Exists(own_verdicts)),
            ngettext_lazy(
                "%d of the imported claims has a verdict written here.",
                "%d of the imported claims have verdicts written here.",
            ),
        ),
        (
            Q(Exists(Claim.objects.filter(merged_into=claim))),
            ngettext_lazy(
                "Another claim was merged into %d of the imported claims.",
                "Other claims were merged into %d of the imported claims.",
            ),
        ),
        (
            Q(Exists(moves)),
            ngettext_lazy(
                "%d of the imported claims has since been accepted, declined, merged or retracted.",
                "%d of the imported claims have since been accepted, declined, merged or retracted.",
            ),
        ),
        (
            # A transition is also recorded as an edit, so it is listed only once.
            _join_conditions(map(Exists, edited_verdicts)) & ~Q(Exists(moves)),
            ngettext_lazy(
                "%d of the imported claims has been edited.", "%d of the imported claims have been edited."
            ),
        ),
        (
            Q(Exists(ClusterMember.objects.filter(claim=claim))),
            ngettext_lazy(
                "%d of the imported claims is in a cluster.", "%d of the imported claims are in clusters."
            ),
        ),
        (
            Q(Exists(Translation.objects.filter(verdict__claim=claim))),
            ngettext_lazy(
                "A verdict on %d of the imported claims has been translated.",
                "Verdicts on %d of the imported claims have been translated.",
            ),
        ),
        *(
            (Q(Exists(obstacle_rows)), description)
            for list_obstacles in features.load_declared("undo_obstacles")
            for obstacle_rows, description in list_obstacles(claim)
        ),
    ]


def _find_edits(model: Any, start: datetime) -> QuerySet[Any]:
    """Return people's edits to a table since this time, from its row history."""
    events: QuerySet[Any] = model.pgh_event_model.objects.filter(
        pgh_created_at__gt=start, pgh_context__user__gt=0
    )
    return events


def _build_built_on_condition(run: ImportRun) -> Q:
    """Return the condition for claims that were edited, or changed by a later import."""
    later_records = _filter_stored(ImportedRecord.objects.exclude(run=run)).filter(
        _build_earlier_record_condition(run), claim=OuterRef("pk")
    )
    return _join_conditions(
        [Exists(later_records), *(condition for condition, _description in _list_later_work(run))]
    )


def _join_conditions(conditions: Iterable[Q | Exists]) -> Q:
    return reduce(or_, map(Q, conditions))


def _build_earlier_record_condition(run: ImportRun) -> Exists:
    """Return the condition that an earlier record of this import had already changed the same claim."""
    return Exists(
        _filter_stored(ImportedRecord.objects.filter(run=run, claim=OuterRef("claim"), pk__lt=OuterRef("pk")))
    )


def _find_later_imports(run: ImportRun) -> list[tuple[ImportRun, int]]:
    """Return later imports that changed this import's claims, latest first, each with the number of changed claims."""
    rows = (
        _filter_stored(ImportedRecord.objects.exclude(run=run))
        .filter(_build_earlier_record_condition(run))
        .values("run")
    )
    counts = dict(rows.annotate(claims=Count("claim", distinct=True)).values_list("run", "claims").order_by())
    return [
        (later_run, counts[later_run.pk])
        for later_run in ImportRun.objects.filter(pk__in=counts).order_by("-pk")
    ]


@transaction.atomic
def queue_undo(run: ImportRun, *, by: User, keep_later_work: bool = False) -> None:
    """Queue undoing the import. Raises the same errors as `undo_run`."""
    _require_undoable(run, by, keep_later_work=keep_later_work)
    run.state, run.undone_by_name = ImportRun.State.UNDOING, get_display_name(by)
    run.save(update_fields=["state", "undone_by_name"])
    app.configure_task(UNDO_IMPORT).defer(run_id=run.pk, by_id=by.pk, keep_later_work=keep_later_work)


def undo_run(run: ImportRun, *, by: User, keep_later_work: bool = False) -> ImportRun:
    """Undo an import step by step. After an interruption, call this again to continue.

    Args:
        keep_later_work: leave claims with later work unchanged. The import can be undone for these claims later.

    Raises:
        NotAllowed: the person's role does not include undoing imports.
        NotPossible: later work builds on the import; the message says which.
    """
    _require_undoable(run, by, keep_later_work=keep_later_work)
    claims = iter(list(_find_claims(run).order_by("pk").values_list("pk", flat=True)))
    kept_count = 0
    while batch := list(islice(claims, BATCH_SIZE)):
        with transaction.atomic():
            # Lock the claims, because other people may be editing them at this moment.
            list(Claim.objects.select_for_update().filter(pk__in=batch).order_by("pk").values_list("pk"))
            built_on_ids = set(
                Claim.objects.filter(_build_built_on_condition(run), pk__in=batch).values_list(
                    "pk", flat=True
                )
            )
            if built_on_ids and not keep_later_work:
                raise NotPossible(" ".join(find_obstacles(run)))
            _BatchUndo(run, by).undo_claims([pk for pk in batch if pk not in built_on_ids])
        kept_count += len(built_on_ids)
    run.state = ImportRun.State.FINISHED if kept_count else ImportRun.State.UNDONE
    run.undone_at, run.undone_by_name = timezone.now(), get_display_name(by)
    run.save(update_fields=["state", "undone_at", "undone_by_name"])
    return run


def _require_undoable(run: ImportRun, user: User, *, keep_later_work: bool) -> None:
    require_permission(user, "claims.undo_import", _("undo imports"))
    if keep_later_work and run.state in UNDOABLE_STATES:
        return
    if obstacles := find_obstacles(run):
        raise NotPossible(" ".join(obstacles))


def _find_claims(run: ImportRun) -> QuerySet[Claim]:
    """Return the claims that the import created or changed."""
    return Claim.objects.filter(
        Exists(_filter_stored(ImportedRecord.objects.filter(run=run, claim=OuterRef("pk"))))
    )


def _filter_stored(records: QuerySet[ImportedRecord]) -> QuerySet[ImportedRecord]:
    """Return the records that were stored."""
    return records.filter(outcome__in=["created", "updated"])


class _BatchUndo:
    """The steps that undo one batch of an import."""

    def __init__(self, run: ImportRun, user: User) -> None:
        self.run, self.user, self.now = run, user, clock.get_database_time()
        self.note = _("The import that added this was undone.")

    def undo_claims(self, ids: Sequence[int]) -> None:
        claims = list(Claim.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        imported_records = ImportedRecord.objects.filter(run=self.run, claim__in=claims)
        created_claim_ids = set(imported_records.filter(made_claim=True).values_list("claim_id", flat=True))
        changes = self._restore_claims([claim for claim in claims if claim.pk not in created_claim_ids])
        changes |= self._undo_verdicts(imported_records)
        publishing.record_all(changes)
        imported_records.delete()
        # Records that confirmed claims which are now removed.
        ImportedRecord.objects.filter(claim__in=created_claim_ids).delete()
        ImportedChange.objects.filter(run=self.run, claim__in=claims).delete()
        PossibleDuplicate.objects.filter(run=self.run, claim__in=created_claim_ids).delete()
        public_ids = set(
            Publication.objects.filter(claim__in=created_claim_ids).values_list("claim_id", flat=True)
        )
        self._decline([claim for claim in claims if claim.pk in created_claim_ids & public_ids])
        unpublished_ids = created_claim_ids - public_ids
        Claim.objects.filter(pk__in=unpublished_ids).update(first_appearance=None)
        Claim.objects.filter(pk__in=unpublished_ids).delete()

    # The claims -------------------------------------------------------------------------------------------------------

    def _restore_claims(self, claims: Sequence[Claim]) -> dict[int, publishing.LedgerChange]:
        """Restore earlier values of claims, except values edited since; return the ledger changes by claim id."""
        claims_by_id = {claim.pk: claim for claim in claims}
        rows = list(ImportedChange.objects.filter(run=self.run, claim__in=claims_by_id).order_by("-pk"))
        for row in rows:
            claim = claims_by_id[row.claim_id]
            claim.updated_at = self.now
            for name, (value_before, value_after) in row.fields.items():
                parse = _JSON_PARSERS.get(name, str)
                if getattr(claim, name) == (value_after and parse(value_after)):
                    setattr(claim, name, value_before and parse(value_before))
        changed_claims = {row.claim_id: claims_by_id[row.claim_id] for row in rows}.values()
        Claim.objects.bulk_update(changed_claims, [*JUDGED_FIELDS, "updated_at"])
        # An appearance whose quote was anchored since belongs to an editor.
        appearances = Appearance.objects.filter(exact="", snapshot=None)
        appearances.filter(pk__in=[pk for row in rows for pk in row.appearances]).delete()
        for row in rows:
            Claim.topics.through.objects.filter(claim=row.claim_id, topic__in=row.topics).delete()
        public_entries = Publication.objects.current().filter(claim__in={row.claim_id for row in rows})
        return {
            claim: publishing.LedgerChange(Publication.Kind.CORRECTION, self.note)
            for claim in public_entries.values_list("claim_id", flat=True)
        }

    # Their verdicts ---------------------------------------------------------------------------------------------------

    def _undo_verdicts(
        self, imported_records: QuerySet[ImportedRecord]
    ) -> dict[int, publishing.LedgerChange]:
        """Restore each verdict's predecessor; retract verdicts that have none. Return ledger changes by claim id."""
        created_ids = imported_records.filter(made_verdict=True).values("verdict")
        created_verdicts = Verdict.objects.filter(pk__in=created_ids).exclude(origin=Verdict.Origin.HOUSE)
        first_verdicts: dict[tuple[int, int], Verdict] = {}
        for verdict in created_verdicts.select_related("supersedes").order_by("version"):
            first_verdicts.setdefault((verdict.claim_id, verdict.publisher_id), verdict)
        # The live verdict may come from another import: undoing a later import restores the content as a new version.
        live_verdicts = [
            row
            for row in Verdict.objects.filter(
                claim__in={claim for claim, _publisher in first_verdicts},
                state=Verdict.State.PUBLISHED,
            ).exclude(origin=Verdict.Origin.HOUSE)
            if (row.claim_id, row.publisher_id) in first_verdicts
        ]
        predecessors = {
            row.pk: first_verdicts[row.claim_id, row.publisher_id].supersedes for row in live_verdicts
        }
        retracted_verdicts = [row for row in live_verdicts if predecessors[row.pk] is None]
        restored_verdicts = [
            (row, earlier_values) for row in live_verdicts if (earlier_values := predecessors[row.pk])
        ]
        self._retract(retracted_verdicts)
        self._restore(restored_verdicts)
        # This also deletes identical records of other imports, which no longer refer to anything.
        find_untouched_drafts(imported_records).delete()
        kinds = Publication.Kind
        changes = {
            row.claim_id: publishing.LedgerChange(kinds.RETRACTION, self.note) for row in retracted_verdicts
        }
        return changes | {
            row.claim_id: publishing.LedgerChange(kinds.CORRECTION, self.note)
            for row, _earlier_verdict in restored_verdicts
        }

    def _retract(self, verdicts: Sequence[Verdict]) -> None:
        self._store_transitions(verdicts, "retract", Verdict.State.RETRACTED)
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in verdicts]).update(
            state=Verdict.State.RETRACTED
        )
        # Identical records no longer refer to anything.
        for verdict in verdicts:
            records = ImportedRecord.objects.filter(claim=verdict.claim_id)
            records.filter(verdict__publisher=verdict.publisher_id).delete()

    def _restore(self, verdicts: Sequence[tuple[Verdict, Verdict]]) -> None:
        """Replace each verdict with a new version that has its content from before the import."""
        live_verdicts = [verdict for verdict, _earlier_verdict in verdicts]
        self._store_transitions(live_verdicts, "supersede", Verdict.State.SUPERSEDED)
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in live_verdicts]).update(
            state=Verdict.State.SUPERSEDED
        )
        rows = [
            Verdict(
                id=pk,
                version=verdict.version + 1,
                origin=earlier_verdict.origin,
                state=Verdict.State.PUBLISHED,
                published_at=self.now,
                supersedes=verdict,
                correction_kind="correction",
                correction_note=self.note,
                **{name: getattr(earlier_verdict, name) for name in _CONTENT_FIELDS},
            )
            for (verdict, earlier_verdict), pk in zip(
                verdicts, reserve_ids(Verdict, len(verdicts)), strict=True
            )
        ]
        copy_rows(Verdict, rows)
        successors = {
            earlier_verdict.pk: row.pk
            for row, (_live_verdict, earlier_verdict) in zip(rows, verdicts, strict=True)
        }
        copy_evidence(successors)

    def _decline(self, claims: list[Claim]) -> None:
        rows = [claim for claim in claims if claim.state == Claim.State.ACCEPTED]
        self._store_transitions(rows, "decline", Claim.State.DECLINED)
        Claim.objects.filter(pk__in=[claim.pk for claim in rows]).update(
            state=Claim.State.DECLINED, reason=self.note
        )

    def _store_transitions(
        self, rows: Sequence[Verdict] | Sequence[Claim], action: str, state_after: str
    ) -> None:
        steps = [
            Transition(
                claim_id=row.claim_id if isinstance(row, Verdict) else row.pk,
                verdict=row if isinstance(row, Verdict) else None,
                action=action,
                before=row.state,
                after=state_after,
                actor=self.user,
                actor_name=get_display_name(self.user),
                import_run=self.run,
                note=f"{self.note} ({self.run})",
            )
            for row in rows
        ]
        copy_rows(Transition, steps)
