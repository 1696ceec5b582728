"""Typed dictionaries as drf-spectacular sees them: every kind of annotation, and each part of the public body."""

from collections.abc import Iterator
from typing import Annotated, Any, TypedDict, get_args, is_typeddict

import pytest
from django.db.models import TextChoices
from rest_framework import serializers

from claims.ledger.document import serializers as of_claims
from claims.ledger.document.claim_body import PublicClaim, PublicVerdictOfClaim
from factcheck.api.openapi.body_serializer import BodySerializer, Day, Moment, WebAddress, build_field
from tests.helpers.sweeps import sweep


class Colour(TextChoices):
    RED = "red", "Red"
    BLUE = "blue", "Blue"


@sweep(
    ("hint", "kind", "said"),
    [
        (int, serializers.IntegerField, {}),
        (bool, serializers.BooleanField, {}),
        (str, serializers.CharField, {}),
        (int | None, serializers.IntegerField, {"allow_null": True}),
        (Day, serializers.DateField, {}),
        (Moment | None, serializers.DateTimeField, {"allow_null": True}),
        (Annotated[WebAddress, "The page."], serializers.URLField, {"help_text": "The page."}),
        (Annotated[Day | None, "Then."], serializers.DateField, {"allow_null": True, "help_text": "Then."}),
        (Annotated[str, Colour], serializers.ChoiceField, {"choices": Colour.choices}),
        (
            Annotated[Annotated[str, Colour] | None, "Or none."],
            serializers.ChoiceField,
            {"choices": Colour.choices, "allow_null": True, "help_text": "Or none."},
        ),
        (
            Annotated[str, [("a", "A")], "A."],
            serializers.ChoiceField,
            {"choices": [("a", "A")], "help_text": "A."},
        ),
    ],
)
def test_a_field_follows_its_annotation(hint: Any, kind: Any, said: dict[str, Any]) -> None:
    field: Any = build_field(hint)
    assert type(field) is kind
    assert (field.allow_null, field.help_text) == (said.get("allow_null", False), said.get("help_text"))
    assert list(getattr(field, "choices", {}).items()) == said.get("choices", [])


def test_lists_and_dictionaries_describe_their_items() -> None:
    days: Any = build_field(list[Day])
    words: Any = build_field(Annotated[dict[str, str], "By language."])
    assert (type(days), type(days.child)) == (serializers.ListField, serializers.DateField)
    assert (type(words), type(words.child)) == (serializers.DictField, serializers.CharField)
    assert words.help_text == "By language."


def test_body_without_another_name_is_named_after_its_class() -> None:
    class Unnamed(TypedDict):
        id: int

    assert type(build_field(Unnamed)).__name__ == "UnnamedSerializer"


def test_type_that_nothing_describes_is_refused() -> None:
    with pytest.raises(KeyError, match="complex"):
        build_field(complex)


def parts(body: Any) -> Iterator[Any]:
    """A typed dictionary and all that it holds, however wrapped."""
    if is_typeddict(body):
        yield body
        for hint in body.__annotations__.values():
            yield from parts(hint)
    for inner in get_args(body):
        yield from parts(inner)


@sweep(
    "body",
    dict.fromkeys([*parts(PublicClaim), *parts(PublicVerdictOfClaim)]),
)
def test_schema_has_every_part_key_by_key(body: type) -> None:
    serializer = BodySerializer.serializers_by_body[body]
    assert list(serializer().fields) == list(body.__annotations__)
    assert serializer.__doc__ == body.__doc__


def test_fields_of_a_subclass_come_after_those_of_the_body_or_in_their_place() -> None:
    class DetailedTopicSerializer(of_claims.TopicSerializer):
        name = serializers.IntegerField()
        parent = serializers.IntegerField()  # type: ignore[assignment]  # a key

    fields = DetailedTopicSerializer().fields
    assert list(fields) == ["id", "name", "slug", "same_as", "parent"]
    assert isinstance(fields["name"], serializers.IntegerField)
