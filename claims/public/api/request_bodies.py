"""Public resources that accept a request body, and the schema of the errors in a rejected body."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.viewsets import ViewSet

from factcheck.api.openapi.schema import ProblemSerializer, PublicSchema
from factcheck.api.problems import MEDIA_TYPE
from factcheck.api.query_strings import NoQuery, Query


class RefusedPlaceSerializer(serializers.Serializer):
    """A rejected part of the body, or an unknown query parameter."""

    pointer = serializers.CharField(
        required=False, help_text="The place, as a JSON Pointer (RFC 6901) in a fragment."
    )
    parameter = serializers.CharField(required=False)
    code = serializers.CharField(required=False, help_text="`required`, `empty`, `unknown` or `invalid`.")
    detail = serializers.CharField()


class RefusedBodySerializer(ProblemSerializer):
    """The errors in a request body, each with its location. `errors` is missing if the body is not JSON."""

    errors = RefusedPlaceSerializer(many=True, required=False)  # type: ignore[assignment]  # a field


BODY_PROBLEMS = {
    (400, MEDIA_TYPE): OpenApiResponse(RefusedBodySerializer, "The body is not valid."),
    (413, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "The body is too large."),
    (415, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "The body is not declared as JSON."),
}
LOOKUP_PROBLEMS = {
    **BODY_PROBLEMS,
    **{(code, MEDIA_TYPE): PublicSchema.problems[code] for code in (406, 429)},
}


class _BodySchema(PublicSchema):
    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        body = super()._get_request_body(direction)
        return {**body, "required": True} if body else None


class BodyLookupResource(ViewSet):
    """The base of public look-ups by POST. Only look-ups by query string (GET) can be cached."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head", "options", "post"]
    item_serializer_class = None
    schema = _BodySchema()
    answers: ClassVar[dict[Any, OpenApiResponse]] = {}
    nouns: tuple[str, str]
    operation_id = ""
    summary: str
    #: The query parameters of each action.
    query_classes: ClassVar[dict[str, type[Query]]] = {}

    @classmethod
    def get_query_class(cls, action: str) -> type[Query]:
        return cls.query_classes.get(action, NoQuery)

    def respond(self, content: bytes) -> HttpResponse:
        """Return the uncached response with this JSON body."""
        return HttpResponse(content, content_type="application/json", headers={"Cache-Control": "no-store"})
