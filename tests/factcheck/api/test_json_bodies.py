"""JSON is parsed strictly, and invalid input is refused at once."""

from time import process_time

import pytest
from rest_framework.exceptions import ParseError

from factcheck.api.json_bodies import read_strictly


def test_a_key_that_stands_twice_is_named() -> None:
    with pytest.raises(ParseError, match=r"[“„]b[”“]"):
        read_strictly(b'{"a": {"b": 1, "c": 2, "b": 3}}')


def test_many_keys_of_which_the_last_one_stands_twice_cost_no_more_than_their_length() -> None:
    body = "{" + ",".join(f'"{number:x}":0' for number in range(60_000)) + ',"ea5f":1}'
    began = process_time()
    with pytest.raises(ParseError, match=r"[“„]ea5f[”“]"):
        read_strictly(body.encode())
    assert process_time() - began < 5
