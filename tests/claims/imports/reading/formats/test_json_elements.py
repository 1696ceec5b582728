"""A broken element of a list does not affect the others, and skipped bytes are counted."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.formats import json_elements, json_rows
from claims.imports.reading.formats.json_elements import Element, Fault, read_elements
from claims.imports.reading.raw_record import Refusal
from tests.helpers.import_files import codes, fields, reading
from tests.helpers.sweeps import sweep

RECORDS = [
    {"id": number, "claim": f"Lake {number} froze.", "seen": [{"at": "a"}, {"at": "b"}]}
    for number in range(6)
]
WRITTEN = [json.dumps(record) for record in RECORDS]

#: An object that is broken, and how many characters of it are left out.
BROKEN = [
    '{"id": 9 "claim": "x"}',
    '{"id": 9, "claim": "x, "seen": [{"at": "a"}, {"at": "b"}]}',
    '{"id": 9, "claim": "x"',
    '{"id": 9, "claim": "x", "seen": [{"at": "a"}, {"at": "b"}',
    '{"id": 9, "claim": oops, "seen": [{"at": "a"}, {"at": "b"}]}',
    '{"id": 9, "claim": "\\x"}',
    '{"id": 9]',
    "{oops",
    "oops",
]


def read(content: str | bytes) -> list[Element | Fault]:
    return list(read_elements(io.BytesIO(content if isinstance(content, bytes) else content.encode())))


def ids(found: list[Element | Fault]) -> list[Any]:
    return [one.value["id"] for one in found if isinstance(one, Element)]


def faults(found: list[Element | Fault]) -> list[tuple[str, int, bool]]:
    return [(one.position, one.size, one.can_continue) for one in found if isinstance(one, Fault)]


@sweep("at", [0, 2, 5])
@sweep("broken", BROKEN)
def test_broken_object_costs_itself(broken: str, at: int) -> None:
    content = "[" + ",".join([*WRITTEN[:at], broken, *WRITTEN[at:]]) + "]"
    found = read(content)
    assert ids(found) == [0, 1, 2, 3, 4, 5]
    ((position, size, goes_on),) = faults(found)
    assert (position, goes_on) == (f"item {at + 1}", True)
    assert size in (len(broken), len(broken) + 1)  # with the comma behind it, or without


# An unclosed list extends to the end of the list around it.
@sweep("broken", [one for one in BROKEN if not one.endswith('{"at": "b"}')])
def test_in_a_list_within_an_object(broken: str) -> None:
    content = '{"total": 7, "claims": [' + ",".join([*WRITTEN[:2], broken, *WRITTEN[2:]]) + '], "next": "a"}'
    found = read(content)
    assert [one.value for one in found if isinstance(one, Element) and one.is_record] == RECORDS
    assert [position for position, _size, _goes_on in faults(found)] == ["claims 3"]


def test_stray_brackets_cost_nothing_else() -> None:
    for stray in ("}", "]}", "}}}"):
        found = read("[" + ",".join([*WRITTEN[:2], WRITTEN[2] + stray, *WRITTEN[3:]]) + "]")
        assert [record for record in ids(found) if record != 2] == [0, 1, 3, 4, 5]


def test_many_broken_objects_cost_themselves() -> None:
    mixed = [one for pair in zip(WRITTEN, BROKEN, strict=False) for one in pair]
    assert ids(read("[" + ",\n".join(mixed) + "]")) == [0, 1, 2, 3, 4, 5]


def test_objects_inside_a_broken_object_are_not_records() -> None:
    inner = '{"id": 9, "claim": "x, "related": [{"at": "a"}, {"at": "b"}]'
    assert ids(read("[" + ",".join([WRITTEN[0], inner, WRITTEN[1]]) + "]")) == [0, 1]


def test_a_truncated_list_reports_the_unread_size() -> None:
    content = "[" + ",".join(WRITTEN)
    assert faults(read(content)) == [("item 7", 0, False)]
    assert faults(read(content[:-10])) == [("item 6", len(WRITTEN[5]) - 10, False)]
    assert read(content[:-10])[-1].is_cut_off is True  # type: ignore[union-attr]


def test_bytes_that_are_no_utf_8_cost_their_object() -> None:
    stray = WRITTEN[1].encode().replace(b"Lake", b"Lak\xe9")
    found = read(b"[" + b",".join([WRITTEN[0].encode(), stray, WRITTEN[2].encode()]) + b"]")
    assert (ids(found), faults(found)) == ([0, 2], [("item 2", len(stray), True)])


def test_depth_costs_its_object() -> None:
    deep = '{"id": 9, "claim": ' + "[" * 10_000 + "]" * 10_000 + "}"
    found = read("[" + ",".join([WRITTEN[0], deep, WRITTEN[1]]) + "]")
    assert (ids(found), faults(found)) == ([0, 1], [("item 2", len(deep), True)])


def test_certain_repairs_are_not_errors() -> None:
    commas = WRITTEN[0].replace("]}", "],}")
    quoted = WRITTEN[1].replace("froze", 'has "frozen"')
    assert ids(read(f"[{commas},{quoted},{WRITTEN[2]},]")) == [0, 1, 2]


def test_size_of_a_record_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "MAX_BYTES", 200_000)
    monkeypatch.setattr(json_elements, "SEARCHED_BYTES", 100_000)
    large = '{"id": 9, "claim": "' + "x" * 900_000 + '"}'
    found = read("[" + ",".join([WRITTEN[0], large, *WRITTEN[1:]]) + "]")
    assert ids(found) == [0, 1, 2, 3, 4, 5]
    assert [one.reason for one in found if isinstance(one, Fault)] == ["one record is longer than 0 MB"]


def test_one_of_eleven_hundred_records_is_lost() -> None:
    records = [{"claim": f"Lake {number} froze.", "verdict": "false"} for number in range(1100)]
    written = [json.dumps(record, indent=1) for record in records]
    written[6] = written[6].replace('",', '"', 1)
    results = reading(json_rows, ("[" + ",\n".join(written) + "]").encode(), "claims.json")
    assert [one["statement"] for one in fields(results)] == [
        record["claim"] for number, record in enumerate(records) if number != 6
    ]
    (refusal,) = [one for one in results if isinstance(one, Refusal)]
    assert (refusal.location.position, refusal.code) == ("item 7", "broken JSON")
    assert f"{len(written[6])} bytes were left out, and reading went on behind them." in refusal.reason


def test_the_rest_that_is_not_read_is_counted() -> None:
    content = b'[{"claim": "One", "verdict": "false"}, ' + b"\\oops " * 1000
    results = reading(json_rows, content, "claims.json")
    assert codes(results) == ["broken JSON"]
    assert "The 6,000 bytes from here to the end of the file were not read" in results[-1].reason  # type: ignore[union-attr]


@settings(deadline=None)
@given(st.sampled_from(["[%s]", '{"claims": [%s]}', "[\n%s\n]"]), st.integers(0, 5), st.data())
def test_one_byte_costs_one_record(layout: str, touched: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WRITTEN[touched]) - 1))
    byte = data.draw(st.sampled_from(list(' x,:"\\')))
    written = [*WRITTEN]
    written[touched] = written[touched][:at] + byte + written[touched][at + 1 :]
    found = read(layout % ",".join(written))
    kept = [record for number, record in enumerate(RECORDS) if number != touched]
    assert [one.value for one in found if isinstance(one, Element) and one.value in kept] == kept


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text('[]{}",:1ae \\\n', max_size=100).map(str.encode)))
def test_anything_ends(content: bytes) -> None:
    for start in (b"", b"[", b'[{"s": "One"}, ', b'{"data": [{"s": "One"},', b"[" * 5000):
        assert all(isinstance(one, Element | Fault) for one in read_elements(io.BytesIO(start + content)))


def test_pieces_make_no_difference() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 1, 3))

    def both(content: str) -> Iterator[list[Element | Fault]]:
        yield list(read_elements(Slow(content.encode())))
        yield read(content)

    for content in ("[" + ",".join(WRITTEN) + "]", "[1, 23, 45.5, true]", '{"a": 1}{"a": 2}', "[1, 23"):
        slow, fast = both(content)
        assert slow == fast
