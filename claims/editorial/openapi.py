"""Complete the OpenAPI document of the editorial API where drf-spectacular cannot derive it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from claims.editorial import idempotency
from factcheck.api.openapi.schema import BodySchema, KeysetPages, ProblemSerializer, RefusedQuerySerializer
from factcheck.api.problems import MEDIA_TYPE

IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A key of your own, such as a UUID. If the request is repeated with it, the first response is"
    " returned and nothing is done twice.",
    pattern=idempotency.PATTERN,
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the version that you read and now change; `*` for any version.",
)
MOVE_IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the claim or verdict. If it has changed, the move is refused.",
)


class RefusedKeySerializer(serializers.Serializer):
    pointer = serializers.CharField(help_text="The place in the body, as a JSON Pointer in a URI fragment.")
    code = serializers.CharField(help_text="`required`, `empty`, `unknown` or `invalid`.")
    detail = serializers.CharField()


class RefusedWritingSerializer(ProblemSerializer):
    """The problem response to an invalid request body, with the errors by key."""

    errors = RefusedKeySerializer(many=True, required=False)  # type: ignore[assignment]  # a field


_PROBLEMS: dict[int, OpenApiResponse] = {
    400: OpenApiResponse(
        RefusedWritingSerializer,
        "The body or the query string is not valid.",
        examples=[
            OpenApiExample(
                "body",
                {
                    "type": "https://facts.example.org/api/problems/#invalid_body",
                    "title": "Bad Request",
                    "status": 400,
                    "code": "invalid_body",
                    "detail": "This field is required.",
                    "instance": "/api/v1/editorial/claims/",
                    "errors": [
                        {"pointer": "#/language", "code": "required", "detail": "This field is required."}
                    ],
                },
                summary="A key is missing",
                media_type=MEDIA_TYPE,
                response_only=True,
            )
        ],
    ),
    401: OpenApiResponse(ProblemSerializer, "The token is missing, unknown, expired or revoked."),
    403: OpenApiResponse(
        ProblemSerializer, "The token lacks the scope, or the person's role does not include it."
    ),
    404: OpenApiResponse(ProblemSerializer, "Not found."),
    406: OpenApiResponse(ProblemSerializer, "None of the requested media types is available here."),
    409: OpenApiResponse(
        ProblemSerializer, "The request conflicts with the present state; `code` and `detail` explain how."
    ),
    412: OpenApiResponse(ProblemSerializer, "The resource has changed; `ETag` names the current version."),
    413: OpenApiResponse(ProblemSerializer, "The body is too large."),
    415: OpenApiResponse(ProblemSerializer, "The body is not `application/json`."),
    422: OpenApiResponse(
        RefusedWritingSerializer,
        "The body refers to something that is missing or unsuitable, or the key was reused.",
    ),
    428: OpenApiResponse(ProblemSerializer, "`If-Match` is missing."),
    429: OpenApiResponse(ProblemSerializer, "Too many requests; `Retry-After` says how long to wait."),
}
_READING = (401, 403, 404, 406, 429)
_WRITING = (400, *_READING, 409, 413, 415, 422)


class EditorialSchema(BodySchema):
    """The OpenAPI schema of an `EditorialResource`: query parameters, bodies, headers and problem responses."""

    view: Any  # an EditorialResource, whose module imports this one

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def lists(self) -> bool:
        return self.view.action == "list"

    def get_tags(self) -> list[str]:
        return ["editorial"]

    def get_summary(self) -> str:
        singular, plural = self.view.nouns
        article = "an" if singular[0] in "aeiou" else "a"
        names = {
            "list": plural.capitalize(),
            "retrieve": f"One {singular}",
            "create": f"Add {article} {singular}",
            "partial_update": f"Edit {article} {singular}",
            "destroy": f"Delete {article} {singular}",
        }
        first_sentence: str = self.get_description().partition(".")[0]
        return names.get(self.view.action) or super().get_summary() or first_sentence

    def get_override_parameters(self) -> list[Any]:
        if self.method == "POST":
            moves = [MOVE_IF_MATCH] if self.view.action == "move" else []
            return [IDEMPOTENCY_KEY, *moves]
        return [IF_MATCH] if self.method in ("PATCH", "DELETE") else []

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        if not self.lists:
            return []
        return [parameter.to_openapi(name) for name, parameter in self.view.list_query.base_filters.items()]

    def _get_paginator(self) -> KeysetPages:
        return KeysetPages()

    def get_request_serializer(self) -> Any:
        return self.view.bodies.get(self.view.action)

    def get_response_serializers(self) -> dict[Any, Any]:  # type: ignore[override]  # as extend_schema takes them
        serializer = self.view.action_serializers.get(self.view.action, self.view.serializer_class)
        if self.lists and self.view.summary_serializer_class:
            self.resolve_serializer(
                serializer, "response"
            )  # because the schema of the parameter `view` refers to it
            serializer = self.view.summary_serializer_class
        if self.method == "DELETE":
            responses: dict[Any, Any] = {204: OpenApiResponse(description="Deleted.")}
        elif self.view.action == "create":
            responses = {201: serializer} | ({200: serializer} if self.view.finds_or_adds else {})
        else:
            responses = {200: serializer}
        if self.reads and not self.lists:
            responses[304] = OpenApiResponse(
                description="Not modified: the resource is as named by `If-None-Match`."
            )
        statuses = list(_READING if self.reads else _WRITING)
        if self.method in ("PATCH", "DELETE"):
            statuses += [412, 428]
        elif self.view.action == "move":
            statuses += [412]
        responses |= {(status, MEDIA_TYPE): _PROBLEMS[status] for status in sorted(statuses)}
        if self.reads:
            responses[(400, MEDIA_TYPE)] = OpenApiResponse(
                RefusedQuerySerializer, "A parameter is not valid."
            )
        return responses
