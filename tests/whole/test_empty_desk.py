"""The desk before anything has happened: each list opens, or is refused, as every role."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.helpers.full_desk import MODELS, ROLES, address, asks, make_superuser

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def superuser(db: None) -> User:
    return make_superuser()


@pytest.mark.parametrize("role", ROLES)
def test_every_list_opens(role: str, request: pytest.FixtureRequest, client: Client) -> None:
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in MODELS:
        may_look = admin.site._registry[model].has_view_or_change_permission(asks(person))
        assert client.get(address(model, "changelist")).status_code == (200 if may_look else 403), model
