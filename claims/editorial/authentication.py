"""Authentication of the editorial API: tokens and scopes only, never a session."""

import pghistory
from django.contrib.auth.models import User
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from claims.models import ApiToken, Scope
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotAllowed


class InsufficientScope(PermissionDenied):
    """The token lacks the required scope (RFC 6750, 3.1)."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(gettext("This token lacks the scope “%(scope)s”.") % {"scope": scope.value})
        self.scope = scope


class BearerAuthentication(TokenAuthentication):
    """Authentication by `Authorization: Bearer …`. One query finds the `ApiToken` by its digest."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        try:
            token_row = api_tokens.find_token(token.decode("utf-8", "replace"))
        except NotAllowed as refusal:
            raise AuthenticationFailed(str(refusal)) from None
        if token_row is None:
            raise AuthenticationFailed(gettext("This token is unknown, expired or revoked."))
        # Rows stored by triggers name the token that caused them; the middleware adds the person.
        pghistory.context(token=token_row.name)
        return token_row.user, token_row


class HasScope(BasePermission):
    """Permission for tokens with the scope that the view requires. The domain functions check roles."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        scope = view.get_scope(request)  # type: ignore[attr-defined]  # an EditorialResource, whose module imports this
        if scope and scope not in request.auth.scopes:
            raise InsufficientScope(scope)
        return True


class BearerSchemeExtension(OpenApiAuthenticationExtension):
    """The description of the authentication in the OpenAPI document."""

    target_class = BearerAuthentication
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {
            **build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Bearer"),  # noqa: S106
            "description": "A token that a person made at the desk, or an administrator with `create_token`.",
        }
