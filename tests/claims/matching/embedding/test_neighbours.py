"""Neighbours: none without an embedder, otherwise public claims, and at the desk others too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from claims.matching.embedding import (
    choice,
    compute_query_vectors,
    find_nearest,
    maintenance,
)
from claims.matching.embedding.embedder import EmbedderError
from claims.models import Claim, EmbeddingModel
from claims.review import workflow
from tests.claims.matching.embedding.conftest import prepared
from tests.helpers.broken_rules import sql
from tests.helpers.embedders import OTHER, TINY, TinyEmbedder
from tests.helpers.newsroom import make_claim

WORDS = "The harbour was closed by the mayor."
ASKED = "harbour closed by mayor"


def asked(text: str, *, public: bool, most: int = 10, considered: int = 100) -> list[int]:
    vector = compute_query_vectors([text], ["en"])[0]
    assert vector is not None
    return [
        claim for claim, *_ in find_nearest(vector, is_public=public, limit=most, candidate_count=considered)
    ]


def test_statements_with_the_same_meaning_are_nearest(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    other = publish(make_claim("Nobody drinks milk on the moon."))
    meant = publish(make_claim(WORDS))
    up_to_date()
    vector = compute_query_vectors([ASKED], ["en"])[0]
    assert vector is not None
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    (first, near, stored), (second, far, _) = find_nearest(vector, is_public=True, limit=10)
    assert (first, second) == (meant.pk, other.pk)
    assert near > 0.5 > far
    assert stored.dtype == np.float32
    assert near == pytest.approx(float(stored @ vector), abs=1e-3)


def test_the_public_is_never_answered_by_drafts(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    """Not even by their taking the first places."""
    public = publish(make_claim("Nobody drinks milk on the moon."))
    drafts = [make_claim(f"{WORDS} {number}") for number in range(20)]
    up_to_date()
    assert asked(ASKED, public=True, most=1) == [public.pk]
    assert asked(ASKED, public=True) == [public.pk]
    assert set(asked(ASKED, public=False)) < {claim.pk for claim in drafts}
    assert set(asked(ASKED, public=False, most=30)) == {public.pk, *(claim.pk for claim in drafts)}


def test_statements_edited_at_the_desk_are_found_only_there(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    claim, other = publish(make_claim("Nobody drinks milk on the moon.")), publish(make_claim("It rains."))
    up_to_date()
    sql("UPDATE claims_claim SET statement = %s WHERE id = %s", WORDS, claim.pk)
    up_to_date()
    vector = compute_query_vectors([ASKED], ["en"])[0]
    assert vector is not None
    assert next(near for pk, near, _ in find_nearest(vector, is_public=True, limit=9) if pk == claim.pk) < 0.5
    (first, near, _), (second, _, _) = find_nearest(vector, is_public=False, limit=9)
    assert (first, second) == (claim.pk, other.pk)
    assert near > 0.5


def test_withdrawn_claims_are_not_found(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel], editor: User
) -> None:
    retracted, merged, target = (publish(make_claim(f"{WORDS} {number}")) for number in range(3))
    up_to_date()
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="The source was wrong.")
    workflow.move(merged, "merge", by=editor, into=target)
    assert asked(ASKED, public=True) == [target.pk]
    assert set(asked(ASKED, public=False)) == {retracted.pk, target.pk}


def test_exact_search_finds_the_same(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    for number in range(5):
        publish(make_claim(f"{WORDS} {number}"))
    up_to_date()
    assert asked(ASKED, public=True, considered=0) == asked(ASKED, public=True)


@pytest.mark.parametrize("count", [1, 3])
def test_one_query_finds_neighbours(
    count: int,
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    django_assert_num_queries: Any,
) -> None:
    for _ in range(count):
        publish()
    up_to_date()
    with django_assert_num_queries(2):  # which model is complete, and its means of questions
        vector = compute_query_vectors([ASKED], ["en"])[0]
    assert vector is not None
    with django_assert_num_queries(0):
        compute_query_vectors([ASKED], ["en"])[0]
    for public in (True, False):
        with django_assert_num_queries(1):
            assert len(find_nearest(vector, is_public=public, limit=10)) == count


def test_a_question_about_nothing_has_no_vector(up_to_date: Callable[[], EmbeddingModel]) -> None:
    up_to_date()
    assert compute_query_vectors([""], ["en"])[0] is None
    assert compute_query_vectors([" \n"], ["en"])[0] is None
    [first, second, third] = compute_query_vectors(["One.", " ", "Three."], ["", "", ""])
    assert (first is None, second is None, third is None) == (False, True, False)
    assert compute_query_vectors([], []) == []


@pytest.mark.slow
@pytest.mark.parametrize("hostile", ["\0", "\ud800", "x" * 100_000, "'; DROP TABLE claims_claim; --", "%s"])
def test_any_text_can_be_asked(hostile: str, up_to_date: Callable[[], EmbeddingModel]) -> None:
    up_to_date()
    vector = compute_query_vectors([hostile], ["zz-unknown"])[0]
    assert vector is not None
    assert find_nearest(vector, is_public=True, limit=10) == []


# Without a model ------------------------------------------------------------------------------------------------------


def test_without_an_embedder_there_is_nothing(
    publish: Callable[..., Claim], django_assert_num_queries: Any
) -> None:
    publish(make_claim(WORDS))
    with django_assert_num_queries(0):
        assert compute_query_vectors([ASKED], ["en"])[0] is None
        assert find_nearest(np.ones(48, np.float32), is_public=True, limit=10) == []


def test_nothing_before_a_model_is_complete(publish: Callable[..., Claim], tiny: None) -> None:
    publish(make_claim(WORDS))
    EmbeddingModel.objects.create(name="tiny", dimensions=48)
    assert compute_query_vectors([ASKED], ["en"])[0] is None
    assert find_nearest(np.ones(48, np.float32), is_public=True, limit=10) == []


def test_a_vector_of_another_length_is_near_to_nothing(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    publish(make_claim(WORDS))
    up_to_date()
    assert find_nearest(np.ones(3, np.float32), is_public=True, limit=10) == []


def test_words_alone_while_the_embedder_is_away(
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(make_claim(WORDS))
    up_to_date()

    def away(*_arguments: Any) -> Any:
        raise EmbedderError("It is away.")

    monkeypatch.setattr(TinyEmbedder, "embed_queries", away)
    assert compute_query_vectors([ASKED], ["en"])[0] is None
    monkeypatch.setattr(TinyEmbedder, "embed_queries", lambda *_: np.ones((1, 3), np.float32))
    assert compute_query_vectors([ASKED], ["en"])[0] is None
    assert [record.getMessage() for record in caplog.records] == [
        "Claims are found only by their words: It is away.",
        "Claims are found only by their words: tiny now returns different vectors.",
    ]


# Two models -----------------------------------------------------------------------------------------------------------


def test_a_new_model_is_used_when_it_is_complete(
    publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel], settings: Any
) -> None:
    claims = [publish(make_claim(f"{WORDS} {number}")) for number in range(3)]
    up_to_date()
    settings.EMBEDDER = OTHER
    stops = iter([False, True])
    other = choice.get_embedder()
    assert other is not None
    prepared(other)
    original, maintenance.BATCH_SIZE = maintenance.BATCH_SIZE, 1
    try:
        assert not maintenance.bring_up_to_date(other, is_stopped=lambda: next(stops))
    finally:
        maintenance.BATCH_SIZE = original
    choice.forget_query_model()
    # The old one is no longer configured, so it cannot be used: words alone, and never half of the claims.
    assert compute_query_vectors([ASKED], ["en"])[0] is None
    settings.EMBEDDER = TINY
    choice.forget_query_model()
    assert len(asked(ASKED, public=True)) == 3
    settings.EMBEDDER = OTHER
    assert maintenance.bring_up_to_date(other)
    vector = compute_query_vectors([ASKED], ["en"])[0]
    assert vector is not None
    assert len(vector) == 24
    assert {claim for claim, *_ in find_nearest(vector, is_public=True, limit=9)} == {
        claim.pk for claim in claims
    }
    assert [model.name for model in EmbeddingModel.objects.complete()] == ["other", "tiny"]


def test_the_old_model_is_used_while_it_can_be_reached(
    publish: Callable[..., Claim],
    up_to_date: Callable[[], EmbeddingModel],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = publish(make_claim(WORDS))
    up_to_date()
    settings.EMBEDDER = OTHER
    find_embedder = choice.find_embedder
    monkeypatch.setattr(
        choice, "find_embedder", lambda name: TinyEmbedder() if name == "tiny" else find_embedder(name)
    )
    choice.forget_query_model()
    assert asked(ASKED, public=True) == [claim.pk]
