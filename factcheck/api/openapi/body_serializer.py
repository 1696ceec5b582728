"""Build a serializer from a typed dictionary, for drf-spectacular.

What writes the body is checked against the dictionary by mypy, key by key. What it says besides the types of Python
stands in `Annotated`:

    Annotated[str, "BCP 47."]             a text: what readers of the API should know
    Annotated[str, Claimant.Kind]         choices: the only values; with "" in place of one that is not known yet:
    Annotated[str, OrNothing, Kind]
    Annotated[str, fields.DateField]      a field: how the text is written (`Day`, `Moment`, `WebAddress`)
"""

from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

from rest_framework import fields, serializers

#: ISO 8601, as the others.
Day = Annotated[str, fields.DateField]
Moment = Annotated[str, fields.DateTimeField]
WebAddress = Annotated[str, fields.URLField]


class AllowBlank:
    """Mark a choice as possibly blank."""


_FIELDS: dict[Any, type[fields.Field]] = {
    bool: fields.BooleanField,
    int: fields.IntegerField,
    float: fields.FloatField,
    str: fields.CharField,
}


class BodySerializer(serializers.Serializer):
    """A serializer that only describes a body for the OpenAPI document.

    Fields of its own, which a subclass may add, come after those of the body, or in place of them.
    """

    body: ClassVar[type]
    described: ClassVar[dict[type, type["BodySerializer"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "body" in cls.__dict__:
            cls.described[cls.body] = cls
            cls.__doc__ = cls.body.__doc__

    def get_fields(self) -> dict[str, fields.Field]:
        hints = get_type_hints(self.body, include_extras=True)
        return {name: build_field(hint) for name, hint in hints.items()} | super().get_fields()


def build_field(hint: Any, **options: Any) -> fields.Field:
    """Return the field that describes values of a type."""
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
        [given] = [part for part in parts if part is not NoneType]
        return build_field(given, allow_null=True, **options)
    if get_origin(hint) is list:
        [part] = parts
        if part in BodySerializer.described:
            return BodySerializer.described[part](many=True, **options)
        return fields.ListField(child=build_field(part), **options)
    if get_origin(hint) is dict:
        return fields.DictField(child=build_field(parts[1]), **options)
    return (BodySerializer.described.get(hint) or _FIELDS[hint])(**options)
