"""How far vectors have come, at the desk."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.matching.embedding import choice, maintenance
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
    embedder = choice.get_embedder()
    assert embedder is not None
    assert maintenance.bring_up_to_date(embedder)
    publish(make_claim("Nobody pays on the ferry."))
    choice.forget_query_model()
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
    assert (shown["state"], shown["vectors"]) == ("used to find claims", "1")
    EmbeddingModel.objects.update(completed_at=None)
    choice.forget_query_model()
    assert cells(client.get(LIST).content)["state"] == "being built"


def on_its_page(administrator: User, model: EmbeddingModel) -> str:
    """The value of "Statements"."""
    client = Client()
    client.force_login(administrator)
    page = html.fromstring(client.get(reverse("admin:claims_embeddingmodel_change", args=[model.pk])).content)
    words = " ".join(page.text_content().split())
    [found] = re.findall(r"Statements:? (.*?) Dimensions", words)
    return str(found)


def test_its_page_says_how_much_is_outstanding(administrator: User, half_way: EmbeddingModel) -> None:
    assert on_its_page(administrator, half_way) == "1 of 2 (50%)"
    embedder = choice.get_embedder()
    assert embedder is not None
    assert maintenance.bring_up_to_date(embedder)
    assert on_its_page(administrator, half_way) == "all 2"


def test_editors_are_not_bothered_with_it(desk: Desk, half_way: EmbeddingModel) -> None:
    assert desk.client.get(LIST).status_code == 403
