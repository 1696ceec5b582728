from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims.imports.reading.processes import MAX_DEPTH, to_plain_json
from tests.helpers.sweeps import sweep

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


def nested(depth: int) -> Any:
    value: Any = "inside"
    for _ in range(depth):
        value = [value]
    return value


@sweep(
    "value, expected",
    [
        ({"a": [1, 1.5, True, None, "é"]}, {"a": [1, 1.5, True, None, "é"]}),
        ("a\0b", "a␀b"),
        ("\ud83d half", "? half"),
        ({1: ("a", "b")}, {"1": ["a", "b"]}),
        (2**64 - 1, 2**64 - 1),
        (2**64, "18446744073709551616"),
        (-(2**63) - 1, "-9223372036854775809"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        (nested(MAX_DEPTH), nested(MAX_DEPTH)),
    ],
)
def test_only_values_unknown_to_json_are_replaced(value: Any, expected: Any) -> None:
    assert to_plain_json(value) == expected


@pytest.mark.slow
@given(ANYTHING)
@example(b"\\u0000")
def test_everything_can_be_written(value: Any) -> None:
    written = orjson.dumps(to_plain_json(value))
    # PostgreSQL takes no escaped NUL; what only looks like one, behind an escaped backslash, is text.
    assert b"\\u0000" not in written.replace(b"\\\\", b"")
    assert to_plain_json(orjson.loads(written)) == orjson.loads(written)


def test_deeply_nested_values_are_cut_off() -> None:
    assert str(to_plain_json(nested(900))).count("[") == MAX_DEPTH
    assert orjson.dumps(to_plain_json(nested(900)))
