"""What tests of vectors share."""

from collections.abc import Callable
from typing import Any

import pytest

from claims.matching.embedding import choice, maintenance, means
from claims.matching.embedding.embedder import Embedder
from claims.models import EmbeddingModel, StatementVector
from tests.helpers.embedders import TINY


@pytest.fixture
def tiny(settings: Any) -> None:
    """The small model is configured."""
    settings.EMBEDDER = TINY


@pytest.fixture
def up_to_date(db: None, tiny: None) -> Callable[[], EmbeddingModel]:
    """Make all vectors that are outstanding."""

    def bring() -> EmbeddingModel:
        embedder = choice.get_embedder()
        assert embedder is not None
        assert maintenance.bring_up_to_date(embedder)
        choice.forget_query_model()
        return EmbeddingModel.objects.get(name=embedder.name)

    return bring


def prepared(embedder: Embedder) -> EmbeddingModel:
    """The row of the embedder's model, which knows languages already."""
    model = maintenance.get_or_create_model(embedder)
    for _mean in means.prepare_means(model, embedder):
        pass
    return model


def stored(claim: int | None = None) -> set[tuple[int, bool, bool]]:
    """Of each vector: the claim, whether it is public, whether it is what the claim says now."""
    rows = StatementVector.objects.all() if claim is None else StatementVector.objects.filter(claim=claim)
    return set(rows.values_list("claim_id", "is_public", "is_present"))
