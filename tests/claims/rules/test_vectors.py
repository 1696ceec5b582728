"""Database rules for vectors: none outlives its statement, and no draft's is public."""

import hashlib
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User

from claims.ledger import publishing
from claims.models import Claim, EmbeddingModel, LanguageMean, Publication, StatementVector
from claims.review import workflow
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.two_connections import one_after_the_other

INSERT = (
    "INSERT INTO claims_statementvector"
    " (model_id, claim_id, language, text_sha256, is_public, is_present, mean_id, length, vector)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, 1, '[1,0]')"
)
SAYS = "statementvector_says_what_is_said"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def mean(db: None) -> LanguageMean:
    model = EmbeddingModel.objects.create(name="two", dimensions=2)
    return LanguageMean.objects.create(model=model, kind="posts", language="", texts=1, mean=[0.0, 0.0])


@pytest.fixture
def store(mean: LanguageMean) -> Callable[..., None]:
    """Store a vector by SQL."""

    def insert(claim: Claim, text: str = "", *, language: str = "en", public: bool, present: bool) -> None:
        digest = sha256(text or claim.statement)
        sql(INSERT, mean.model_id, claim.pk, language, digest, public, present, mean.pk)

    return insert


@pytest.fixture
def cannot_store(mean: LanguageMean) -> Callable[..., None]:
    def insert(claim: Claim, text: str = "", *, language: str = "en", public: bool, present: bool) -> None:
        digest = sha256(text or claim.statement)
        refused(INSERT, mean.model_id, claim.pk, language, digest, public, present, mean.pk, match=SAYS)

    return insert


def kinds(claim: Claim) -> set[tuple[str, bool, bool]]:
    """Of each vector of the claim: what it is of, whether that is public, and present."""
    rows = StatementVector.objects.filter(claim=claim.pk)
    return set(rows.values_list("text_sha256", "is_public", "is_present"))


# Stored vectors -------------------------------------------------------------------------------------------------------


def test_no_public_vector_of_a_draft(cannot_store: Callable[..., None], checker: User) -> None:
    claim = make_claim()
    make_draft(claim, checker)
    cannot_store(claim, public=True, present=True)
    cannot_store(claim, public=True, present=False)


def test_no_vector_of_other_words(
    store: Callable[..., None], cannot_store: Callable[..., None], publish: Callable[..., Claim]
) -> None:
    claim = publish()
    cannot_store(claim, "Something else.", public=True, present=False)
    cannot_store(claim, "Something else.", public=False, present=True)
    cannot_store(claim, language="de", public=True, present=False)
    cannot_store(claim, language="de", public=False, present=True)
    store(claim, public=True, present=True)


def test_no_vector_of_another_length(mean: LanguageMean, store: Callable[..., None]) -> None:
    claim = make_claim()
    insert = INSERT.replace("[1,0]", "[1,0,0]")
    values = [mean.model_id, claim.pk, "en", sha256(claim.statement), False, True, mean.pk]
    refused(insert, *values, match="statementvector_has_the_dimensions")
    store(claim, public=False, present=True)
    change = "UPDATE claims_statementvector SET vector = '[1]'"
    refused(change, match="statementvector_has_the_dimensions")


def test_no_vector_of_nothing(mean: LanguageMean) -> None:
    claim = make_claim()
    values = [mean.model_id, claim.pk, "en", sha256(claim.statement), False, False, mean.pk]
    refused(INSERT, *values, match="statementvector_is_of_something")


@pytest.mark.parametrize("public, present", [(True, False), (False, True)])
def test_no_two_of_one_kind(
    store: Callable[..., None], mean: LanguageMean, publish: Callable[..., Claim], public: bool, present: bool
) -> None:
    claim = publish()
    store(claim, public=True, present=True)
    values = [mean.model_id, claim.pk, "en", sha256(claim.statement), public, present, mean.pk]
    refused(INSERT, *values, match="statementvector_one_public" if public else "statementvector_one_present")


def test_no_vector_of_a_merged_claim(cannot_store: Callable[..., None], editor: User) -> None:
    claim = make_claim()
    workflow.move(claim, "merge", by=editor, into=make_claim())
    cannot_store(claim, public=False, present=True)


def test_a_draft_is_not_made_public_by_an_update(store: Callable[..., None]) -> None:
    claim = make_claim()
    store(claim, public=False, present=True)
    refused("UPDATE claims_statementvector SET is_public = true", match=SAYS)
    other = make_claim()
    refused("UPDATE claims_statementvector SET claim_id = %s", other.pk, match=SAYS)
    refused("UPDATE claims_statementvector SET text_sha256 = %s", sha256("?"), match=SAYS)


def test_dimensions_can_be_indexed(db: None) -> None:
    insert = "INSERT INTO claims_embeddingmodel (name, dimensions) VALUES ('large', %s)"
    refused(insert, 4001, match="embeddingmodel_can_be_indexed")
    refused(insert, 0, match="embeddingmodel_can_be_indexed")
    assert sql(insert, 4000) == 1


def test_means_are_of_something(mean: LanguageMean) -> None:
    insert = (
        "INSERT INTO claims_languagemean (model_id, kind, language, texts, mean, is_settled)"
        " VALUES (%s, %s, '', %s, '{}', true)"
    )
    refused(insert, mean.model_id, "other", 1, match="languagemean_kind_is_known")
    refused(insert, mean.model_id, "claims", 0, match="languagemean_is_of_texts")
    refused(insert, mean.model_id, "posts", 1, match="languagemean_is_unique")


# What changes ---------------------------------------------------------------------------------------------------------


def test_words_that_are_changed_have_no_vector(
    store: Callable[..., None], publish: Callable[..., Claim]
) -> None:
    draft, published = make_claim(), publish()
    store(draft, public=False, present=True)
    store(published, public=True, present=True)
    sql("UPDATE claims_claim SET statement = statement || ' So they say.'")
    assert kinds(draft) == set()
    assert kinds(published) == {(sha256(published.statement), True, False)}


def test_nor_those_of_another_language(store: Callable[..., None]) -> None:
    claim = make_claim()
    store(claim, public=False, present=True)
    sql("UPDATE claims_claim SET language = 'en-GB'")
    assert len(kinds(claim)) == 1
    sql("UPDATE claims_claim SET language = 'de'")
    assert kinds(claim) == set()


def test_other_changes_keep_it(store: Callable[..., None]) -> None:
    claim = make_claim()
    store(claim, public=False, present=True)
    sql("UPDATE claims_claim SET context = 'At the harbour.', claimed_on = %s", date(2026, 1, 1))
    assert len(kinds(claim)) == 1


def test_a_claim_takes_its_vectors_along(store: Callable[..., None]) -> None:
    claim, other = make_claim(), make_claim()
    store(claim, public=False, present=True)
    store(other, public=False, present=True)
    sql("DELETE FROM claims_claim WHERE id = %s", claim.pk)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert StatementVector.objects.get().claim_id == other.pk


def test_publishing_makes_vectors_public(store: Callable[..., None], publish: Callable[..., Claim]) -> None:
    claim = make_claim()
    store(claim, public=False, present=True)
    publish(claim)
    assert kinds(claim) == {(sha256(claim.statement), True, True)}


def test_retracting_makes_vectors_private(
    store: Callable[..., None], publish: Callable[..., Claim], editor: User
) -> None:
    claim, edited = publish(), publish()
    store(claim, public=True, present=True)
    store(edited, public=True, present=True)
    sql("UPDATE claims_claim SET statement = 'The bridge was free.' WHERE id = %s", edited.pk)
    for one in (claim, edited):
        workflow.move(one.verdicts.get(), "retract", by=editor, note="The source was wrong.")
    assert kinds(claim) == {(sha256(claim.statement), False, True)}
    assert kinds(edited) == set()


def test_merged_claims_have_none(
    store: Callable[..., None], publish: Callable[..., Claim], editor: User
) -> None:
    claim = publish()
    store(claim, public=True, present=True)
    workflow.move(claim, "merge", by=editor, into=publish())
    assert kinds(claim) == set()


def test_a_corrected_statement_replaces_the_public_vector(
    store: Callable[..., None], mean: LanguageMean, publish: Callable[..., Claim]
) -> None:
    claim = publish()
    before = claim.statement
    store(claim, public=True, present=True)
    sql("UPDATE claims_claim SET statement = 'The bridge was free.' WHERE id = %s", claim.pk)
    claim.refresh_from_db()
    store(claim, public=False, present=True)
    assert kinds(claim) == {(sha256(before), True, False), (sha256(claim.statement), False, True)}
    publish(claim, correction_kind="correction", correction_note="It was free.")
    assert kinds(claim) == {(sha256(claim.statement), True, True)}


def test_an_entry_that_says_the_same_changes_nothing(
    store: Callable[..., None], publish: Callable[..., Claim]
) -> None:
    claim = publish()
    store(claim, public=True, present=True)
    publishing.record(claim, Publication.Kind.CLASSIFICATION)
    assert kinds(claim) == {(sha256(claim.statement), True, True)}


# Two at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_changes_meanwhile_gets_none(store: Callable[..., None]) -> None:
    claim = make_claim()

    def edit() -> None:
        sql("UPDATE claims_claim SET statement = 'The bridge was free.' WHERE id = %s", claim.pk)

    assert one_after_the_other(edit, lambda: store(claim, public=False, present=True)) == SAYS
    assert kinds(claim) == set()


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_vector_and_removes_it(store: Callable[..., None]) -> None:
    claim = make_claim()

    def edit() -> None:
        sql("UPDATE claims_claim SET statement = 'The bridge was free.' WHERE id = %s", claim.pk)

    assert one_after_the_other(lambda: store(claim, public=False, present=True), edit) == ""
    assert kinds(claim) == set()


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_is_withdrawn_meanwhile_gets_no_public_one(
    store: Callable[..., None], publish: Callable[..., Claim], editor: User
) -> None:
    claim = publish()

    def retract() -> None:
        workflow.move(claim.verdicts.get(), "retract", by=editor, note="The source was wrong.")

    assert one_after_the_other(retract, lambda: store(claim, public=True, present=True)) == SAYS
    assert kinds(claim) == set()
