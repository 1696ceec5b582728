"""Claims that are there already, as reviews are held against them: read under lock, many at once."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from claims.importers.identity import name_key
from claims.importers.review import Person
from claims.intake.standing import Standing
from claims.models import Appearance, Claim, ImportedRecord, Verdict

_OURS = (Verdict.State.PUBLISHED, Verdict.State.IN_REVIEW)


def standings(keys: Iterable[UUID], ids: Iterable[int]) -> dict[UUID, list[Standing]]:
    """Claims with these statements or ids, by the key of their statement, the oldest first.

    A claim that was merged stands for its target. One that was declined stands for nothing: an editor decided not to
    have it checked, but somebody else did check it.
    """
    wanted = Q(statement_key__any_of=keys) | Q(pk__any_of=ids)
    there = Claim.objects.filter(wanted).exclude(state=Claim.State.DECLINED)
    rows = list(there.values_list("pk", "merged_into", "statement_key"))
    if not rows:
        return {}
    claims = {
        claim.pk: claim
        for claim in Claim.objects.select_for_update(of=("self",))
        .select_related("claimant")
        .filter(pk__in={target or pk for pk, target, _ in rows})
        .order_by("pk")
    }
    loaded = _loaded(claims)
    found: dict[UUID, list[Standing]] = {}
    for pk, target, key in sorted(rows):
        standing = loaded.get(target or pk)
        group = found.setdefault(key, [])
        if standing and standing not in group:
            group.append(standing)
    return found


def claims_of_records(keys: Iterable[UUID], *, run: int) -> dict[UUID, list[tuple[int, bool]]]:
    """By the key of a record: ids of the claims that records with it became, and whether an earlier import took it."""
    found: dict[UUID, list[tuple[int, bool]]] = {}
    rows = (
        ImportedRecord.objects.filter(key__any_of=keys)
        .values_list("key", "claim_id", "run_id")
        .order_by("pk")
    )
    for key, claim, taken_by in rows:
        if key:
            found.setdefault(key, []).append((claim, taken_by != run))
    return found


def _loaded(claims: dict[int, Claim]) -> dict[int, Standing]:
    found = {pk: Standing(claim, names=_names(claim)) for pk, claim in claims.items()}
    verdicts = (
        Verdict.objects.filter(Q(claim__in=claims) | Q(claim__merged_into__in=claims))
        .select_related("rating__scale", "publisher", "claim")
        .order_by("pk")
    )
    for verdict in verdicts:
        standing = found[verdict.claim.merged_into_id or verdict.claim_id]
        if verdict.claim_id == standing.claim.pk:
            standing.versions[verdict.publisher_id] = max(
                verdict.version, standing.versions.get(verdict.publisher_id, 0)
            )
        if verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW):
            standing.open.setdefault(verdict.publisher_id, verdict)
        if verdict.state == Verdict.State.PUBLISHED:
            standing.live.setdefault(verdict.publisher_id, verdict)
        if verdict.state in _OURS and verdict.origin != Verdict.Origin.IMPORTED:
            standing.words_are_ours = True
        standing.publisher_ids.add(verdict.publisher_id)
    for claim, source in Appearance.objects.filter(claim__in=claims).values_list("claim_id", "source_id"):
        found[claim].source_ids.add(source)
    for claim, topic in Claim.topics.through.objects.filter(claim__in=claims).values_list(
        "claim_id", "topic_id"
    ):
        found[claim].topic_ids.add(topic)
    return found


def _names(claim: Claim) -> set[str]:
    return {name_key(Person(claim.claimant.name))} if claim.claimant else set()
