"""Private parts of libraries that we touch do what the libraries do: each test fails when its library changes."""

import ast
import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from csp.decorators import csp_update
from csp.middleware import CSPMiddleware
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import ResponseHeaders
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils.log import log_response
from django_filters import CharFilter, FilterSet
from rest_framework.request import Request

from claims.models import Topic
from factcheck import django_internals as internals

ROOT = Path(__file__).parents[2]

#: What begins with an underscore and is documented, as Django, Python or lxml has it.
DOCUMENTED = {
    "_meta",
    "_state",
    "_base_manager",
    "_default_manager",
    "_replace",
    "_asdict",
    "_fields",
    "_exit",
    "_Element",
}


def sent(body: bytes) -> tuple[WSGIRequest, BytesIO]:
    """A request as a server hands it over, and what its body is read from."""
    stream = BytesIO(body + b"the next request")
    given = RequestFactory().post("/", body, content_type="text/plain")
    return WSGIRequest(given.META | {"wsgi.input": stream}), stream


# Requests -------------------------------------------------------------------------------------------------------------


def test_the_plain_request_is_the_one_that_rest_framework_was_given() -> None:
    given = RequestFactory().get("/")
    assert internals.get_plain_request(Request(given)) is given
    assert internals.get_plain_request(given) is given


def test_a_body_read_ahead_equals_that_read_by_django() -> None:
    request, stream = sent(b"said")
    internals.read_body_ahead(request, 4)
    assert stream.tell() == 4
    assert request.read(2) + request.read() == b"said"
    plain, _stream = sent(b"said")
    again, _stream = sent(b"said")
    internals.read_body_ahead(again, 4)
    assert again.body == plain.body == b"said"


def test_a_body_that_is_left_unread_is_empty_and_still_there() -> None:
    request, stream = sent(b"said")
    internals.leave_body_unread(request)
    assert (request.body, stream.tell()) == (b"", 0)


def test_headers_are_read_again() -> None:
    request = RequestFactory().get("/", headers={"If-Match": "old"})
    assert request.headers["If-Match"] == "old"
    request.META["HTTP_IF_MATCH"] = "new"
    assert request.headers["If-Match"] == "old", "Django keeps them no longer: this is not needed any more."
    internals.refresh_headers(request)
    assert request.headers["If-Match"] == "new"
    internals.refresh_headers(HttpRequest())  # before they have been read


# Answers --------------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="django.request")
    request, silent, logged = RequestFactory().get("/"), HttpResponse(status=503), HttpResponse(status=429)
    internals.mark_as_logged(silent)
    log_response("%s", "silent", response=silent, request=request)
    log_response("%s", "logged", response=logged, request=request)
    assert caplog.messages == ["logged"]
    assert vars(logged).keys() == vars(silent).keys()  # the mark is the one that Django itself leaves


def test_stored_and_listed_fields_are_djangos() -> None:
    theirs = ResponseHeaders({"Content-Type": "text/plain", "X-Frame-Options": "DENY", "vary": "Accept"})
    ours = internals.ListedFields(internals.get_stored_fields(theirs))
    assert list(ours.items()) == list(theirs.items())
    assert vars(ours) == vars(theirs)
    assert ours["x-frame-options"] == theirs["x-frame-options"]
    ours["Vary"] = "Cookie"
    theirs["Vary"] = "Cookie"
    assert list(ours.items()) == list(theirs.items())


def test_a_policy_is_updated_as_by_the_decorator() -> None:
    policy = {"style-src": ["'self'", "'sha256-abc'"]}
    request = RequestFactory().get("/")

    def ours(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        internals.update_policy(response, policy)
        return response

    @csp_update(policy)
    def theirs(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def plain(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    answers: list[Any] = [CSPMiddleware(view)(request) for view in (ours, theirs, plain)]
    said = [answer["Content-Security-Policy"] for answer in answers]
    assert said[0] == said[1] != said[2]
    found = [internals.get_updated_policy(view(request)) for view in (ours, theirs, plain)]
    assert found == [policy, policy, None]


# Handling -------------------------------------------------------------------------------------------------------------


@override_settings(MIDDLEWARE=[])
def test_a_view_alone_answers_as_djangos_handler_without_middleware() -> None:
    handler = BaseHandler()
    handler.load_middleware()
    theirs = handler.get_response(RequestFactory().get("/api/docs/"))
    ours = internals.build_view_handler()(RequestFactory().get("/api/docs/"))
    assert isinstance(ours, HttpResponse)
    assert isinstance(theirs, HttpResponse)
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
    assert ours.status_code == 200


def test_a_filter_set_without_copies_has_the_same_filters_as_django_filter() -> None:
    class Copied(FilterSet):
        name = CharFilter()

    class Uncopied(internals.UncopiedFilterSet):
        name = CharFilter()

    data, request, rows = QueryDict("name=Flood"), RequestFactory().get("/"), Topic.objects.all()
    ours, theirs = Uncopied(data, rows, request), Copied(data, rows, request=request)
    assert vars(ours).keys() == vars(theirs).keys()
    assert ours.filters is Uncopied.base_filters
    assert ours.filters.keys() == theirs.filters.keys()
    for name in vars(theirs).keys() - {"filters"}:
        assert getattr(ours, name) == getattr(theirs, name) or name == "queryset"
    assert ours.queryset is rows


@pytest.mark.django_db
def test_requests_for_deleted_rows_are_redirected_like_in_the_admin() -> None:
    admin.autodiscover()
    desk = admin.site.get_model_admin(Topic)
    answers = []
    for answer in (
        lambda request: internals.redirect_missing_row(desk, request, "7"),
        lambda request: desk.change_view(request, "7"),
    ):
        request = RequestFactory().get("/")
        request.user = User(username="root", is_superuser=True, is_active=True)
        storage: Any = CookieStorage(request)
        request._messages = storage  # type: ignore[attr-defined]  # where Django's own middleware puts it
        response = answer(request)
        answers.append((response.status_code, response["Location"], [str(said) for said in storage]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302


# Rows -----------------------------------------------------------------------------------------------------------------


def test_a_bare_row_equals_one_from_the_constructor() -> None:
    parent = Topic(pk=7, name="Weather", slug="weather")
    theirs = Topic(name="Floods", slug="floods", parent=parent)
    ours = internals.build_bare_row(
        Topic, {"parent": parent}, _values(Topic()), {"name": "Floods", "slug": "floods", "parent_id": 7}
    )
    assert ours.parent is theirs.parent is parent
    assert _values(ours) == _values(theirs)
    # Which database it is for, a row learns from its relations, or when it is saved.
    assert vars(ours._state) | {"db": "default"} == vars(theirs._state)
    assert ours._state.db is Topic()._state.db is None
    assert internals.build_bare_row(Topic, {}, _values(theirs))._state.adding


def _values(row: Topic) -> dict[str, Any]:
    return {name: value for name, value in internals.get_stored_values(row).items() if name != "_state"}


def test_stored_values_are_the_fields_by_attribute() -> None:
    row = Topic(name="Floods", slug="floods")
    assert _values(row) == {
        field.attname: getattr(row, field.attname) for field in Topic._meta.concrete_fields
    }


@pytest.mark.django_db
def test_a_row_becomes_another() -> None:
    saved = Topic.objects.create(name="Floods", slug="floods")
    row = Topic(name="Typed")
    internals.replace_object(row, saved)
    assert row == saved
    assert (row.pk, row.name, row._state.adding, row._state.db) == (
        saved.pk,
        "Floods",
        False,
        saved._state.db,
    )


@pytest.mark.django_db
def test_rows_are_deleted_in_one_statement_without_signals() -> None:
    parent = Topic.objects.create(name="Weather", slug="weather")
    Topic.objects.create(name="Floods", slug="floods", parent=parent)
    kept = Topic.objects.create(name="Vaccines", slug="vaccines")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        internals.delete_without_collecting(Topic.objects.exclude(pk=kept.pk))
    assert len(asked) == 1
    assert [*Topic.objects.all()] == [kept]


# Nowhere else ---------------------------------------------------------------------------------------------------------


def private_parts(path: Path) -> list[str]:
    """Attributes with a leading underscore that a module asks of something that is not its own, and `__dict__`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            own.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
    return [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and (node.attr == "__dict__" or not node.attr.startswith("__"))
        and node.attr not in DOCUMENTED
        and not (node.attr in own or _is_self(node.value) or _is_super(node.value))
    ]


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


@pytest.mark.slow
def test_private_parts_are_touched_nowhere_else() -> None:
    found = [
        part
        for package in ("factcheck", "sources", "claims")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts and not path.name.endswith("_internals.py")
        for part in private_parts(path)
    ]
    assert found == []
    assert len(private_parts(ROOT / "factcheck" / "django_internals.py")) > 5  # that they are found at all
