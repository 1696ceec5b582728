"""The base of editorial resources: tokens, strict bodies, ETags, one transaction per request.

A resource reads and validates a request, then calls the same domain functions as the desk. It makes no decisions
about permissions.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext
from rest_framework.request import Request

from claims.editorial.documents import Document, render_document
from claims.editorial.idempotency import StoredResponse, run_in_transaction, run_once
from claims.editorial.refused_requests import PreconditionFailed, ResourceNotFound
from claims.editorial.view import EditorialView
from factcheck.api.field_selection import describe_parts
from factcheck.api.pagination import PAGE_SIZE, read_rows_page
from factcheck.api.query_strings import ListQuery, build_value_error
from factcheck.api.query_values import InvalidValue
from factcheck.api.resources import build_page_url, compute_sha256, count_rows

#: The result of a change: the changed row, a finished response, or None if the row was deleted.
Result = Model | StoredResponse | None


class EditorialResource(EditorialView, ABC):
    """A type of resource that newsroom tools read and write."""

    @abstractmethod
    def get_rows(self) -> QuerySet[Any]:
        """Return the rows of the list and of single items, with their related rows."""

    @abstractmethod
    def build_document(self, row: Any) -> Document:
        """Build the representation of one row."""

    # Reading ----------------------------------------------------------------------------------------------------------

    def list(self, request: Request, **parent_ids: Any) -> HttpResponse:
        parameters = self.plain_request
        query = self.list_query(parameters.GET, self.get_rows(), request=parameters)
        try:
            page = read_rows_page(
                query.qs,
                ordering=query.ordering,
                size=query.value("page_size", PAGE_SIZE),
                cursor=query.value("cursor", ""),
            )
        except InvalidValue as refusal:
            raise build_value_error("cursor", str(refusal)) from None
        shorten = self._choose_shortening(query)
        return self.build_response(
            StoredResponse(
                200,
                render_document(
                    {
                        "count": count_rows(query),
                        "next": build_page_url(parameters, page.next) if page.next else None,
                        "previous": build_page_url(parameters, page.previous) if page.previous else None,
                        "results": [shorten(self.build_document(row)) for row in page.rows],
                    }
                ),
            )
        )

    def _choose_shortening(self, query: ListQuery) -> Callable[[Document], Document]:
        """Return a function that reduces a representation to its summary, unless the request asks for the full form."""
        if self.summary_serializer_class is None or query.is_full:
            return lambda document: document
        parts = describe_parts(self.summary_serializer_class())
        return lambda document: {name: value for name, value in document.items() if name in parts}

    def retrieve(self, request: Request, **url_kwargs: Any) -> HttpResponse:
        return self.build_response(self.build_stored_response(self.get_row(**url_kwargs)))

    def get_row(self, **url_kwargs: Any) -> Any:
        """Return the row at the URL.

        Raises:
            ResourceNotFound: no such row exists.
        """
        key = url_kwargs.get("id")
        row = self.get_rows().filter(pk=key).first()
        if row is None:
            raise ResourceNotFound(gettext("No record has the id %(key)s.") % {"key": key})
        return row

    # Writing ----------------------------------------------------------------------------------------------------------

    def create_once(
        self, work: Callable[[Any], Result], *, prepare: Callable[[], Any] = lambda: None
    ) -> HttpResponse:
        """Create a row in one transaction, and only once if the request has an idempotency key."""
        response = run_once(
            self.plain_request, self.person, lambda prepared: self._show(work(prepared)), prepare=prepare
        )
        return self.build_response(response)

    def add_row(
        self,
        route: str,
        add: Callable[[Any], Model],
        *,
        prepare: Callable[[], Any] = lambda: None,
        key: str = "pk",
    ) -> HttpResponse:
        """Create a row once, and return it with its URL (201)."""

        def work(prepared: Any) -> StoredResponse:
            row = add(prepared)
            parent_ids = [value for name, value in self.kwargs.items() if name != "id"]
            url = self.build_url(route, *parent_ids, getattr(row, key))
            return self.build_stored_response(self.reload(row), status=201, location=url)

        return self.create_once(work, prepare=prepare)

    def find_or_add(self, find_or_add: Callable[[], tuple[Model, bool]], *, route: str) -> HttpResponse:
        """Find an existing row or add one, and return the response that shows it: 200 if found, 201 if new."""

        def work(_prepared: None) -> StoredResponse:
            row, is_new = find_or_add()
            url = self.build_url(f"{route}-detail", row.pk)
            return self.build_stored_response(self.reload(row), status=201 if is_new else 200, location=url)

        return self.create_once(work)

    def run_change(self, work: Callable[[], Result]) -> HttpResponse:
        """Run `work`, which changes a row, in one transaction, and return the response."""
        return self.build_response(run_in_transaction(lambda: self._show(work())))

    def _show(self, result: Result) -> StoredResponse:
        """Return the response to a change: it shows the row, or is empty (204) if the row was deleted."""
        if result is None:
            return StoredResponse(204)
        if isinstance(result, StoredResponse):
            return result
        return self.build_stored_response(self.reload(result))

    def build_stored_response(self, row: Any, *, status: int = 200, location: str = "") -> StoredResponse:
        """Return the response that shows a row."""
        text = render_document(self.build_document(row))
        headers = {"ETag": _compute_etag(text)} | ({"Location": location} if location else {})
        return StoredResponse(status, text, headers)

    def reload(self, row: Model) -> Any:
        """Return the row, reloaded with the relations that its representation needs."""
        return self.get_rows().get(pk=row.pk)

    def lock_matching(self, **url_kwargs: Any) -> Any:
        """Return the row at the URL, locked, if it is the version named in the request.

        Raises:
            ResourceNotFound: no such row exists.
            PreconditionFailed: the row has changed since that version.
        """
        row = self.get_row(**url_kwargs)
        _require_match(self.plain_request, render_document(self.build_document(row)))
        return row


def _compute_etag(text: str) -> str:
    """Return the strong ETag of a representation, given as JSON text."""
    return quote_etag(compute_sha256([text.encode()]))


def _require_match(request: HttpRequest, text: str) -> None:
    """Require that `If-Match` contains the ETag of `text`, the representation read under lock.

    A request without the header passes: edits that require the header are rejected earlier, before anything is read.

    Raises:
        PreconditionFailed: the header names another version.
    """
    condition = request.headers.get("If-Match", "*")
    current_etag = _compute_etag(text)
    if condition.strip() != "*" and current_etag not in parse_etags(condition):
        raise PreconditionFailed(current_etag)
