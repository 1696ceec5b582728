"""Every kind of problem is named in the language of the user."""

from django.utils import translation

from claims.imports.storing.unusable_records import KINDS, describe_kind
from deploy.messages.extraction import extract_from_python


def test_kinds_are_collected_for_translators() -> None:
    source = 'build_refusal(place, "no date", "There is no date.", raw=row)\nRefusal(place, "", reason, code)'
    assert [message.message for message in extract_from_python(source, "reader.py")] == [
        "There is no date.",
        "no date",
    ]


def test_a_kind_is_named_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert describe_kind("ambiguous date") == "mehrdeutiges Datum"
        assert describe_kind("of an earlier version") == "of an earlier version"
        assert describe_kind("") == ""
    with translation.override("en"):
        assert [describe_kind(kind) for kind in KINDS] == list(KINDS)
