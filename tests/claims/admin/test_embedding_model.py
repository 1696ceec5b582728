"""How far vectors have come, at the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.matching.embedding import choice, neighbours, upkeep
from claims.models import Claim, EmbeddingModel
from tests.helpers.desk import Desk
from tests.helpers.embedders import TINY
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_embeddingmodel_changelist")


@pytest.fixture
def half_way(settings: Any, publish: Callable[..., Claim]) -> EmbeddingModel:
    """One of two statements has a vector of the model that is configured."""
    settings.EMBEDDER = TINY
    publish(make_claim("Trams are free."))
    embedder = choice.embedder()
    assert embedder is not None
    assert upkeep.bring_up_to_date(embedder)
    publish(make_claim("Nobody pays on the ferry."))
    neighbours.forget()
    return EmbeddingModel.objects.get()


def cells(page: bytes) -> dict[str, str]:
    return {
        str(cell.get("data-label")).lower(): " ".join(cell.text_content().split())
        for cell in html.fromstring(page).xpath("//*[@id='result_list']//td[@data-label]")
    }


def test_a_list_says_how_far_each_has_come(administrator: User, half_way: EmbeddingModel) -> None:
    client = Client()
    client.force_login(administrator)
    shown = cells(client.get(LIST).content)
    assert (shown["state"], shown["statements"]) == ("claims are found by it", "1 of 2 (50 %)")
    EmbeddingModel.objects.update(completed_at=None)
    neighbours.forget()
    assert cells(client.get(LIST).content)["state"] == "being built"


def test_when_all_have_one_it_says_so(administrator: User, half_way: EmbeddingModel) -> None:
    embedder = choice.embedder()
    assert embedder is not None
    assert upkeep.bring_up_to_date(embedder)
    client = Client()
    client.force_login(administrator)
    assert cells(client.get(LIST).content)["statements"] == "all 2"


def test_editors_are_not_bothered_with_it(desk: Desk, half_way: EmbeddingModel) -> None:
    assert desk.client.get(LIST).status_code == 403
