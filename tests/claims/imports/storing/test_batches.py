"""What a record becomes, and when two records are about one claim."""

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.imports.reading.mappings.conventions import NO_CONVENTIONS, Conventions
from claims.imports.reading.raw_record import RawRecord, RecordLocation
from claims.imports.storing.run_import import run_import
from claims.ledger import publishing
from claims.models import (
    Claim,
    Claimant,
    ImportedRecord,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Topic,
    Transition,
    Verdict,
)
from claims.review import workflow
from sources.models import Publisher, Source
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, newest, review
from tests.helpers.newsroom import make_claim, make_source

pytestmark = pytest.mark.django_db


def test_a_record_becomes_a_published_verdict() -> None:
    run = bring(
        review(
            claimant_kind="person",
            claimant_title="Minister of Transport",
            claimed_on="2026-02-20",
            context="She spoke at the opening.",
            appearances=["https://news.example/opening", "https://x.com/mara/status/1"],
            topics=["Transport", "Budget"],
            byline="Kim Osei",
        )
    )
    assert counts(run) == {"created": 1}
    claim = Claim.objects.get()
    assert (claim.state, claim.statement, str(claim.claimed_on)) == ("accepted", STATEMENT, "2026-02-20")
    verdict = Verdict.objects.get()
    assert (verdict.state, verdict.origin, verdict.author, verdict.version) == (
        "published",
        "imported",
        None,
        1,
    )
    body = newest(claim)
    assert (body["version"], body["status"], body["corrections"]) == (1, "published", [])
    assert body["claimant"]["name"] == "Mara Lindqvist"
    assert body["claimant"]["job_title"] == "Minister of Transport"
    assert [topic["name"] for topic in body["topics"]] == ["Transport", "Budget"]
    assert [(a["is_first"], a["source"]["url"], a["source"]["kind"]) for a in body["appearances"]] == [
        (True, "https://news.example/opening", "web_page"),
        (False, "https://x.com/mara/status/1", "social_post"),
    ]
    [shown] = body["verdicts"]
    assert shown["publisher"]["domain"] == "checks.example"
    assert (shown["rating"]["label"], shown["rating"]["rating_class"]) == ("False", "false")
    assert (shown["summary"], shown["byline"]) == ("The accounts show twelve million.", "Kim Osei")
    assert (shown["url"], shown["reviewed_on"]) == ("https://checks.example/bridge", "2026-03-01")


def test_imported_entries_equal_published_ones() -> None:
    bring(
        review(appearances=["https://news.example/opening"], topics=["Transport"]),
        review(
            publisher="Second Checks",
            publisher_url="https://second.example",
            rating="Half true",
            review_url=None,
        ),
    )
    publication = Publication.objects.get()
    change = {publication.claim_id: publishing.LedgerChange(publication.kind)}
    [again] = publishing._iterate_entries(change, publication.published_at)
    assert again.publication["body"].replace('"version":2,', '"version":1,', 1) == publication.body
    columns = {
        name: (value, getattr(publication, name))
        for name, value in again.publication.items()
        if name not in ("version", "body", "body_sha256")
    }
    assert [name for name, (mine, theirs) in columns.items() if mine != theirs] == []
    assert [
        row["body"].replace('"version":2,"url":\t', '"version":1,"url":\t') for row in again.verdicts
    ] == [row.body for row in publication.verdicts.order_by("pk")]


def test_a_record_without_a_rating_is_a_claim_to_decide_about() -> None:
    run = bring(review(rating=None))
    claim = Claim.objects.get()
    assert counts(run) == {"created": 1}
    assert claim.state == "proposed"
    assert claim.reason == (
        "Imported without a rating. Checked by Example Checks on 2026-03-01: https://checks.example/bridge\n"
        "Finding: The accounts show twelve million."
    )
    assert not Publication.objects.exists()
    assert not Verdict.objects.exists()


def test_the_same_again_changes_nothing() -> None:
    bring(review())
    before = Publication.objects.values_list("pk", "superseded_at").get()
    assert counts(bring(review(), review())) == {"unchanged": 2}
    assert Publication.objects.values_list("pk", "superseded_at").get() == before


def test_the_raw_label_is_kept() -> None:
    bring(review(rating="  FALSE! "))
    record = ImportedRecord.objects.get()
    assert (record.label, record.verdict, record.outcome) == ("FALSE!", Verdict.objects.get(), "created")


def test_publishers_that_judge_one_claim_are_published_together() -> None:
    run = bring(
        review(),
        review(
            statement="“The new harbour bridge cost the city nine million euros”",
            publisher_url="https://b.example",
            publisher="Second Checks",
            review_url="https://b.example/1",
            rating="Half true",
        ),
    )
    assert counts(run) == {"created": 2}
    publication = Publication.objects.get()
    assert publication.version == 1
    assert sorted(v["publisher"]["name"] for v in publication.document["verdicts"]) == [
        "Example Checks",
        "Second Checks",
    ]
    assert not PossibleDuplicate.objects.exists()


def test_a_publisher_that_comes_later_is_an_addition() -> None:
    bring(review())
    bring(
        review(publisher="Second Checks", publisher_url="https://b.example", review_url="https://b.example/1")
    )
    claim = Claim.objects.get()
    assert list(claim.publications.order_by("version").values_list("kind", flat=True)) == [
        "publication",
        "addition",
    ]
    assert len(newest(claim)["verdicts"]) == 2


def test_another_claimant_is_another_claim_and_perhaps_the_same() -> None:
    bring(review(), review(claimant="Jonas Berg", review_url="https://checks.example/berg"))
    first, second = Claim.objects.order_by("pk")
    assert {first.claimant.name, second.claimant.name} == {"Mara Lindqvist", "Jonas Berg"}  # type: ignore[union-attr]
    assert PossibleDuplicate.objects.values_list("claim", "earlier").get() == (second.pk, first.pk)


def test_claimants_are_compared_without_case() -> None:
    Claimant.objects.create(name="MARA LINDQVIST", job_title="Minister")
    bring(review())
    assert [(c.name, c.job_title) for c in Claimant.objects.all()] == [("MARA LINDQVIST", "Minister")]


@pytest.mark.parametrize(
    "statement, claims",
    [("Old video", 2), ("The new harbour bridge was built without a permit.", 1)],
    ids=["words that many things have", "a whole sentence"],
)
def test_statements_without_a_claimant_are_one_claim_only_if_distinctive(statement: str, claims: int) -> None:
    bring(
        review(statement=statement, claimant=None),
        review(
            statement=statement,
            claimant=None,
            publisher="Second Checks",
            publisher_url="https://b.example",
            review_url="https://b.example/1",
        ),
    )
    assert Claim.objects.count() == claims
    assert PossibleDuplicate.objects.count() == claims - 1


@pytest.mark.parametrize("names", [(None, "Mara Lindqvist"), ("Mara Lindqvist", None)])
def test_a_publisher_names_the_claimant_in_one_of_two_records(names: tuple[str | None, str | None]) -> None:
    first, second = names
    bring(review(claimant=first, reviewed_on=None), review(claimant=second, review_url=None, summary=None))
    claim = Claim.objects.get()
    assert str(claim.claimant) == "Mara Lindqvist"
    assert (live(claim).summary, str(live(claim).reviewed_on)) == (
        "The accounts show twelve million.",
        "2026-03-01",
    )
    assert newest(claim)["version"] == 1


def test_records_that_disagree_are_for_a_person() -> None:
    run = bring(review(), review(rating="True", review_url=None))
    assert counts(run) == {"created": 1, "refused": 1}
    problem = run.problems.get()
    assert (problem.outcome, problem.position, problem.field, problem.code) == (
        "refused",
        "line 2",
        "rating",
        "disagreement",
    )
    assert problem.reason == (
        "Example Checks rated this claim “False” in another record, “True” in this one. Correct the wrong "
        "one and import it again."
    )
    assert (problem.fields or {})["rating"] == "True"
    assert str(live(Claim.objects.get()).rating) == "False"


@pytest.mark.parametrize("oddity", ["\ud83d", 10**40, float("nan"), "\0"])
def test_values_unknown_to_json_do_not_stop_an_import(oddity: Any) -> None:
    """Neither in a record that is stored, nor in one that is refused, nor in a value that is left out."""
    run = bring(
        review(title=oddity),
        review(statement=None, title=oddity),
        review(statement="The tower is open.", claimed_on=["when?", oddity]),
    )
    assert counts(run) == {"created": 2, "refused": 1}
    assert sorted(run.problems.values_list("position", "code")) == [
        ("line 2", "no statement"),
        ("line 3", "not a date"),
    ]


def test_a_proposed_claim_is_accepted_by_a_verdict_on_it() -> None:
    claim = make_claim(STATEMENT, state="proposed", claimant=Claimant.objects.create(name="Mara Lindqvist"))
    bring(review())
    claim.refresh_from_db()
    assert claim.state == "accepted"
    transition = Transition.objects.get()
    assert (transition.action, transition.before, transition.after) == ("accept", "proposed", "accepted")
    assert newest(claim)["version"] == 1


def test_claims_of_the_newsroom_are_extended_and_not_changed(publish: Callable[..., Claim]) -> None:
    claim = publish(make_claim(STATEMENT, claimant=Claimant.objects.create(name="Mara Lindqvist")))
    bring(review(claimed_on="2026-02-20", context="She spoke at the opening."))
    claim.refresh_from_db()
    assert (claim.claimed_on, claim.context) == (None, "")
    body = newest(claim)
    assert (body["version"], len(body["verdicts"])) == (2, 2)


def test_a_merged_claim_counts_as_its_target(editor: User) -> None:
    claimant = Claimant.objects.create(name="Mara Lindqvist")
    target = make_claim("The bridge was paid for by the city.")
    merged = make_claim(STATEMENT, claimant=claimant)
    workflow.move(merged, "merge", by=editor, into=target)
    bring(review(claimant=None))
    assert live(target).publisher.name == "Example Checks"
    assert Claim.objects.count() == 2


def test_a_declined_claim_is_not_taken_up_again(editor: User) -> None:
    declined = make_claim(STATEMENT, state="proposed")
    workflow.move(declined, "decline", by=editor, note="An opinion.")
    bring(review())
    declined.refresh_from_db()
    assert (declined.state, Claim.objects.count(), declined.verdicts.count()) == ("declined", 2, 0)


def test_sources_topics_and_publishers_that_are_there_are_used() -> None:
    source = make_source(url="https://www.example.org/opening?utm_source=feed", title="Bridge opens")
    topic = Topic.objects.create(name="Transport", slug="transport")
    publisher = Publisher.objects.create(name="The Example Checks", url="https://checks.example/")
    bring(review(appearances=["http://example.org/opening"], topics=["TRANSPORT"]))
    assert [row.pk for row in Source.objects.all()] == [source.pk]
    assert [row.pk for row in Topic.objects.all()] == [topic.pk]
    assert list(Publisher.objects.filter(is_house=False)) == [publisher]
    assert live(Claim.objects.get()).publisher == publisher


@pytest.mark.parametrize("count", [1, 3])
def test_batches_of_any_size_cost_the_same_number_of_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Progress is saved every half second, which a busy machine needs for a batch.
    monkeypatch.setattr("claims.imports.storing.run_import._REPORT_PERIOD", timedelta(hours=1))
    bring(review())  # publisher, claimant and rating are known
    records = [
        review(statement=f"{STATEMENT} {number}", review_url=f"https://checks.example/{number}")
        for number in range(count)
    ]
    with django_assert_num_queries(45):
        bring(*records)
    assert Claim.objects.count() == count + 1


def test_only_the_last_import_of_a_file_keeps_problems() -> None:
    """Apart from values found only once, with the records that were written."""

    def attempt(digest: str) -> ImportRun:
        run = ImportRun.objects.create(origin="file.jsonl", content_sha256=digest)
        return bring(
            review(reviewed_on="03/04/2019"), review(summary="Said otherwise."), review(statement=""), run=run
        )

    first, other, second = attempt("a" * 64), attempt("b" * 64), attempt("a" * 64)
    kept = {run: sorted(run.problems.values_list("code", flat=True)) for run in (first, other, second)}
    found_again = ["ambiguous date", "merged into another record", "no statement"]
    assert kept == {
        first: ["conflict with stored value"],
        other: found_again,
        second: found_again,
    }
    assert first.refused == 1


def test_memory_that_was_frozen_stays_frozen() -> None:
    """Tests freeze collected objects, as the background worker does before it forks. Some are freed meanwhile."""
    before = gc.get_freeze_count()
    bring(review())
    assert gc.get_freeze_count() > before * 0.9


def test_memory_that_was_not_frozen_is_frozen_only_while_records_are_imported() -> None:
    during: list[bool] = []

    def read() -> Iterator[tuple[RawRecord, Conventions]]:
        during.append(gc.get_freeze_count() > 0)
        yield RawRecord(RecordLocation("file.jsonl", "line 1"), review()), NO_CONVENTIONS

    run = ImportRun.objects.create(origin="file.jsonl")
    gc.unfreeze()
    try:
        run_import(run, read())
        assert (during, gc.get_freeze_count(), counts(run)) == ([True], 0, {"created": 1})
    finally:
        gc.freeze()
