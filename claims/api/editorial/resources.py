"""What all resources of the editorial API have in common: tokens, strict bodies, ETags, one transaction per request.

A resource reads and validates a request and hands it over to the domain functions that the desk calls too. It decides
nothing itself about who may do what.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from claims.api.editorial.authentication import BearerAuthentication, HasScope, InsufficientScope
from claims.api.editorial.bodies import JsonBody
from claims.api.editorial.errors import NoSuchThing, PreconditionFailed, PreconditionRequired, as_problem
from claims.api.editorial.idempotency import Answer, in_one_transaction, once
from claims.api.editorial.preconditions import etag_of, require_match
from claims.api.editorial.representation import Document, written
from claims.api.editorial.schema import EditorialSchema
from claims.models import ApiToken, Scope
from claims.roles import require
from factcheck.filters import ListQuery, NoQuery, no_such_place
from factcheck.pagination import PAGE_SIZE, page_of_rows
from factcheck.resources import counted, page_address
from factcheck.throttling.enforcing import RateLimit
from factcheck.values import Refused

_REALM = 'Bearer realm="editorial"'
_NO_TOKEN = (
    "Send a token: `Authorization: Bearer …`. You make one at the desk under “API tokens”"  # noqa: S105  a sentence
    " (/admin/claims/apitoken/)."
)


class EditorialResource(ViewSet):
    """One kind of thing that newsroom tools read and write."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (RateLimit,)
    parser_classes = (JsonBody,)
    http_method_names = ["get", "head", "post", "patch", "delete"]
    metadata_class = None
    lookup_url_kwarg = "id"
    lookup_value_converter = "int"
    schema = EditorialSchema()

    #: What the resource holds, in the singular and the plural.
    nouns: tuple[str, str]
    #: What a role must include to read it, as `app.codename`; empty where nothing is needed.
    view_permission: str
    #: The scope that writing needs.
    write_scope: Scope = Scope.WRITE
    list_query: type[ListQuery]
    #: For the OpenAPI schema: how a thing reads; where an action shows something else, that; what its body may hold.
    serializer_class: type[Serializer]
    shown: ClassVar[dict[str, type[Serializer]]] = {}
    bodies: ClassVar[dict[str, type[Serializer]]] = {}
    #: Whether adding answers with what is there already; for the OpenAPI schema.
    finds = False

    # What subclasses give ---------------------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        """The rows of the list and of single things, with what their representation needs."""
        raise NotImplementedError

    def document(self, row: Any) -> Document:
        raise NotImplementedError

    def scope_of(self, request: Request) -> Scope | None:
        """The scope that the request needs; a method that is not served needs none to be told so."""
        if not self.is_served:
            return None
        return Scope.READ if self.is_read else self.write_scope

    # Reading ----------------------------------------------------------------------------------------------------------

    def list(self, request: Request, **within: Any) -> HttpResponse:
        plain = self.plain
        query = self.list_query(plain.GET, self.rows(), request=plain)
        try:
            page = page_of_rows(
                query.qs,
                ordering=query.ordering,
                size=query.value("page_size", PAGE_SIZE),
                cursor=query.value("cursor", ""),
            )
        except Refused as refusal:
            raise no_such_place("cursor", str(refusal)) from None
        return self.answered(
            Answer(
                200,
                written(
                    {
                        "count": counted(query.qs, query.value("count", "none")),
                        "next": page_address(plain, page.next) if page.next else None,
                        "previous": page_address(plain, page.previous) if page.previous else None,
                        "results": [self.document(row) for row in page.rows],
                    }
                ),
            )
        )

    def retrieve(self, request: Request, **place: Any) -> HttpResponse:
        return self.answered(self.showing(self.row(**place)))

    def row(self, **place: Any) -> Any:
        """The row at the address.

        Raises:
            NoSuchThing: there is none.
        """
        key = place.get("id")
        row = self.rows().filter(pk=key).first()
        if row is None:
            raise NoSuchThing(f"There is no {self.nouns[0]} {key} here.")
        return row

    # Writing ----------------------------------------------------------------------------------------------------------

    def created_once(
        self, work: Callable[[Any], Answer], *, prepare: Callable[[], Any] = lambda: None
    ) -> HttpResponse:
        """Make something, in one transaction and, where the request has a key, once."""
        return self.answered(once(self.plain, self.person, work, prepare=prepare))

    def done(self, work: Callable[[], Answer]) -> HttpResponse:
        """Change something, in one transaction."""
        return self.answered(in_one_transaction(work))

    def showing(self, row: Any, *, status: int = 200, location: str = "") -> Answer:
        """The answer that shows a row as it stands."""
        text = written(self.document(row))
        headers = {"ETag": etag_of(text)} | ({"Location": location} if location else {})
        return Answer(status, text, headers)

    def fresh(self, row: Model) -> Any:
        """The row with what its representation needs, as it now stands."""
        return self.rows().get(pk=row.pk)

    def matched(self, **place: Any) -> Any:
        """The row at the address, which is locked already, if it is the version that the request is about.

        Raises:
            NoSuchThing: there is none.
            PreconditionFailed: it was changed since.
        """
        row = self.row(**place)
        require_match(self.plain, written(self.document(row)))
        return row

    def address(self, name: str, *parts: Any) -> str:
        return reverse(f"editorial-{name}", args=parts, request=self.request)

    # Every request ----------------------------------------------------------------------------------------------------

    @property
    def is_served(self) -> bool:
        """Whether the method means something at this address; otherwise the answer is 405 for everybody."""
        return bool(self.action)

    @property
    def is_read(self) -> bool:
        return self.request.method in ("GET", "HEAD")

    @property
    def plain(self) -> HttpRequest:
        return self.request._request

    @property
    def person(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  the permission class lets in nobody else
        return user

    @property
    def token(self) -> ApiToken:
        token = self.request.auth
        assert isinstance(token, ApiToken)  # noqa: S101  as above
        return token

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.is_served:
            return
        if self.view_permission:  # for writing too, which is answered with what was written
            require(self.person, self.view_permission, f"see {self.nouns[1]}")
        if self.action != "list":
            NoQuery(self.plain.GET, QuerySet(), request=self.plain)
        if request.method in ("PATCH", "DELETE") and "If-Match" not in request.headers:
            raise PreconditionRequired

    def answered(self, answer: Answer) -> HttpResponse:
        """The answer, or 304 to a read of what the reader has already."""
        response = answer.response()
        if answer.status != 200 or not self.is_read:
            return response
        return get_conditional_response(self.plain, response.get("ETag"), response=response) or response

    def handle_exception(self, exc: Exception) -> Any:
        problem = as_problem(exc)
        if isinstance(problem, NotAuthenticated):
            problem.detail = _NO_TOKEN  # type: ignore[assignment]  # a string is what it becomes
        response = super().handle_exception(problem)
        if isinstance(problem, NotAuthenticated):
            response["WWW-Authenticate"] = _REALM
        elif isinstance(problem, AuthenticationFailed):
            response["WWW-Authenticate"] = f'{_REALM}, error="invalid_token"'
        elif isinstance(problem, InsufficientScope):
            scope = f'error="insufficient_scope", scope="{problem.scope.value}"'
            response["WWW-Authenticate"] = f"{_REALM}, {scope}"
        elif isinstance(problem, PreconditionFailed):
            response["ETag"] = problem.etag
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response
