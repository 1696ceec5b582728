"""JSON of web pages: repaired where that is certain, refused where it is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.imports.reading.formats.broken_json import BrokenJSON, parse_all
from tests.helpers.import_records import STATEMENTS, review
from tests.helpers.sweeps import sweep


@sweep(
    ("text", "value"),
    [
        ('{"a": "first\nsecond\tthird"}', {"a": "first\nsecond\tthird"}),
        ('{"a": [1, 2,], "b": {"c": 3,},}', {"a": [1, 2], "b": {"c": 3}}),
        ('{"a": 1};', {"a": 1}),
        ('\ufeff {"a": 1}', {"a": 1}),
        ('<!-- {"a": "x"} -->', {"a": "x"}),
        ('<![CDATA[ {"a": "x"} ]]>', {"a": "x"}),
        ('//<![CDATA[\n{"a": "x"}\n//]]>', {"a": "x"}),
        ('/*<![CDATA[*/ {"a": "x"} /*]]>*/', {"a": "x"}),
        ("{&quot;a&quot;: &quot;x&quot;}", {"a": "x"}),
        ('{"a": "she said "never" twice", "b": 1}', {"a": 'she said "never" twice', "b": 1}),
        ('{"a": "„niemals", sagte sie", "b": 1}', {"a": '„niemals", sagte sie', "b": 1}),
        ('{"b": 1, "a": "she said "never""}', {"b": 1, "a": 'she said "never"'}),
        ('{"a": ["she said "never" twice"]}', {"a": ['she said "never" twice']}),
        ('{"a": "l\\\'eau", "b": 1}', {"a": "l'eau", "b": 1}),
        ('{"a": , "b": 1}', {"a": None, "b": 1}),
        ('{"a": NaN}', {"a": None}),
        ('{"a": 1, // one\n "b": /* two */ 2}', {"a": 1, "b": 2}),
    ],
)
def test_errors_repaired_with_certainty(text: str, value: Any) -> None:
    assert parse_all(text) == [value]


def test_values_strung_together() -> None:
    assert parse_all('{"a": 1}\n{"b": 2},[3];') == [{"a": 1}, {"b": 2}, [3]]


@sweep(
    "text",
    [
        "",
        "   ",
        "{",
        '{"a": "x"',
        '{"a": "x" "b": "y"}',
        '["she said "no", "yes"]',
        "{'a': 'x'}",
        "{a: 1}",
        '{"a": x}',
        '{"a": 01}',
        '{"a": "\\x41", }',
        '{"a" 1}',
        "[" * 5000,
        '{"a":' * 5000,
    ],
)
def test_errors_not_repaired(text: str) -> None:
    with pytest.raises(BrokenJSON):
        parse_all(text)


def test_complete_records_before_the_error_are_kept() -> None:
    first, second = review(STATEMENTS["ar"]), review(STATEMENTS["hi"])
    text = json.dumps([first, {"@type": "WebPage", "mainEntity": second}, review("third")])
    with pytest.raises(BrokenJSON) as error:
        parse_all(text[:-40])
    assert error.value.complete_reviews == [first, second]
    assert str(error.value).endswith("(line 1)")


_TEXT = st.text(st.sampled_from("ab \"\n\t'„“\\{}[],:é"), max_size=12)
_TREE = st.recursive(
    _TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(_TREE)
def test_json_is_read_as_json(value: Any) -> None:
    assert parse_all(json.dumps(value)) == [value]


@given(
    st.dictionaries(
        st.sampled_from(["name", "url", "text"]), st.text(st.sampled_from('ab ".\n'), max_size=12)
    )
)
def test_quotes_and_line_breaks_are_put_back_or_refused(value: dict[str, str]) -> None:
    """A text cannot be mistaken for another, as long as it does not itself look like the end of a member."""
    text = "{" + ", ".join(f'"{name}": "{said}"' for name, said in value.items()) + (",}" if value else "}")
    try:
        assert parse_all(text) == [value]
    except BrokenJSON:
        assert any('"' in said for said in value.values())


@given(st.text(max_size=60) | st.text(st.sampled_from('{}[]",:\\1a\n '), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        values = parse_all(text)
    except BrokenJSON:
        values = []
    assert isinstance(values, list)
