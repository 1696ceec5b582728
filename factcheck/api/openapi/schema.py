"""Additions to the OpenAPI document that drf-spectacular cannot derive from public resources."""

from typing import Any, ClassVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from factcheck.api.problem_codes import CODES
from factcheck.api.problems import MEDIA_TYPE


class ProblemSerializer(serializers.Serializer):
    """Problem details for HTTP APIs (RFC 9457)."""

    type = serializers.URLField(help_text="The documentation of `code`.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField(
        list(CODES), help_text="The kind of problem, for programs; more may be added."
    )
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The requested path.")


class RefusedParameterSerializer(serializers.Serializer):
    parameter = serializers.CharField()
    code = serializers.CharField(help_text="`unknown`, `invalid`, `empty`, `repeated` or `not_found`.")
    detail = serializers.CharField()


class RefusedQuerySerializer(ProblemSerializer):
    """Problem details with the errors of each query parameter and the allowed values."""

    errors = RefusedParameterSerializer(many=True)  # type: ignore[assignment]  # a field, not the errors of this serializer


def exclude_inactive_features(endpoints: list[Any], **options: Any) -> list[Any]:
    """Remove the endpoints of features that are off (drf-spectacular's PREPROCESSING_HOOKS)."""
    return [
        endpoint
        for endpoint in endpoints
        if (feature := getattr(endpoint[3], "feature", None)) is None or feature.is_on
    ]


class BodySchema(AutoSchema):
    """An OpenAPI schema for bodies that need at least one of several keys (`at_least_one_of`)."""

    method: str

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        required_names = getattr(serializer, "at_least_one_of", ())
        if required_names and self.method != "PATCH":
            *other_keys, last_key = ({"required": [key]} for key in required_names)
            schema |= {"if": {"not": {"anyOf": other_keys}}, "then": last_key}
        return schema

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        needs_a_key = getattr(self.get_request_serializer(), "at_least_one_of", ())
        return {**body, "required": True} if body and needs_a_key and self.method != "PATCH" else body


class PublicSchema(AutoSchema):
    """The OpenAPI schema of a `PublicResource`: its query strings, pages and errors."""

    problems: ClassVar[dict[int, OpenApiResponse]] = {
        400: OpenApiResponse(RefusedQuerySerializer, "A parameter is unknown or has an invalid value."),
        404: OpenApiResponse(ProblemSerializer, "Nothing is published at this address."),
        406: OpenApiResponse(ProblemSerializer, "None of the requested media types is available here."),
        429: OpenApiResponse(ProblemSerializer, "Too many requests; `Retry-After` says how long to wait."),
    }

    view: Any  # a PublicResource, whose module imports this one

    @property
    def lists(self) -> bool:
        return self.view.action == "list"

    def get_tags(self) -> list[str]:
        return [self.view.basename]

    def get_operation_id(self) -> str:
        return self.view.operation_id or str(super().get_operation_id())

    def get_summary(self) -> str:
        singular, plural = self.view.nouns
        return self.view.summary or (f"Published {plural}" if self.lists else f"One {singular}")

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        parameters = self.view.get_query_class(self.view.action).base_filters
        return [parameter.to_openapi(name) for name, parameter in parameters.items()]

    def _get_paginator(self) -> "KeysetPages":
        return KeysetPages(self.view.extra_properties)

    def get_response_serializers(self) -> dict[Any, Any]:  # type: ignore[override]  # as extend_schema takes them
        view = self.view
        serializer = view.item_serializer_class or view.serializer_class
        if self.lists and self.method == "GET":
            self.resolve_serializer(serializer, "response")  # which `view` may ask for (`partial_bodies`)
        item = view.serializer_class if self.lists else serializer
        return {
            200: item,
            304: OpenApiResponse(
                description="Not modified: the client's copy, named by `If-None-Match`, is current."
            ),
            **({} if self.lists else view.answers),
            **{(code, MEDIA_TYPE): problem for code, problem in self.problems.items()},
        }


class KeysetPages:
    """The schema of one page of a list. drf-spectacular uses it like a paginator of REST framework.

    Args:
        extra_properties: properties of the page other than its results, in JSON Schema.
    """

    def __init__(self, extra_properties: dict[str, Any] | None = None) -> None:
        self.extra_properties = extra_properties or {}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []  # the list's query declares them, like all other parameters

    def get_paginated_response_schema(self, results: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {
                "type": ["integer", "null"],
                "description": "The total number of results, if requested with `count`.",
            },
            "next": {**address, "description": "URL of the next page."},
            "previous": {**address, "description": "URL of the previous page."},
            "results": results,
        }
        return {
            "type": "object",
            "properties": properties | self.extra_properties,
            "required": list(properties),
        }


_PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_COMMON_RESPONSES = {
    "414": {"description": "The address is longer than 60,000 bytes.", "content": _PROBLEM_CONTENT},
    "503": {
        "description": "Temporarily unavailable; `Retry-After` says how long to wait.",
        "content": _PROBLEM_CONTENT,
    },
}
_BODY_RESPONSES = {"408": {"description": "The body took too long to arrive.", "content": _PROBLEM_CONTENT}}


def add_common_responses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors that any request may cause. A postprocessing hook of drf-spectacular."""
    for item in result["paths"].values():
        for operation in item.values():
            common = _COMMON_RESPONSES | (_BODY_RESPONSES if "requestBody" in operation else {})
            for status, response in common.items():
                operation["responses"].setdefault(status, response)
    return result
