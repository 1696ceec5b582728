"""JSON is parsed strictly, and invalid input is refused at once."""

from time import process_time

import pytest
from rest_framework.exceptions import ParseError

from factcheck.api.json_bodies import read_strictly


def test_a_duplicate_key_is_named() -> None:
    with pytest.raises(ParseError, match=r"[“„]b[”“]"):
        read_strictly(b'{"a": {"b": 1, "c": 2, "b": 3}}')


def test_many_keys_with_a_duplicate_at_the_end_take_linear_time() -> None:
    body = "{" + ",".join(f'"{number:x}":0' for number in range(60_000)) + ',"ea5f":1}'
    began = process_time()
    with pytest.raises(ParseError, match=r"[“„]ea5f[”“]"):
        read_strictly(body.encode())
    assert process_time() - began < 5
