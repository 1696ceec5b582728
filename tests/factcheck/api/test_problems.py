"""Errors of the API: problem details, from every layer."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.public.api.claims import ClaimResource
from factcheck import urls
from factcheck.api.problem_codes import get_code, get_type_url
from factcheck.api.problems import InvalidParameters

RAISED: dict[str, Exception] = {
    "missing": Http404("No Claim matches the given query."),
    "forbidden": PermissionDenied("internal reason"),
    "signed-out": exceptions.NotAuthenticated(),
    "throttled": exceptions.Throttled(wait=2.3),
    "bug": ZeroDivisionError("secret"),
    "suspicious": SuspiciousOperation("secret"),
    "parameters": InvalidParameters([{"parameter": "q", "code": "empty", "detail": "`q`: it is empty."}]),
    "body": exceptions.ValidationError(
        {
            "statement": ["Too short."],
            "a/b": {"c~d": ["Odd."]},
            "items": [{}, {"n": ["Wrong."]}],
            "non_field_errors": ["No."],
        }
    ),
}


class Raises(APIView):
    permission_classes = (AllowAny,)

    def get(self, request: Request, what: str) -> HttpResponse:
        raise RAISED[what]


def plainly(request: HttpRequest, what: str) -> HttpResponse:
    raise RAISED[what]


urlpatterns = [
    path("api/rest/<str:what>/", Raises.as_view()),
    path("api/plain/<str:what>/", plainly),
    path("pages/<str:what>/", plainly),
    path("", include(urls.urlpatterns)),
]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def problem(path: str, status: int, title: str, detail: str, **members: Any) -> dict[str, Any]:
    code = members.pop("code", get_code(status))
    return {
        "type": get_type_url(code),
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": path,
        **members,
    }


NOT_FOUND = (404, "Not Found", "Nothing is published at this address.")
BROKEN = (
    500,
    "Internal Server Error",
    "Something went wrong on our side. The error has been logged; please try again later.",
)


@pytest.mark.parametrize(
    "path, status, title, detail",
    [
        ("/api/rest/missing/", *NOT_FOUND),
        ("/api/plain/missing/", *NOT_FOUND),
        ("/api/nowhere/", *NOT_FOUND),
        ("/api/v1/claims/7/", *NOT_FOUND),
        ("/api/v1/claims/seven/", *NOT_FOUND),
        ("/api/v1/claims/%00/", *NOT_FOUND),
        ("/api/rest/forbidden/", 403, "Forbidden", "You do not have permission to perform this action."),
        ("/api/plain/forbidden/", 403, "Forbidden", "You are not allowed to do this."),
        ("/api/rest/bug/", *BROKEN),
        ("/api/plain/bug/", *BROKEN),
        ("/api/plain/suspicious/", 400, "Bad Request", "The request cannot be understood."),
        (
            "/api/rest/throttled/",
            429,
            "Too Many Requests",
            "Request was throttled. Expected available in 3 seconds.",
        ),
    ],
)
def test_error_is_problem_details(client: Client, path: str, status: int, title: str, detail: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json() == problem(path.replace("%00", "\0"), status, title, detail)
    assert response["Cache-Control"] == "no-store"


def test_a_throttled_client_gets_the_time_to_retry(client: Client) -> None:
    assert client.get("/api/rest/throttled/")["Retry-After"] == "3"


def test_method_that_is_not_allowed_names_those_that_are(client: Client) -> None:
    response = client.post("/api/v1/claims/", {}, content_type="application/json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.json() == problem(
        "/api/v1/claims/", 405, "Method Not Allowed", 'Method "POST" not allowed.'
    )


def test_media_type_that_is_not_offered_names_those_that_are(client: Client) -> None:
    response = client.get("/api/v1/claims/", headers={"accept": "text/csv"})
    detail = "Available types: application/json."
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert response.json() == problem("/api/v1/claims/", 406, "Not Acceptable", detail)


def test_refused_parameters_are_listed(client: Client) -> None:
    errors = [{"parameter": "q", "code": "empty", "detail": "`q`: it is empty."}]
    path = "/api/rest/parameters/"
    assert client.get(path).json() == problem(
        path, 400, "Bad Request", "`q`: it is empty.", code="invalid_parameters", errors=errors
    )


def test_refused_body_is_listed_by_json_pointer(client: Client) -> None:
    response = client.get("/api/rest/body/")
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "#/statement", "code": "invalid", "detail": "Too short."},
        {"pointer": "#/a~1b/c~0d", "code": "invalid", "detail": "Odd."},
        {"pointer": "#/items/1/n", "code": "invalid", "detail": "Wrong."},
        {"pointer": "#", "code": "invalid", "detail": "No."},
    ]


def test_an_error_does_not_reveal_internals(client: Client) -> None:
    for what in ("missing", "bug", "suspicious"):
        for kind in ("rest", "plain"):
            text = client.get(f"/api/{kind}/{what}/").content.decode()
            assert "secret" not in text
            assert "Claim" not in text


@pytest.mark.parametrize(
    "what, status", [("missing", 404), ("forbidden", 403), ("suspicious", 400), ("bug", 500)]
)
def test_pages_for_readers_keep_their_own_errors(client: Client, what: str, status: int) -> None:
    response = client.get(f"/pages/{what}/")
    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_host_that_is_not_ours_is_a_problem_too(client: Client) -> None:
    response = client.get("/api/v1/claims/?page_size=1", headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_request_factory_requests_reach_no_session(rf: RequestFactory) -> None:
    """Answers to anonymous readers are the same for all, so nothing may look at who asks."""
    request = rf.get("/api/v1/claims/")
    assert not hasattr(request, "session")
    assert ClaimResource.as_view({"get": "list"})(request).status_code == 200
