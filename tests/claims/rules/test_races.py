"""Two simultaneous changes, each allowed alone: the second sees the first, or waits for it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction

from claims.ledger import publishing
from claims.models import Claim, Verdict
from claims.review import workflow
from sources.models import Publisher, Source
from tests.claims.rules.test_immutability import INSERT_EVIDENCE
from tests.claims.rules.test_ledger import insert_publication
from tests.helpers import newsroom
from tests.helpers.broken_rules import PUBLISH, SIGN_OFF, refused, sql, write_down
from tests.helpers.database import Contents, contents, put_back
from tests.helpers.ledger_rows import imported_verdict
from tests.helpers.newsroom import make_claim, make_draft, make_source, person, rating_of
from tests.helpers.two_connections import alone, one_after_the_other, seeing_the_past

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Desk:
    """Claims and verdicts in the states from which people move them at once."""

    draft: Verdict
    in_review: Verdict
    published: Verdict
    target: Claim
    colleague: User
    source: Source
    checkers: Publisher

    # Of the draft

    def submit_the_draft(self) -> None:
        write_down(self.draft, "draft", "in_review")
        sql("UPDATE claims_verdict SET state = 'in_review', review_round = 1 WHERE id = %s", self.draft.pk)

    def publish_the_draft(self) -> None:
        """All the way, in one transaction."""
        self.submit_the_draft()
        sql(SIGN_OFF, self.draft.pk, self.colleague.pk, 1)
        write_down(self.draft, "in_review", "published")
        sql(PUBLISH.replace("now()", "clock_timestamp()"), self.draft.pk)
        publishing.record(self.draft.claim, "publication")

    def delete_the_evidence(self) -> None:
        sql("DELETE FROM claims_evidence WHERE verdict_id = %s", self.draft.pk)

    def add_evidence(self) -> None:
        sql(INSERT_EVIDENCE, self.draft.pk, self.source.pk)

    def clear_the_address(self) -> None:
        sql(
            "UPDATE sources_source SET url = '', url_key = ''"
            " WHERE id = (SELECT source_id FROM claims_evidence WHERE verdict_id = %s)",
            self.draft.pk,
        )

    def change_the_claim(self) -> None:
        sql("UPDATE claims_claim SET context = 'Changed' WHERE id = %s", self.draft.claim_id)

    def change_the_label(self) -> None:
        sql("UPDATE claims_rating SET label = 'Changed' WHERE id = %s", self.draft.rating_id)

    def decline(self) -> None:
        self._decline(self.draft.claim)

    def bring_in_a_verdict(self) -> None:
        imported_verdict(self.draft.claim, self.checkers)

    def change_their_label(self) -> None:
        sql("UPDATE claims_rating SET label = 'Changed' WHERE id = %s", rating_of(self.checkers, "true").pk)

    # Of the verdict in review

    def sign_off(self) -> None:
        sql(SIGN_OFF, self.in_review.pk, self.colleague.pk, self.in_review.review_round)

    def withdraw_it(self) -> None:
        write_down(self.in_review, "in_review", "draft")
        sql("UPDATE claims_verdict SET state = 'draft' WHERE id = %s", self.in_review.pk)

    def write_on_it(self) -> None:
        sql(
            "UPDATE claims_verdict SET edited_by = edited_by || %s::bigint WHERE id = %s",
            self.colleague.pk,
            self.in_review.pk,
        )

    # Of the one that is published

    def retract_it(self) -> None:
        write_down(self.published, "published", "retracted")
        sql("UPDATE claims_verdict SET state = 'retracted' WHERE id = %s", self.published.pk)
        publishing.record(self.published.claim, "retraction", note="It was forged.")

    def make_it_public(self) -> None:
        insert_publication(version=3)

    # Of claims

    def merge_away(self) -> None:
        self._merge(self.draft.claim, self.target)

    def merge_the_target_away(self) -> None:
        self._merge(self.target, self.in_review.claim)

    def decline_the_target(self) -> None:
        self._decline(self.target)

    def _decline(self, claim: Claim) -> None:
        self._write_down(claim, "declined")
        sql("UPDATE claims_claim SET state = 'declined', reason = 'x' WHERE id = %s", claim.pk)

    def _merge(self, claim: Claim, into: Claim) -> None:
        self._write_down(claim, "merged")
        sql(
            "UPDATE claims_claim SET state = 'merged', state_before_merge = 'accepted', merged_into_id = %s"
            " WHERE id = %s",
            into.pk,
            claim.pk,
        )

    def _write_down(self, claim: Claim, after: str) -> None:
        sql(
            "INSERT INTO claims_transition (claim_id, action, before, after, actor_name, note)"
            " VALUES (%s, 'test', 'accepted', %s, 'SQL', '')",
            claim.pk,
            after,
        )


#: The desk, made by the first test, and its rows, which the others have put back.
_made: list[tuple[Contents, Desk]] = []


@pytest.fixture
def desk(db: None) -> Desk:
    name = connection.settings_dict["NAME"]
    connections.close_all()
    for rows, made in _made:
        if put_back(name, rows):
            return made
    made = _make_desk()
    connections.close_all()
    _made[:] = [(contents(name), made)]
    return made


def _make_desk() -> Desk:
    checker, colleague = person("chris", "Fact-checker"), person("kim", "Fact-checker")
    publish = newsroom.publishing(checker, person("edith", "Editor"))
    draft = make_draft(make_claim(), checker, code="true")
    in_review = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    checkers = Publisher.objects.create(name="Checkers")
    rating_of(checkers, "true")
    return Desk(draft, in_review, publish().verdicts.get(), make_claim(), colleague, make_source(), checkers)


#: What one person does, what another does meanwhile, and the rule that refuses it.
MEANWHILE = [
    ("publish_the_draft", "delete_the_evidence", "evidence_is_fixed_with_its_verdict"),
    ("delete_the_evidence", "publish_the_draft", "verdict_rests_on_evidence"),
    ("publish_the_draft", "add_evidence", "evidence_is_fixed_with_its_verdict"),
    ("publish_the_draft", "clear_the_address", "source_address_is_kept"),
    ("clear_the_address", "publish_the_draft", "verdict_rests_on_evidence"),
    ("submit_the_draft", "change_the_claim", "claim_words_are_fixed_in_review"),
    ("submit_the_draft", "change_the_label", "rating_label_is_frozen_once_used"),
    ("publish_the_draft", "decline", "claim_state_moves"),
    ("decline", "publish_the_draft", "verdict_claim_is_accepted"),
    ("bring_in_a_verdict", "decline", "claim_state_moves"),
    ("decline", "bring_in_a_verdict", "verdict_arrives_on_a_claim_that_stands"),
    ("bring_in_a_verdict", "change_their_label", "rating_label_is_frozen_once_used"),
    ("write_on_it", "sign_off", "signoff_by_somebody_else"),
    ("withdraw_it", "sign_off", "signoff_in_review"),
    ("merge_away", "merge_the_target_away", "claim_merges_do_not_chain"),
    ("merge_the_target_away", "merge_away", "claim_merges_do_not_chain"),
    ("decline_the_target", "merge_away", "claim_merges_do_not_chain"),
    ("retract_it", "make_it_public", "publication_rests_on_a_verdict"),
]


@pytest.mark.parametrize(("first", "second", "rule"), MEANWHILE)
def test_the_second_sees_the_changes_of_the_first(desk: Desk, first: str, second: str, rule: str) -> None:
    assert one_after_the_other(getattr(desk, first), getattr(desk, second)) == rule


@pytest.mark.parametrize(("first", "second"), [(first, second) for first, second, _ in MEANWHILE])
def test_rules_use_the_current_state(desk: Desk, first: str, second: str) -> None:
    """In a transaction that sees the past, as REPEATABLE READ does, the rules would see it too."""
    assert seeing_the_past(getattr(desk, first), getattr(desk, second)) != ""


def test_evidence_is_not_added_by_a_transaction_that_began_before_a_verdict_arrived(desk: Desk) -> None:
    with transaction.atomic():
        sql("SELECT now()")
        with ThreadPoolExecutor(1) as other:
            other.submit(alone, desk.bring_in_a_verdict).result()
        verdict = Verdict.objects.get(origin="imported")
        refused(INSERT_EVIDENCE, verdict.pk, desk.source.pk, match="evidence_is_fixed_with_its_verdict")
