"""The base of editorial views: tokens, scopes, problem details, private responses."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext, gettext_lazy
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from claims.editorial.authentication import BearerAuthentication, HasScope, InsufficientScope
from claims.editorial.idempotency import StoredResponse
from claims.editorial.openapi import EditorialSchema
from claims.editorial.refused_requests import PreconditionFailed, PreconditionRequired, convert_error
from claims.editorial.strict_bodies import EditorialBody
from claims.models import ApiToken, Scope
from claims.newsroom.roles import require_permission
from factcheck.api.query_strings import ListQuery, NoQuery
from factcheck.django_internals import get_plain_request
from factcheck.web.throttling.enforcement import RateLimit

_REALM = 'Bearer realm="editorial"'
_NO_TOKEN_MESSAGE = gettext_lazy(
    "Send a token: `Authorization: Bearer …`. You can create one at the desk under “API tokens” "
    "(/admin/claims/apitoken/)."
)


class EditorialView(ViewSet):
    """A view of the editorial API: its authentication and the format of its responses."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (RateLimit,)
    parser_classes = (EditorialBody,)
    http_method_names = ["get", "head", "post", "patch", "delete"]
    metadata_class = None
    lookup_url_kwarg = "id"
    lookup_value_converter = "int"
    schema = EditorialSchema()

    #: The singular and the plural of the resource's name.
    nouns: tuple[str, str]
    #: The permission needed to read the resource, as `app.codename`; empty if none is needed.
    view_permission: str
    #: The token scope required for writing.
    write_scope: Scope = Scope.WRITE
    list_query: type[ListQuery]
    #: For the OpenAPI schema: the response, the response of particular actions, and the request body.
    serializer_class: type[Serializer]
    #: The serializer of results in lists, unless `view=full` is requested; None if lists show complete resources.
    summary_serializer_class: type[Serializer] | None = None
    action_serializers: ClassVar[dict[str, type[Serializer]]] = {}
    bodies: ClassVar[dict[str, Any]] = {}
    #: Whether POST may return an existing object, as the OpenAPI schema states.
    finds_or_adds = False

    def get_scope(self, request: Request) -> Scope | None:
        """Return the scope required for the request; None for unsupported methods."""
        if not self.is_served:
            return None
        return Scope.READ if self.is_read_request else self.write_scope

    def build_url(self, name: str, *parts: Any) -> str:
        return reverse(f"editorial-{name}", args=parts, request=self.request)

    @property
    def is_served(self) -> bool:
        """Return whether this URL supports the request's method. If not, every user receives 405."""
        return bool(self.action)

    @property
    def is_read_request(self) -> bool:
        return self.request.method in ("GET", "HEAD")

    @property
    def plain_request(self) -> HttpRequest:
        return get_plain_request(self.request)

    @property
    def person(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  the permission class ensures it
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
        if self.view_permission:  # for writing too, because the response shows the object
            require_permission(self.person, self.view_permission, gettext("view this resource"))
        if self.action != "list":
            NoQuery(self.plain_request.GET, QuerySet(), request=self.plain_request)
        if request.method in ("PATCH", "DELETE") and "If-Match" not in request.headers:
            raise PreconditionRequired

    def build_response(self, stored_response: StoredResponse) -> HttpResponse:
        """Build the HTTP response, or 304 if the client already has this version."""
        response = stored_response.build_response()
        if stored_response.status != 200 or not self.is_read_request:
            return response
        return (
            get_conditional_response(self.plain_request, response.get("ETag"), response=response) or response
        )

    def handle_exception(self, exc: Exception) -> Any:
        problem = convert_error(exc)
        if isinstance(problem, NotAuthenticated):
            problem.detail = _NO_TOKEN_MESSAGE  # type: ignore[assignment]  # a string is what it becomes
        response = super().handle_exception(problem)
        if isinstance(problem, NotAuthenticated):
            response["WWW-Authenticate"] = _REALM
        elif isinstance(problem, AuthenticationFailed):
            response["WWW-Authenticate"] = f'{_REALM}, error="invalid_token"'
        elif isinstance(problem, InsufficientScope):
            error_parameters = f'error="insufficient_scope", scope="{problem.scope.value}"'
            response["WWW-Authenticate"] = f"{_REALM}, {error_parameters}"
        elif isinstance(problem, PreconditionFailed):
            response["ETag"] = problem.etag
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response
