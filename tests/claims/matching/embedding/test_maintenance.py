"""Every statement gets its vector, from any writer, despite interruptions and other workers."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from claims.matching.embedding import choice, maintenance, pending_vectors
from claims.matching.embedding.embedder import EmbedderError, TextRefused, Vectors
from claims.models import Claim, EmbeddingModel, LanguageMean, StatementVector
from claims.review import workflow
from tests.claims.matching.embedding.conftest import prepared, stored
from tests.helpers.broken_rules import sql
from tests.helpers.embedders import FussyEmbedder, OtherEmbedder, TinyEmbedder
from tests.helpers.newsroom import make_claim


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 2)


class Killed(BaseException):
    """As if the process was killed: no code catches it."""


class Mortal(TinyEmbedder):
    """Computes this number of parts, then fails."""

    def __init__(self, lives: int) -> None:
        self.lives = lives

    def embed_statements(self, texts: Any) -> Vectors:
        if len(texts) <= maintenance.BATCH_SIZE:
            self.lives -= 1
        if self.lives < 0:
            raise Killed
        return super().embed_statements(texts)


def test_one_vector_serves_the_desk_and_the_public(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel], editor: User
) -> None:
    draft, published, edited, merged, target = make_claim(), publish(), publish(), publish(), publish()
    sql("UPDATE claims_claim SET statement = 'The bridge was free.' WHERE id = %s", edited.pk)
    workflow.move(merged, "merge", by=editor, into=target)
    up_to_date()
    assert stored() == {
        (draft.pk, False, True),
        (published.pk, True, True),
        (edited.pk, True, False),
        (edited.pk, False, True),
        (target.pk, True, True),
    }
    assert StatementVector.objects.count() == 5


def test_statements_written_with_psql_are_pending(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    claim, other = publish(), make_claim()
    model = up_to_date()
    assert not pending_vectors.has_pending(model)
    sql("UPDATE claims_claim SET statement = statement || ' So they say.' WHERE id = %s", claim.pk)
    assert pending_vectors.has_pending(model)
    assert pending_vectors.count_vectors(model) == (2, 1)
    up_to_date()
    sql("DELETE FROM claims_statementvector WHERE claim_id = %s", other.pk)
    assert pending_vectors.count_vectors(model) == (2, 1)
    up_to_date()
    assert pending_vectors.count_vectors(model) == (3, 0)
    assert stored() == {(claim.pk, True, False), (claim.pk, False, True), (other.pk, False, True)}


def test_a_reverted_statement_needs_no_new_vector(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    claim = publish()
    up_to_date()
    sql("UPDATE claims_claim SET statement = 'The bridge was free.'")
    sql("UPDATE claims_claim SET statement = %s", claim.statement)
    assert stored() == {(claim.pk, True, False)}
    up_to_date()
    assert stored() == {(claim.pk, True, True)}


def test_a_merge_that_is_undone_brings_it_back(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel], editor: User
) -> None:
    claim, target = publish(), publish()
    up_to_date()
    merged = workflow.move(claim, "merge", by=editor, into=target)
    assert stored(claim.pk) == set()
    workflow.move(merged, "unmerge", by=editor)
    up_to_date()
    assert stored(claim.pk) == {(claim.pk, True, True)}


@pytest.mark.slow
def test_a_killed_worker_leaves_the_rest_to_the_next(db: None, tiny: None, small_parts: None) -> None:
    claims = {make_claim().pk for _ in range(7)}
    with pytest.raises(Killed):
        maintenance.bring_up_to_date(Mortal(2))
    model = EmbeddingModel.objects.get()
    assert pending_vectors.count_vectors(model) == (4, 3)
    assert model.completed_at is None
    assert choice.get_query_model() is None
    made: list[int] = []
    tell = lambda progress: made.append(progress.done_count) if progress.stage == "vectors" else None  # noqa: E731
    assert maintenance.bring_up_to_date(TinyEmbedder(), report_progress=tell)
    assert made == [6, 7]
    assert set(StatementVector.objects.values_list("claim_id", flat=True)) == claims
    assert StatementVector.objects.count() == 7


def test_a_worker_stops_on_request(db: None, tiny: None, small_parts: None) -> None:
    for _ in range(5):
        make_claim()
    prepared(TinyEmbedder())
    answers = iter([False, True])
    assert not maintenance.bring_up_to_date(TinyEmbedder(), is_stopped=lambda: next(answers))
    assert pending_vectors.count_vectors(EmbeddingModel.objects.get()) == (2, 3)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_do_it_twice(tiny: None) -> None:
    make_claim()

    def beside() -> str:
        try:
            maintenance.bring_up_to_date(TinyEmbedder())
        except maintenance.MaintenanceUnderWay as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(1) as other:
        said: list[str] = []
        tell = lambda progress: said.append(other.submit(beside).result())  # noqa: E731
        assert maintenance.bring_up_to_date(TinyEmbedder(), report_progress=tell)
        assert set(said) == {"Another process is currently computing vectors of tiny."}
        # Not so when it is done.
        assert other.submit(beside).result() == ""


@pytest.mark.django_db(transaction=True)
def test_the_vector_of_a_statement_edited_meanwhile_is_not_stored(tiny: None) -> None:
    claim = make_claim()

    class Slow(TinyEmbedder):
        def embed_statements(self, texts: Any) -> Vectors:
            if claim.statement in texts:
                with ThreadPoolExecutor(1) as other:
                    other.submit(edit).result()
            return super().embed_statements(texts)

    def edit() -> None:
        sql("UPDATE claims_claim SET statement = 'The bridge was free.'")
        connection.close()

    maintenance.bring_up_to_date(Slow())
    assert stored() == set()
    maintenance.bring_up_to_date(TinyEmbedder())
    assert stored() == {(claim.pk, False, True)}


def test_finding_no_work_is_cheap(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel], django_assert_num_queries: Any
) -> None:
    assert not maintenance.is_up_to_date(TinyEmbedder())
    publish()
    model = up_to_date()
    with django_assert_num_queries(5):  # the model, its means, the lock, the publications, the statements
        assert maintenance.is_up_to_date(TinyEmbedder())
    assert not maintenance.is_up_to_date(OtherEmbedder())
    LanguageMean.objects.create(model=model, kind="claims", language="en", texts=1, mean=[0.0] * 48)
    assert not maintenance.is_up_to_date(TinyEmbedder())
    LanguageMean.objects.update(is_settled=True)
    make_claim()
    assert not maintenance.is_up_to_date(TinyEmbedder())


# Faults ---------------------------------------------------------------------------------------------------------------


def test_a_text_that_is_refused_does_not_stop_the_others(db: None, caplog: pytest.LogCaptureFixture) -> None:
    refused = make_claim("An unspeakable thing.")
    long, plain = make_claim("It rains. " * 150), make_claim()
    with caplog.at_level(logging.WARNING):
        assert maintenance.bring_up_to_date(FussyEmbedder())
    assert stored() == {(long.pk, False, True), (plain.pk, False, True)}
    assert [record.getMessage() for record in caplog.records] == [
        f"Claim {refused.pk} is found only by its words: It will not take this."
    ]
    assert EmbeddingModel.objects.complete().exists()


@pytest.mark.slow
@pytest.mark.parametrize("made", ["[0]", "nan", "few"])
def test_garbage_is_not_stored(db: None, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_claim()
    prepared(TinyEmbedder())
    passages = TinyEmbedder.embed_statements

    def garbage(embedder: TinyEmbedder, texts: Any) -> Vectors:
        vectors = passages(embedder, texts)
        return {"[0]": vectors[:, :3], "nan": vectors * float("nan"), "few": vectors[:0]}[made]

    monkeypatch.setattr(TinyEmbedder, "embed_statements", garbage)
    with pytest.raises(EmbedderError, match="tiny did not return 1 vectors"):
        maintenance.bring_up_to_date(TinyEmbedder())
    assert stored() == set()


def test_a_model_name_has_one_kind_of_vectors(db: None) -> None:
    maintenance.bring_up_to_date(TinyEmbedder())

    class Changed(OtherEmbedder):
        name = "tiny"

    with pytest.raises(
        maintenance.WrongDimensions, match=r"returns vectors with 24 dimensions.*have 48.*--remove 'tiny'"
    ):
        maintenance.bring_up_to_date(Changed())


def test_refusals_are_faults() -> None:
    assert issubclass(TextRefused, EmbedderError)


# Other models ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_vectors_of_unused_models_are_removed(db: None) -> None:
    make_claim()
    for embedder in (TinyEmbedder(), OtherEmbedder()):
        maintenance.bring_up_to_date(embedder)
    maintenance.remove_abandoned_models(OtherEmbedder())
    assert EmbeddingModel.objects.count() == 2
    long_ago = timezone.now() - maintenance.ABANDONED_AFTER - timedelta(minutes=1)
    EmbeddingModel.objects.update(kept_at=long_ago)
    maintenance.remove_abandoned_models(OtherEmbedder())
    assert [model.name for model in EmbeddingModel.objects.all()] == ["other"]
    assert set(StatementVector.objects.values_list("model__name", flat=True)) == {"other"}
    assert set(LanguageMean.objects.values_list("model__name", flat=True)) == {"other"}


def test_not_before_the_new_one_is_complete(db: None) -> None:
    maintenance.bring_up_to_date(TinyEmbedder())
    EmbeddingModel.objects.update(kept_at=timezone.now() - timedelta(days=9))
    maintenance.get_or_create_model(OtherEmbedder())
    maintenance.remove_abandoned_models(OtherEmbedder())
    assert EmbeddingModel.objects.filter(name="tiny").exists()


@pytest.mark.slow
def test_looking_after_a_model_keeps_it(db: None) -> None:
    maintenance.bring_up_to_date(TinyEmbedder())
    EmbeddingModel.objects.update(kept_at=timezone.now() - timedelta(days=9))
    maintenance.bring_up_to_date(TinyEmbedder())
    maintenance.bring_up_to_date(OtherEmbedder())
    maintenance.remove_abandoned_models(OtherEmbedder())
    assert EmbeddingModel.objects.count() == 2


def test_standing(db: None, tiny: None) -> None:
    make_claim()
    maintenance.bring_up_to_date(TinyEmbedder())
    make_claim()
    assert [(model.name, tally) for model, tally in maintenance.list_model_progress()] == [("tiny", (1, 1))]
