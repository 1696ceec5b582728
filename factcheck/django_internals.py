"""All uses of private parts of Django, REST framework, django-filter and django-csp, with the reasons.

Libraries change such parts without notice. So they are used only here, and `tests/factcheck/test_django_internals.py`
compares each use with the library's own behaviour. Documented names with an underscore may be used anywhere: `_meta`,
`_state`, `_base_manager`, `_default_manager`. Private methods that a library calls on our classes (`_unknown`,
drf-spectacular's `_get_request_body`) are defined in those classes.
"""

from collections.abc import Callable, Mapping, ValuesView
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.http.response import ResponseHeaders
from django_filters import FilterSet
from rest_framework.request import Request

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

AnyModel = TypeVar("AnyModel", bound=Model)

Fields = dict[str, tuple[str, str]]
Policy = dict[str, Any]


# Requests -------------------------------------------------------------------------------------------------------------


def get_plain_request(request: Request | HttpRequest) -> HttpRequest:
    """Return the Django request inside a REST framework request.

    REST framework's request looks up every missing attribute slowly, and parses bodies although some code needs their
    bytes.
    """
    plain_request: HttpRequest = request._request if isinstance(request, Request) else request
    return plain_request


def leave_body_unread(request: HttpRequest) -> None:
    """Give the request an empty body without reading it, because the body is not needed."""
    cast(WSGIRequest, request)._stream = BytesIO()


def read_body_ahead(request: HttpRequest, length: int) -> bool:
    """Read the body now, store it where Django and its forms look for it, and return whether it is complete.

    `request.body` would also store it, but then uploads could not be read as a stream.
    """
    wsgi = cast(WSGIRequest, request)
    body = wsgi._stream.read(length)
    wsgi._stream = BytesIO(body)
    return len(body) == length


def wrap_body(request: HttpRequest, wrap: Callable[[Any], Any]) -> None:
    """Wrap the body's stream with `wrap`, so that the body is read through the wrapper."""
    wsgi = cast(WSGIRequest, request)
    wsgi._stream = wrap(wsgi._stream)


def refresh_headers(request: HttpRequest) -> None:
    """Rebuild `request.headers` from `request.META`, because it is cached."""
    vars(request).pop("headers", None)


# Answers --------------------------------------------------------------------------------------------------------------


def mark_as_logged(response: HttpResponseBase) -> None:
    """Mark a response as logged. Django would write a line for each refusal, and frequent ones would fill the log."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # not in the stubs


def get_stored_fields(headers: ResponseHeaders) -> Fields:
    """Return headers as Django stores them: by lower-case name, with the original name and the value.

    Adding them to a response as one dict takes a tenth of the time of setting each field, which Django validates.
    """
    fields: Fields = headers._store
    return fields


class ListedFields(ResponseHeaders):
    """Header fields whose `items()` returns them as stored. Django's own class looks up each one again."""

    def __init__(self, fields: Fields) -> None:
        self._store = fields

    def items(self) -> ValuesView[tuple[str, str]]:  # type: ignore[override]  # Django only goes through them
        return self._store.values()


def update_policy(response: HttpResponseBase, policy: Policy) -> None:
    """Change a response's content security policy. (django-csp's decorators must know the changes in advance.)"""
    response._csp_update = policy  # type: ignore[attr-defined]  # where django-csp looks


def get_updated_policy(response: HttpResponseBase) -> Policy | None:
    """Return the response's changes to the policy, to be cached with the response; None if there are none."""
    policy: Policy | None = getattr(response, "_csp_update", None)
    return policy


# Handling -------------------------------------------------------------------------------------------------------------


class _HandlerWithoutMiddleware(BaseHandler):
    """Django's handler without middleware: it finds and calls the view."""

    _view_middleware = _template_response_middleware = _exception_middleware = ()


def build_view_handler() -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the handler that resolves and calls views without the configured middleware."""
    view: Callable[[HttpRequest], HttpResponseBase] = _HandlerWithoutMiddleware()._get_response  # type: ignore[attr-defined]  # not in the stubs
    return view


class UncopiedFilterSet(FilterSet):
    """A FilterSet that shares the filters of its class instead of copying them.

    django-filter deep-copies them for each request, which costs more than parsing the query string. Our filters hold no
    state of a request and no form is built from them, so they need not be copied.
    """

    def __init__(self, data: QueryDict, queryset: QuerySet[Any] | None, request: HttpRequest) -> None:
        self.is_bound, self.form_prefix = True, None
        self.data, self.request = data, request
        self.queryset: QuerySet[Any] = queryset  # type: ignore[assignment]  # a query for one thing has none
        self.filters = self.base_filters


def redirect_missing_row(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, object_id: str
) -> HttpResponseRedirect:
    """Return the admin's response to a missing row, for pages that we add to the admin."""
    redirect: Any = model_admin._get_obj_does_not_exist_redirect  # type: ignore[attr-defined]  # not in the stubs
    return cast(HttpResponseRedirect, redirect(request, model_admin.opts, object_id))


# Rows -----------------------------------------------------------------------------------------------------------------


def build_bare_row(
    model: type[AnyModel], related_rows: Mapping[str, Model | None], *values: Mapping[str, Any]
) -> AnyModel:
    """Build a row from its attributes' values and its related rows, without calling Model.__init__.

    The constructor visits each field and sends signals. It takes ten times as long, too long for an import of hundreds
    of thousands of rows.
    """
    row = model.__new__(model)
    row._state = ModelState()
    if related_rows:
        row._state.fields_cache |= related_rows
    for row_values in values:
        row.__dict__ |= row_values
    return row


def get_stored_values(row: Model) -> dict[str, Any]:
    """Return the values of a row by attribute, bypassing its descriptors, which are slow."""
    return vars(row)


def replace_object(row: AnyModel, replacement: AnyModel) -> None:
    """Copy the contents of `replacement` to `row`, because the admin continues with the object from its form."""
    vars(row).update(vars(replacement))


def delete_without_collecting(rows: QuerySet[Any]) -> None:
    """Delete rows in one statement, leaving related rows as they are. The caller inserts the same ids again."""
    rows._raw_delete(rows.db)
