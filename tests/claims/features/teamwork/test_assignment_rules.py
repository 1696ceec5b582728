"""Assignment rules: which claims they match, who is assigned, and that they never override a person's choice."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from claims.articles.proposals import propose_claims
from claims.features.teamwork import assignment_rules, assignments
from claims.features.teamwork.models import Assignment, AssignmentRule, ClaimFollower, Notification, Priority
from claims.models import Claim, Claimant, ImportedRecord, ImportRun, Topic
from claims.review import claim_edits
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db


def rule(name: str = "A rule", **fields: Any) -> AssignmentRule:
    return AssignmentRule.objects.create(**{"name": name, "active": True} | fields)


def given() -> dict[int, str | None]:
    return {row.claim_id: row.person.username if row.person else None for row in Assignment.objects.all()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "condition",
    ["topic", "language", "publisher", "source", "claimant", "worth_at_least", "words", "nothing"],
)
def test_each_condition_matches_its_claims(condition: str, checker: User) -> None:
    parent = Topic.objects.create(name="Health", slug="health")
    part = Topic.objects.create(name="Vaccines", slug="vaccines", parent=parent)
    paper = Publisher.objects.create(name="Sundvik Post")
    source = make_source("Vaccines cost 12% more.", publisher=paper)
    person = Claimant.objects.create(name="Ida Holm")
    found = make_claim("Vaccines cost 12% more.", language="pt-BR", claimant=person, topics=[part], score=0.7)
    make_appearance(found, source, "Vaccines cost 12% more.")
    other = make_claim("Ferries cost 120 more.", language="ptx", score=0.69)
    conditions: dict[str, Any] = {
        "topic": parent,
        "language": "pt",
        "publisher": paper,
        "source": source,
        "claimant": person,
        "worth_at_least": 0.7,
        "words": " \n VACCINES \ncost 12%\n",
    }
    stated = {condition: conditions[condition]} if condition != "nothing" else {}
    rule(person=checker, **stated)
    assignment_rules.apply_rules([found.pk, other.pk])
    everything = {found.pk: "chris", other.pk: "chris"}
    assert given() == (everything if condition == "nothing" else {found.pk: "chris"})


def test_all_conditions_must_hold_and_the_first_matching_rule_decides(checker: User, colleague: User) -> None:
    both, one = make_claim("Bridge tolls.", score=0.9), make_claim("Bridge paint.", score=0.1)
    rule("Last", position=300, person=colleague, priority=Priority.LOW)
    rule("Worth", position=100, words="bridge", worth_at_least=0.5, priority=Priority.URGENT)
    rule("Bridges", position=200, words="bridge", person=checker, due_in_days=3, follower=colleague)
    rule("Off", position=1, person=colleague, active=False)
    assert assignment_rules.apply_rules([one.pk, both.pk]) == 2
    rows = {row.claim_id: row for row in Assignment.objects.select_related("person")}
    assert {key: (row.person, row.priority, row.by_name) for key, row in rows.items()} == {
        both.pk: (checker, Priority.URGENT, "Rule: Worth, Bridges, Last"),
        one.pk: (checker, Priority.LOW, "Rule: Bridges, Last"),
    }
    assert {row.due_on for row in rows.values()} == {timezone.localdate() + timedelta(days=3)}
    assert ClaimFollower.objects.count() == 4
    assert Notification.objects.filter(kind="assigned", person=checker, actor_name="").count() == 2


def test_person_of_a_role_with_least_work_gets_the_next(
    checker: User, colleague: User, contributor: User
) -> None:
    busy = [make_claim() for _number in range(2)]
    for claim in busy:
        assignments.assign_to_self(claim, by=checker)
    new = [make_claim() for _number in range(4)]
    rule(role=Group.objects.get(name="Fact-checker"))
    assignment_rules.apply_rules([claim.pk for claim in new])
    assert [given()[claim.pk] for claim in new] == ["kim", "kim", "chris", "kim"]


def test_people_who_have_left_or_lack_permission_get_no_work(
    checker: User, contributor: User, colleague: User
) -> None:
    claim = make_claim()
    rule("Left", position=1, person=checker, follower=checker)
    rule("Cannot", position=2, person=contributor)
    rule("Empty", position=3, role=Group.objects.create(name="Nobody"))
    User.objects.filter(pk=checker.pk).update(is_active=False)
    assert assignment_rules.apply_rules([claim.pk]) == 0
    rule("Stays", position=4, person=colleague)
    assignment_rules.apply_rules([claim.pk])
    assert given() == {claim.pk: "kim"}


def test_a_persons_decision_stays_and_rules_can_run_twice(
    checker: User, colleague: User, editor: User
) -> None:
    taken, released, new = (make_claim(state="proposed") for _number in range(3))
    assignments.assign_to_self(taken, by=colleague)
    assignments.assign_to_self(released, by=colleague)
    assignments.release_work(released, by=colleague)
    rule(person=checker, priority=Priority.URGENT)
    keys = [taken.pk, released.pk, new.pk]
    assert [assignment_rules.apply_rules(keys), assignment_rules.apply_rules(keys)] == [1, 0]
    assert given() == {taken.pk: "kim", released.pk: None, new.pk: "chris"}
    assert Assignment.objects.get(claim=taken).priority == Priority.NORMAL
    assert Notification.objects.count() == 1


def test_a_dry_run_writes_nothing(checker: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    claims = [make_claim("Bridge tolls.") for _number in range(3)]
    assignments.assign_to_self(claims[0], by=checker)
    make_claim("Ferries.")
    tried = rule(words="bridge", role=Group.objects.get(name="Fact-checker"), active=False, due_in_days=1)
    before = list(Assignment.objects.values())
    with django_assert_num_queries(3):
        found = assignment_rules.preview_rule(tried)
    assert [(one.claim_id, one.person) for one in found] == [(claim.pk, checker) for claim in claims[::-1]]
    assert list(Assignment.objects.values()) == before
    assert not Notification.objects.exists()
    assert ClaimFollower.objects.count() == 1


def test_an_article_and_a_claim_by_hand_are_assigned_at_once(checker: User, contributor: User) -> None:
    paper = Publisher.objects.create(name="Sundvik Post")
    source = make_source(
        "The harbour tunnel opened in March 2021 and cost 240 million euros, the mayor Ida Holm said on Friday."
        " In 2023 the city counted 12,400 new residents, 8 percent more than in the year before.",
        publisher=paper,
    )
    topic = Topic.objects.create(name="Traffic", slug="traffic")
    rule("Paper", publisher=paper, person=checker)
    rule("Traffic", topic=topic, person=checker, priority=Priority.HIGH)
    proposed = propose_claims(source.snapshots.get()).created
    assert proposed
    assert set(given()) == {found.claim.pk for found in proposed}
    own = claim_edits.create(by=contributor, statement="Trams are free.", language="en", topics=[topic])
    assert Assignment.objects.get(claim=own).priority == Priority.HIGH


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_the_same_however_many_claims_come_in(
    number: int, checker: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claims = [make_claim() for _number in range(number)]
    with django_assert_num_queries(1):  # which rules there are
        assignment_rules.apply_rules([claim.pk for claim in claims])
    AssignmentRule.objects.create(name="A", active=True, priority=3)
    with django_assert_num_queries(6):
        assignment_rules.apply_rules([claim.pk for claim in claims])


def test_the_worker_assigns_an_import_afterwards_without_single_notifications(checker: User) -> None:
    run = ImportRun.objects.create(origin="a.csv")
    claims = [make_claim(state="proposed") for _number in range(3)]
    rated = make_claim()
    for claim in (*claims, rated):
        ImportedRecord.objects.create(
            run=run,
            digest="0" * 32,
            claim=claim,
            outcome="created",
            made_claim=True,
            at=timezone.now(),
            file="a.csv",
            position=str(claim.pk),
        )
    assignment_rules.queue_rules_after_import(run.pk)
    assert not ProcrastinateJob.objects.exists()
    rule(person=checker)
    assignment_rules.queue_rules_after_import(run.pk)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("claims.features.teamwork.assign_imported", {"run_id": run.pk})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment_rules, "NOTIFICATION_LIMIT", 2)
        assert assignment_rules.apply_to_import(run.pk) == 3
    assert set(given()) == {claim.pk for claim in claims}
    assert not Notification.objects.exists()


def test_a_declined_claim_is_not_assigned(checker: User) -> None:
    rule(person=checker)
    claim = make_claim(state="declined", reason="No.")
    assert assignment_rules.apply_rules([claim.pk, 10**9]) == 0
    assert Claim.objects.count() == 1
