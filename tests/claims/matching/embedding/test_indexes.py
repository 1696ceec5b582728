"""Indexes are built beside everything else, again where one was broken off, and go with their model."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from claims.matching.embedding import compute_query_vectors, find_nearest, indexes, maintenance, tasks
from claims.models import Claim, EmbeddingModel
from tests.helpers.embedders import OtherEmbedder
from tests.helpers.newsroom import make_claim
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "MIN_INDEXED_VECTORS", 3)


def built() -> dict[str, bool]:
    """The indexes for neighbours, and whether each is valid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relname LIKE 'claims_statementvector_hnsw%'"
        )
        return dict(cursor.fetchall())


def plan(public: bool, model: EmbeddingModel) -> str:
    """How the database would find neighbours of a vector."""
    condition = "is_public" if public else "NOT is_public"
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT claim_id FROM claims_statementvector WHERE model_id = {model.pk} AND {condition}"
            f" ORDER BY (vector::halfvec({model.dimensions}) <#> '[{','.join(['1'] * model.dimensions)}]') LIMIT 5"
        )
        found = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    return found


def test_few_vectors_need_no_index(up_to_date: Callable[[], EmbeddingModel]) -> None:
    for _ in range(2):
        make_claim()
    model = up_to_date()
    assert built() == {}
    assert model.completed_at is not None


def test_each_kind_has_its_own(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    public = [publish(make_claim(f"The harbour was closed, {number} times.")) for number in range(4)]
    model = up_to_date()
    name = f"claims_statementvector_hnsw_{model.pk}"
    assert built() == {f"{name}_public": True}
    drafts = [make_claim(f"The harbour was open, {number} times.") for number in range(3)]
    up_to_date()
    assert built() == {f"{name}_public": True, f"{name}_desk": True}
    assert f"{name}_public" in plan(True, model)
    assert f"{name}_desk" in plan(False, model)
    vector = compute_query_vectors(["harbour closed"], ["en"])[0]
    assert vector is not None
    for considered in (0, 100):
        found = find_nearest(vector, is_public=True, limit=9, candidate_count=considered)
        assert {claim for claim, *_ in found} == {claim.pk for claim in public}
        at_desk = find_nearest(vector, is_public=False, limit=9, candidate_count=considered)
        assert {claim for claim, *_ in at_desk} == {claim.pk for claim in (*public, *drafts)}


def test_only_the_worker_builds_them_at_low_priority(
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    priorities: list[int] = []
    settings.EMBEDDED_DATABASE = True
    monkeypatch.setattr(os, "setpriority", lambda _which, _pid, priority: priorities.append(priority))
    for number in range(3):
        publish(make_claim(f"The harbour was closed, {number} times."))
    indexes.drop_indexes(up_to_date())
    assert priorities == []
    for number in range(3):
        make_claim(f"The harbour was open, {number} times.")
    assert tasks._run_for_limited_time(lambda: False)
    assert priorities.count(19) == 2


def test_one_that_was_broken_off_is_built_again(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    for _ in range(3):
        publish()
    model = up_to_date()
    name = f"claims_statementvector_hnsw_{model.pk}_public"
    with as_superuser(), connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])
    assert built() == {name: False}
    up_to_date()
    assert built() == {name: True}


def test_a_model_takes_its_indexes_along(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    for _ in range(3):
        publish()
    model = up_to_date()
    maintenance.bring_up_to_date(OtherEmbedder())
    other = EmbeddingModel.objects.get(name="other")
    assert len(built()) == 2
    assert maintenance.remove_model(model)
    assert built() == {f"claims_statementvector_hnsw_{other.pk}_public": True}


def test_a_role_that_does_not_own_the_tables_is_reported(
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_arguments: Any, **_named: Any) -> None:
        raise ProgrammingError("must be owner of table claims_statementvector")

    monkeypatch.setattr(indexes, "_build_index", refuse)
    for _ in range(3):
        publish()
    model = up_to_date()
    assert model.completed_at is not None
    [record] = caplog.records
    assert "must be owner of table" in record.getMessage()
    assert "manage.py embed_claims" in record.getMessage()


def test_nor_can_they_drop_an_index(
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish()
    model = up_to_date()

    def refuse() -> Any:
        raise ProgrammingError("must be owner of index")

    monkeypatch.setattr(indexes, "_open_separate_connection", refuse)
    assert maintenance.remove_model(model)
    assert not EmbeddingModel.objects.exists()
    [record] = caplog.records
    assert record.getMessage() == (
        "The empty indexes of tiny remain: must be owner of index. The owner of the tables can drop them."
    )
