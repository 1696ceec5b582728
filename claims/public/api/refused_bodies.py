"""The schema of a rejected request body, for the OpenAPI document."""

from rest_framework import serializers

from factcheck.api.openapi.schema import ProblemSerializer


class RefusedPlaceSerializer(serializers.Serializer):
    """A rejected part of the body, or an unknown query parameter."""

    pointer = serializers.CharField(
        required=False, help_text="The place, as a JSON Pointer (RFC 6901) in a fragment."
    )
    parameter = serializers.CharField(required=False)
    code = serializers.CharField(required=False, help_text="`required`, `empty`, `unknown` or `invalid`.")
    detail = serializers.CharField()


class RefusedBodySerializer(ProblemSerializer):
    """The errors of a request body by place. `errors` is missing if the body is not JSON."""

    errors = RefusedPlaceSerializer(many=True, required=False)  # type: ignore[assignment]  # a field
