"""Build a serializer from a typed dictionary, for drf-spectacular.

mypy checks the code that writes the body against the dictionary, key by key. `Annotated` adds what Python's types do
not express:

    Annotated[str, "BCP 47."]             a text: a description for users of the API
    Annotated[str, Claimant.Kind]         choices: the only values; with "" if the value may be unknown:
    Annotated[str, AllowBlank, Kind]
    Annotated[str, fields.DateField]      a field: the format of the text (`Day`, `Moment`, `WebAddress`)
"""

from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints, is_typeddict

from rest_framework import fields, serializers

#: Day and Moment are in ISO 8601 format.
Day = Annotated[str, fields.DateField]
Moment = Annotated[str, fields.DateTimeField]
WebAddress = Annotated[str, fields.URLField]


class AllowBlank:
    """A marker that documents that a choice field may be blank."""


_FIELDS: dict[Any, type[fields.Field]] = {
    bool: fields.BooleanField,
    int: fields.IntegerField,
    float: fields.FloatField,
    str: fields.CharField,
}


class BodySerializer(serializers.Serializer):
    """A serializer that only describes a body in the OpenAPI document.

    A subclass may declare fields, which follow or replace the fields of the body.
    """

    body: ClassVar[type]
    serializers_by_body: ClassVar[dict[type, type["BodySerializer"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "body" in cls.__dict__:
            cls.serializers_by_body[cls.body] = cls
            cls.__doc__ = cls.body.__doc__

    def get_fields(self) -> dict[str, fields.Field]:
        hints = get_type_hints(self.body, include_extras=True)
        return {name: build_field(hint) for name, hint in hints.items()} | super().get_fields()


def describe_body(body: type) -> type[BodySerializer]:
    """Return the serializer that describes a body. It has the body's name, unless `name_bodies` declares another."""
    if body not in BodySerializer.serializers_by_body:
        name_bodies(**{body.__name__: body})
    return BodySerializer.serializers_by_body[body]


def name_bodies(**bodies: type) -> None:
    """Set names for bodies in the OpenAPI document that differ from the names of their classes."""
    for name, body in bodies.items():
        type(f"{name}Serializer", (BodySerializer,), {"body": body})


def build_field(hint: Any, **options: Any) -> fields.Field:
    """Return a serializer field that describes values of this type."""
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        kind = None
        for note in notes:
            if isinstance(note, str):
                options["help_text"] = note
            elif isinstance(note, type) and issubclass(note, fields.Field):
                kind = note
            elif note is AllowBlank:
                options["allow_blank"] = True
            else:
                kind, options["choices"] = fields.ChoiceField, getattr(note, "choices", note)
        return kind(**options) if kind else build_field(hint, **options)
    parts = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        [only_part] = [member_type for member_type in parts if member_type is not NoneType]
        return build_field(only_part, allow_null=True, **options)
    if get_origin(hint) is list:
        [member_type] = parts
        if is_typeddict(member_type):
            return describe_body(member_type)(many=True, **options)
        return fields.ListField(child=build_field(member_type), **options)
    if get_origin(hint) is dict:
        return fields.DictField(child=build_field(parts[1]), **options)
    return (describe_body(hint) if is_typeddict(hint) else _FIELDS[hint])(**options)
