"""Public resources follow REST framework's own declarations."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework.authentication import BasicAuthentication
from rest_framework.permissions import IsAdminUser
from rest_framework.throttling import BaseThrottle

from factcheck.api.resources import PublicResource


class FullThrottle(BaseThrottle):
    """Lets nobody in."""

    def allow_request(self, request: Any, view: Any) -> bool:
        return False

    def wait(self) -> float:
        return 7


@pytest.mark.parametrize(
    ("declared", "status", "header"),
    [
        ({}, 200, None),
        ({"permission_classes": (IsAdminUser,)}, 403, None),
        (
            {"permission_classes": (IsAdminUser,), "authentication_classes": (BasicAuthentication,)},
            401,
            ("WWW-Authenticate", 'Basic realm="api"'),
        ),
        ({"throttle_classes": (FullThrottle,)}, 429, ("Retry-After", "7")),
    ],
)
def test_declared_classes_are_obeyed(
    rf: RequestFactory, declared: dict[str, Any], status: int, header: tuple[str, str] | None
) -> None:
    def retrieve(self: Any, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"{}")

    resource: Any = type("DeclaredResource", (PublicResource,), {"retrieve": retrieve, **declared})
    response = resource.as_view({"get": "retrieve"})(rf.get("/api/v1/declared/"))
    assert response.status_code == status
    if header:
        assert response[header[0]] == header[1]
