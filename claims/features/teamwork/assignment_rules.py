"""Assignment rules: apply them to new claims, and try them on existing claims.

Rules apply only to claims that have never been assigned. A claim that a person took and released does not qualify.
Rules can therefore be applied repeatedly, and never override a person's decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.teamwork.assignments import find_assignable_people
from claims.features.teamwork.models import Assignment, AssignmentRule, ClaimFollower, Priority
from claims.features.teamwork.notifications import notify_people
from claims.models import Appearance, Claim, ClaimTopic, ImportedRecord, Topic
from factcheck.database.deferred_jobs import defer
from factcheck.list_phrases import join_words

#: The task in `tasks` that applies the rules to the claims of an import.
ASSIGN_IMPORTED_TASK = "claims.features.teamwork.assign_imported"
IMPORTS_QUEUE = "imports"

#: The number of claims assigned in one transaction.
BATCH_SIZE = 2_000
#: If a run assigns more claims than this, people get no notification for each claim; the dashboard shows the claims.
NOTIFICATION_LIMIT = 50
#: The number of newest claims that a trial checks.
PREVIEW_CLAIMS = 500


@dataclass(slots=True)
class RuleDecision:
    """The decision of the rules about one claim: assignee, due date, priority and followers."""

    claim_id: int
    person: User | None = None
    priority: int | None = None
    due_in_days: int | None = None
    follower_ids: set[int] = field(default_factory=set)
    #: The rules that contributed to the decision, in order.
    rules: list[AssignmentRule] = field(default_factory=list)

    @property
    def assigns_work(self) -> bool:
        """Return whether the decision does more than add followers."""
        return self.person is not None or self.priority is not None or self.due_in_days is not None


def decide_assignments(claims: QuerySet[Claim], rules: Iterable[AssignmentRule]) -> list[RuleDecision]:
    """Return the decision of the rules about each claim, without storing anything.

    The number of queries depends only on the rules: one for each rule, or two if the rule assigns to a role.
    """
    decisions: dict[int, RuleDecision] = {}
    rotation = _AssigneeRotation()
    for rule in rules:
        for key in _find_matching_claims(rule, claims).order_by("pk").values_list("pk", flat=True):
            decision = decisions.setdefault(key, RuleDecision(key))
            if decision.person is None:
                decision.person = rotation.choose_assignee(rule)
            if decision.priority is None:
                decision.priority = rule.priority
            if decision.due_in_days is None:
                decision.due_in_days = rule.due_in_days
            if rule.follower and rule.follower.is_active:
                decision.follower_ids.add(rule.follower.pk)
            decision.rules.append(rule)
    return [decisions[key] for key in sorted(decisions)]


def _find_active_rules() -> QuerySet[AssignmentRule]:
    """Return active rules, in the order in which they apply."""
    return AssignmentRule.objects.filter(active=True).order_by("position", "pk")


def apply_rules(claims: Collection[int], **_signal: Any) -> int:
    """Assign the claims that match a rule, and return their number."""
    rules = list(_find_active_rules().select_related("person", "role", "follower"))
    return sum(_apply_to_batch(batch, rules) for batch in _split_batches(sorted(claims))) if rules else 0


def queue_rules_after_import(run: int, **_signal: Any) -> None:
    """Queue the job that applies the rules to an import's claims, if there are active rules."""
    if _find_active_rules().exists():
        defer(ASSIGN_IMPORTED_TASK, {"run_id": run}, queue=IMPORTS_QUEUE)


def apply_to_import(run_id: int) -> int:
    """Apply the rules to an import's proposed claims, in batches, and return how many claims were assigned."""
    if not _find_active_rules().exists():
        return 0
    imported_claims = ImportedRecord.objects.filter(
        run=run_id, made_claim=True, verdict=None, claim__state=Claim.State.PROPOSED
    )
    keys = imported_claims.order_by("claim").values_list("claim", flat=True)
    return sum(apply_rules(batch) for batch in _split_batches(list(keys)))


def preview_rule(rule: AssignmentRule) -> list[RuleDecision]:
    """Return the rule's decisions about the newest claims, without storing anything."""
    newest_claims = Claim.objects.order_by("-pk").values("pk")[:PREVIEW_CLAIMS]
    return decide_assignments(Claim.objects.filter(pk__in=newest_claims), [rule])[::-1]


@transaction.atomic
def _apply_to_batch(batch: Sequence[int], rules: Sequence[AssignmentRule]) -> int:
    # Assignments made by people at the same time come before or after this, and are not overridden.
    rows = Claim.objects.filter(pk__in=batch, state__in=[Claim.State.PROPOSED, Claim.State.ACCEPTED])
    claim_ids = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    is_assigned = Exists(Assignment.objects.filter(claim=OuterRef("pk"), verdict=None))
    decisions = decide_assignments(Claim.objects.filter(~is_assigned, pk__in=claim_ids), rules)
    today = timezone.localdate()
    work = [_build_assignment(decision, today) for decision in decisions if decision.assigns_work]
    Assignment.objects.bulk_create(work)
    claims_and_people = {
        (decision.claim_id, key) for decision in decisions for key in _collect_followers(decision)
    }
    ClaimFollower.objects.bulk_create(
        [ClaimFollower(claim_id=claim, person_id=person) for claim, person in sorted(claims_and_people)],
        ignore_conflicts=True,
    )
    if len(decisions) <= NOTIFICATION_LIMIT:
        _notify_people(decisions)
    return len(work)


def _build_assignment(decision: RuleDecision, today: date) -> Assignment:
    names = join_words(rule.name for rule in decision.rules)
    return Assignment(
        claim_id=decision.claim_id,
        person=decision.person,
        priority=Priority.NORMAL if decision.priority is None else decision.priority,
        due_on=None if decision.due_in_days is None else today + timedelta(days=decision.due_in_days),
        by_name=(_("Rule: %s") % names)[:250],
    )


def _collect_followers(decision: RuleDecision) -> set[int]:
    return decision.follower_ids | ({decision.person.pk} if decision.person else set())


def _notify_people(decisions: Iterable[RuleDecision]) -> None:
    assigned_claims = [(decision, decision.person) for decision in decisions if decision.person]
    claims = Claim.objects.in_bulk([decision.claim_id for decision, _person in assigned_claims])
    for decision, person in assigned_claims:
        note = _("Rule: %s") % join_words(rule.name for rule in decision.rules)
        notify_people("assigned", claim=claims[decision.claim_id], to=[person], note=note)


def _split_batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), BATCH_SIZE):
        yield keys[start : start + BATCH_SIZE]


# Conditions -------------------------------------------------------------------------------------------------------


def _find_matching_claims(rule: AssignmentRule, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Return the claims that meet all conditions of the rule."""
    if rule.topic_id:
        links = ClaimTopic.objects.filter(claim=OuterRef("pk"), topic__in=_collect_subtopics(rule.topic_id))
        claims = claims.filter(Exists(links))
    if rule.language:
        claims = claims.filter(
            Q(language__iexact=rule.language) | Q(language__istartswith=f"{rule.language}-")
        )
    if rule.publisher_id:
        appearances = Appearance.objects.filter(claim=OuterRef("pk"), source__publisher=rule.publisher_id)
        claims = claims.filter(Exists(appearances))
    if rule.source_id:
        claims = claims.filter(Exists(Appearance.objects.filter(claim=OuterRef("pk"), source=rule.source_id)))
    if rule.claimant_id:
        claims = claims.filter(claimant=rule.claimant_id)
    if rule.worth_at_least is not None:
        claims = claims.filter(score__gte=rule.worth_at_least)
    if phrases := list(_split_words(rule.words)):
        contains_phrase = Q()
        for phrase in phrases:
            contains_phrase |= Q(statement__icontains=phrase)
        claims = claims.filter(contains_phrase)
    return claims


def _split_words(lines: str) -> Iterator[str]:
    for line in lines.splitlines():
        if word := " ".join(line.split()):
            yield word


def _collect_subtopics(topic_id: int) -> set[int]:
    """Return the ids of the topic and all its subtopics."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in Topic.objects.values_list("pk", "parent"):
        children[parent].append(key)
    topic_ids, unvisited_topics = set[int](), [topic_id]
    while unvisited_topics:
        if (key := unvisited_topics.pop()) not in topic_ids:
            topic_ids.add(key)
            unvisited_topics += children[key]
    return topic_ids


# The next assignee ------------------------------------------------------------------------------------------------


class _AssigneeRotation:
    """The choice of assignees: each claim goes to the person with the least open work, including work just assigned."""

    def __init__(self) -> None:
        self._people: dict[int, list[User]] = {}
        self._load: dict[int, int] = {}

    def choose_assignee(self, rule: AssignmentRule) -> User | None:
        """Return the rule's next assignee, or None if the rule names nobody who can be assigned work."""
        if rule.person_id is None and rule.role_id is None:
            return None
        if rule.pk not in self._people:
            self._people[rule.pk] = self._list_assignable_people(rule)
        people = self._people[rule.pk]
        if not people:
            return None
        assignee = min(people, key=lambda person: (self._load[person.pk], person.pk))
        self._load[assignee.pk] += 1
        return assignee

    def _list_assignable_people(self, rule: AssignmentRule) -> list[User]:
        people = find_assignable_people(Claim)
        people = people.filter(pk=rule.person_id) if rule.person_id else people.filter(groups=rule.role_id)
        load = Count("assignments", filter=Q(assignments__done_at=None), distinct=True)
        for key, open_assignments in people.values_list("pk").annotate(load=load):
            self._load.setdefault(key, open_assignments)
        return list(people)
