"""What a page says that asks whether something is to be deleted."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Topic
from tests.helpers.full_desk import make_superuser
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "de"])
def test_rows_that_only_link_two_things_are_not_listed(client: Client, topic: Topic, language: str) -> None:
    make_claim(topics=[topic])
    client.force_login(make_superuser())
    address = reverse("admin:claims_topic_delete", args=[topic.pk])
    page = client.get(address, headers={"Accept-Language": language}).content.decode()
    assert str(topic) in page
    assert "relationship" not in page
    assert "object (" not in page
