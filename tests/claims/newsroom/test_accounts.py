"""Our own queries for permissions return the same as Django's."""

from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User

from claims.newsroom.accounts import SignInBackend
from tests.helpers.newsroom import person
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User | AnonymousUser]:
    both = person("bo", "Contributor")
    both.user_permissions.add(Permission.objects.get(codename="publish_verdict"))
    left = person("lou", "Editor")
    left.is_active = False
    return {
        "a role": person("edith", "Editor"),
        "a role and a permission": both,
        "neither": User.objects.create_user("nils"),
        "left": left,
        "superuser": User.objects.create_superuser("root"),
        "nobody": AnonymousUser(),
    }


@sweep("who", ["a role", "a role and a permission", "neither", "left", "superuser", "nobody"])
def test_permissions_are_djangos(who: str, people: dict[str, User | AnonymousUser]) -> None:
    found = []
    for backend in (SignInBackend(), ModelBackend()):
        subject: Any = people[who]
        if isinstance(subject, User):
            # Another object, which remembers no answers of the backend before.
            is_active, subject = subject.is_active, User.objects.get(pk=subject.pk)
            subject.is_active = is_active
        read = (backend.get_user_permissions, backend.get_group_permissions, backend.get_all_permissions)
        found.append(
            [function(subject) for function in read] + [function(subject, subject) for function in read]
        )
    assert found[0] == found[1]
