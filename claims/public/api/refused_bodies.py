"""The schema of a rejected request body, for the OpenAPI document."""

from rest_framework import serializers

from factcheck.api.openapi.schema import ProblemSerializer


class RefusedPlaceSerializer(serializers.Serializer):
    """A place in the body, or a parameter of the address, which takes none."""

    pointer = serializers.CharField(
        required=False, help_text="The place, as a JSON Pointer (RFC 6901) in a fragment."
    )
    parameter = serializers.CharField(required=False)
    code = serializers.CharField(required=False, help_text="`required`, `empty`, `unknown` or `invalid`.")
    detail = serializers.CharField()


class RefusedBodySerializer(ProblemSerializer):
    """What is wrong at which place of the body; `errors` is missing when it is no JSON."""

    errors = RefusedPlaceSerializer(many=True, required=False)  # type: ignore[assignment]  # a field
