"""Selectors of parts of an answer, as Google's APIs take them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.api.google.field_masks import UnknownField, read_mask
from tests.helpers.sweeps import sweep

SHAPE: dict[str, Any] = {"items": {"name": {}, "author": {"name": {}, "address": {"city": {}}}}, "next": {}}
MESSAGE = {
    "items": [
        {"name": "a", "author": {"name": "Ida", "address": {"city": "Bergen"}}},
        {"name": "b", "author": {"name": "Mara"}},
    ],
    "next": "c",
}


@sweep(
    "text, kept",
    [
        ("next", {"next": "c"}),
        ("items/name", {"items": [{"name": "a"}, {"name": "b"}]}),
        ("items(name),next", {"items": [{"name": "a"}, {"name": "b"}], "next": "c"}),
        ("items/author(name,address/city)", {"items": [{"author": i["author"]} for i in MESSAGE["items"]]}),  # type: ignore[index]  # each is a dict
        ("items/author/address", {"items": [{"author": {"address": {"city": "Bergen"}}}, {"author": {}}]}),
        ("items/*/name", {"items": [{"author": {"name": "Ida"}}, {"author": {"name": "Mara"}}]}),
        ("*/name", {"items": [{"name": "a"}, {"name": "b"}]}),
        ("items/name,items/author/name,items", {"items": MESSAGE["items"]}),
        ("*", MESSAGE),
    ],
)
def test_the_mask_keeps_selected_fields(text: str, kept: Any) -> None:
    assert read_mask(text, SHAPE).apply_to(MESSAGE) == kept


@sweep(
    "text",
    [
        "",
        "name",
        "items/",
        "/items",
        "items(",
        "items()",
        "items(name",
        "items)",
        "items,,next",
        "next/*",
        "items//next",
    ],
)
def test_mask_that_selects_nothing_known_is_refused(text: str) -> None:
    with pytest.raises(UnknownField):
        read_mask(text, SHAPE)


@given(
    text=st.lists(
        st.sampled_from(["items", "name", "author", "next", "*", "(", ")", "/", ",", " ", "é"])
    ).map("".join)
)
def test_any_text_is_a_mask_or_refused(text: str) -> None:
    try:
        mask = read_mask(text, SHAPE)
    except UnknownField:
        return
    assert mask.apply_to(MESSAGE).keys() <= MESSAGE.keys()
