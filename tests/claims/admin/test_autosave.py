"""What a page sends of a form that is being filled in is read with bounds; what no page sends is refused."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.admin.unsaved import InvalidAutosave, parse_message
from tests.helpers.sweeps import sweep

MESSAGE: dict[str, Any] = {
    "writer": str(UUID(int=7)),
    "sequence": 1,
    "page": "/admin/claims/claim/add/",
    "form": "claim_form",
    "version": "",
    "values": {"context": "Half a thought"},
}
WRONG: dict[str, list[Any]] = {
    "writer": [None, 7, "x", [], "0" * 33],
    "sequence": [None, "1", -1, 1.5, True, 2**60, [1]],
    "page": [None, "", "/claims/7/", "admin/", "https://example.org/admin/", "/admin/" + "x" * 500],
    "form": [None, 7, "x" * 201],
    "version": [None, {}, "x" * 65],
    "values": [None, [], "x", {"a": 7}, {"a": None}, {"a": {}}, {"a": [7]}, {"a": [["a"]]}, {"a" * 201: "x"}],
    "started": [[], {"a": [[1, 2]]}],
    "age": ["1", None, -1, True],
    "replaces": [[], {"x": 1}, {str(uuid4()): "x"}, {str(uuid4()): None}],
}


@sweep(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_invalid_messages_are_refused(name: str, value: Any) -> None:
    assert parse_message(MESSAGE).values == {"context": "Half a thought"}
    with pytest.raises(InvalidAutosave):
        parse_message(MESSAGE | {name: value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STATED = (
    st.text()
    | st.lists(st.text(), max_size=2)
    | st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=2)
)


@given(st.dictionaries(st.sampled_from([*WRONG, "x"]), JSON))
def test_every_message_is_stored_or_refused(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidAutosave):
        parse_message(body)


@given(st.dictionaries(st.text(max_size=20), STATED, max_size=5))
def test_every_typed_text_can_be_stored(values: dict[str, Any]) -> None:
    message = parse_message(MESSAGE | {"values": values})
    text = json.dumps(message.values, ensure_ascii=False)
    text.encode()
    assert "\0" not in text.replace("\\u0000", "\0")
