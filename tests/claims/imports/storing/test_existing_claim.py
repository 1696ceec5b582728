"""A changed review imported again: a new version of the published claim, never an edit."""

import pytest

from claims.models import Claim, Evidence, ImportedRecord, Publication, Transition, Verdict
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, newest, review
from tests.helpers.newsroom import make_source

pytestmark = pytest.mark.django_db


def test_a_changed_rating_is_a_new_version_with_a_public_note() -> None:
    bring(review())
    first = Verdict.objects.get()
    assert counts(bring(review(rating="Mostly true"))) == {"updated": 1}
    claim = Claim.objects.get()
    first.refresh_from_db()
    assert (first.state, str(first.rating)) == ("superseded", "False")
    second = live(claim)
    assert (second.version, second.supersedes, second.origin) == (2, first, "imported")
    assert (second.summary, second.url) == (first.summary, first.url)
    note = "Changed in the imported file: rating (from “False” to “Mostly True”)."
    assert [(c["kind"], c["note"]) for c in newest(claim)["corrections"]] == [("update", note)]
    transition = Transition.objects.get()
    assert (transition.verdict, transition.before, transition.after) == (first, "published", "superseded")


def test_records_that_disagree_do_so_each_time() -> None:
    disagreeing = [review(), review(rating="True", summary=None)]
    assert counts(bring(*disagreeing)) == {"created": 1, "refused": 1}
    assert counts(bring(*disagreeing)) == {"unchanged": 1, "refused": 1}
    assert Verdict.objects.count() == 1


def test_missing_values_leave_stored_ones_unchanged() -> None:
    bring(review(context="She spoke at the opening.", appearances=["https://news.example/opening"]))
    bring(review(summary=None, reviewed_on="2026-03-05", claimant=None))
    claim = Claim.objects.get()
    verdict = live(claim)
    assert (verdict.summary, str(verdict.reviewed_on)) == ("The accounts show twelve million.", "2026-03-05")
    assert (claim.context, str(claim.claimant)) == ("She spoke at the opening.", "Mara Lindqvist")
    assert len(newest(claim)["appearances"]) == 1


def test_a_reworded_statement_is_the_same_review_if_the_file_numbers_it() -> None:
    bring(review(id="17"))
    run = bring(review(id="17", statement="The harbour bridge cost nine million euros."))
    assert counts(run) == {"updated": 1}
    claim = Claim.objects.get()
    assert claim.statement == "The harbour bridge cost nine million euros."
    assert newest(claim)["statement"] == claim.statement
    assert newest(claim)["corrections"][0]["note"] == "Changed in the imported file: wording of the claim."
    assert Publication.objects.get(version=1).document["statement"] == STATEMENT


def test_other_statements_of_a_page_with_several_are_other_claims() -> None:
    bring(review(), review(statement="The tunnel below the harbour is closed.", rating="True"))
    assert (Claim.objects.count(), Verdict.objects.count()) == (2, 2)
    run = bring(review(statement="The ferry runs every ten minutes.", rating="True"))
    assert counts(run) == {"created": 1}
    assert Claim.objects.count() == 3


@pytest.mark.slow
def test_additional_values_of_another_record_are_added() -> None:
    bring(review(summary=None, reviewed_on=None, claimed_on=None))
    run = bring(review(claimed_on="2026-02-20", review_url=None))
    assert counts(run) == {"updated": 1}
    claim = Claim.objects.get()
    assert (str(claim.claimed_on), live(claim).version) == ("2026-02-20", 2)
    note = "Added from another record: date of the claim, summary, date of the review."
    assert newest(claim)["corrections"][0]["note"] == note
    assert live(claim).correction_note == "Added from another record: summary, date of the review."


def test_a_new_version_keeps_the_evidence_of_the_one_before() -> None:
    bring(review(context="x" * 10))
    verdict = Verdict.objects.get()
    # As a restored archive has it: evidence of an imported verdict comes in the transaction that brought the verdict.
    Evidence.objects.create(
        verdict=verdict, source=make_source(), stance="refutes", note="The audited accounts."
    )
    bring(review(rating="Mostly true"))
    assert [row.note for row in live(Claim.objects.get()).evidence.all()] == ["The audited accounts."]


@pytest.mark.slow
def test_records_without_an_address_are_recognised_by_their_number() -> None:
    bring(review(review_url=None, id="17"))
    assert counts(bring(review(review_url=None, id="17", rating="Mostly true"))) == {"updated": 1}
    assert counts(bring(review(review_url=None, id="18", rating="True"))) == {"refused": 1}
    assert ImportedRecord.objects.count() == 2


@pytest.mark.slow
def test_returning_to_an_earlier_value_is_a_change_too() -> None:
    bring(review())
    bring(review(rating="Mostly true"))
    assert counts(bring(review())) == {"updated": 1}
    claim = Claim.objects.get()
    assert (str(live(claim).rating), live(claim).version, newest(claim)["version"]) == ("False", 3, 3)
