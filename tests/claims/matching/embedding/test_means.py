"""What languages have in common is subtracted: of posts at first, of claims when there are enough."""

from collections.abc import Callable

import numpy as np
import pytest

from claims.matching.embedding import maintenance, means, pending_vectors
from claims.matching.embedding.centring import add_mean, subtract_mean
from claims.matching.embedding.sample_posts import load_sample_posts
from claims.models import Claim, EmbeddingModel, LanguageMean, StatementVector
from tests.claims.matching.embedding.conftest import prepared
from tests.helpers.embedders import TinyEmbedder
from tests.helpers.newsroom import make_claim

Kind = LanguageMean.Kind


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(means, "MIN_STATEMENTS", 3)
    monkeypatch.setattr(means, "GROWTH_FACTOR", 2)
    monkeypatch.setattr(means, "BATCH_SIZE", 2)


def raw(model: EmbeddingModel) -> dict[str, np.ndarray]:
    """Each vector as the embedder made it, by its statement."""
    subtracted = {mean.pk: np.array(mean.mean) for mean in model.means.all()}
    rows = StatementVector.objects.filter(model=model).select_related("claim")
    return {
        row.claim.statement: add_mean(row.vector, np.array(row.length, np.float32), subtracted[row.mean_id])
        for row in rows
    }


def test_subtracting_and_adding() -> None:
    vectors = TinyEmbedder().embed_statements(["One thing.", "Another thing."])
    mean = vectors.mean(axis=0)
    centred, lengths = subtract_mean(vectors, mean)
    assert np.linalg.norm(centred, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert add_mean(centred, lengths, mean) == pytest.approx(vectors, abs=1e-5)


def test_a_vector_equal_to_its_languages_mean_becomes_zero() -> None:
    [centred], [length] = subtract_mean(np.ones((1, 4), np.float32), np.ones(4))
    assert centred.tolist() == [0, 0, 0, 0]
    assert length > 0


def test_a_model_begins_with_means_of_posts(up_to_date: Callable[[], EmbeddingModel]) -> None:
    model = up_to_date()
    languages = {*load_sample_posts(), ""}
    for kind in (Kind.QUERIES, Kind.POSTS):
        assert set(model.means.filter(kind=kind).values_list("language", flat=True)) == languages
    english = model.means.get(kind=Kind.POSTS, language="en")
    assert english.mean == pytest.approx(
        TinyEmbedder().embed_statements(load_sample_posts()["en"]).mean(axis=0), abs=1e-6
    )
    every = model.means.get(kind=Kind.POSTS, language="")
    assert every.texts == 40 * len(load_sample_posts())
    before = set(model.means.values_list("pk", flat=True))
    up_to_date()
    assert set(model.means.values_list("pk", flat=True)) == before


def test_it_learns_one_language_after_the_other(db: None) -> None:
    """On a machine that is busy, a turn is over before all are learnt."""
    answers = iter([False, False, True])
    assert not maintenance.bring_up_to_date(TinyEmbedder(), is_stopped=lambda: next(answers))
    model = EmbeddingModel.objects.get()
    assert list(model.means.values_list("kind", "language")) == [
        ("queries", name) for name in ("ar", "bn", "de")
    ]
    assert maintenance.bring_up_to_date(TinyEmbedder())
    assert model.means.count() == 2 * (len(load_sample_posts()) + 1)


def test_languages_without_a_mean_have_that_of_all(
    db: None, up_to_date: Callable[[], EmbeddingModel]
) -> None:
    make_claim("Rua nei.", language="mi")
    make_claim("Nobody knows.", language="")
    make_claim("Nadie lo sabe.", language="es-MX")
    model = up_to_date()
    used = dict(StatementVector.objects.values_list("language", "mean__language"))
    assert used == {"mi": "", "": "", "es": "es"}
    assert model.means.filter(kind=Kind.CLAIMS).count() == 0


def test_claims_have_their_own_when_there_are_enough(
    few_are_enough: None, publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    published = [publish() for _ in range(2)]
    drafts = [make_claim() for _ in range(2)]
    model = up_to_date()
    # Of public statements only.
    assert not model.means.filter(kind=Kind.CLAIMS).exists()
    published.append(publish())
    up_to_date()
    [mean] = model.means.filter(kind=Kind.CLAIMS)
    assert (mean.language, mean.texts, mean.is_settled) == ("en", 3, True)
    statements = [claim.statement for claim in published]
    assert mean.mean == pytest.approx(TinyEmbedder().embed_statements(statements).mean(axis=0), abs=1e-3)
    assert set(StatementVector.objects.values_list("mean_id", flat=True)) == {mean.pk}
    for claim in (*published, *drafts):
        [made] = TinyEmbedder().embed_statements([claim.statement])
        assert raw(model)[claim.statement] == pytest.approx(made, abs=2e-3)


def test_they_are_made_again_when_there_are_many_more(
    few_are_enough: None, publish: Callable[..., Claim], up_to_date: Callable[[], EmbeddingModel]
) -> None:
    for _ in range(3):
        publish()
    model = up_to_date()
    for _ in range(2):
        publish()
    up_to_date()
    assert [mean.texts for mean in model.means.filter(kind=Kind.CLAIMS)] == [3]
    publish()
    up_to_date()
    assert [mean.texts for mean in model.means.filter(kind=Kind.CLAIMS)] == [3, 6]
    newest = model.means.filter(kind=Kind.CLAIMS).last()
    assert newest is not None
    assert set(StatementVector.objects.values_list("mean_id", flat=True)) == {newest.pk}
    assert StatementVector.objects.count() == 6


def test_an_interrupted_computation_continues(
    few_are_enough: None, publish: Callable[..., Claim], tiny: None
) -> None:
    for _ in range(5):
        publish()
    prepared(TinyEmbedder())
    answers = iter([False, True])
    assert not maintenance.bring_up_to_date(TinyEmbedder(), is_stopped=lambda: next(answers))
    model = EmbeddingModel.objects.get()
    mean = model.means.get(kind=Kind.CLAIMS)
    assert not mean.is_settled
    assert StatementVector.objects.filter(mean=mean).count() == 2
    assert maintenance.bring_up_to_date(TinyEmbedder())
    assert StatementVector.objects.filter(mean=mean).count() == 5
    assert pending_vectors.count_vectors(model) == (5, 0)
    mean.refresh_from_db()
    assert mean.is_settled


def test_posts_of_each_language() -> None:
    """Some dozens, each once; the languages that the issue of matching is about."""
    posts = load_sample_posts()
    wanted = "en de es fr pt it pl nl ar hi tr ru uk ko ja zh id vi bn fa el th ms ro sv ta mr pa"
    assert set(posts) == set(wanted.split())
    for texts in posts.values():
        assert len(texts) == len(set(texts)) == 40
        assert all(text == text.strip() and len(text) >= 8 for text in texts)
