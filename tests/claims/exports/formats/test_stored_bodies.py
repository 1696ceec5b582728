"""Bodies of the ledger as PostgreSQL joins them to lines."""

from collections.abc import Callable

import pytest

from claims.exports.formats import stored_bodies
from claims.models import Claim, Publication
from tests.helpers.newsroom import make_claim

STATEMENTS = ("Short.", "Ein längerer Satz “mit” \\n und 文字.", "A" * 300, "Another one.", "The last.")


@pytest.fixture
def lines(publish: Callable[..., Claim]) -> list[tuple[int, bytes]]:
    """The number and the line of five claims, in the order of the ledger."""
    for statement in STATEMENTS:
        publish(make_claim(statement))
    entries = Publication.objects.order_by("sequence")
    return [(entry.sequence, entry.served_body + b"\n") for entry in entries]


@pytest.mark.parametrize("joined_at_once", [1, 2, 3, 5])
@pytest.mark.django_db
def test_block_holds_the_lines_that_fit(
    lines: list[tuple[int, bytes]], monkeypatch: pytest.MonkeyPatch, joined_at_once: int
) -> None:
    sizes = [len(line) - 1 for _number, line in lines]
    monkeypatch.setattr(stored_bodies, "JOINED_SIZE", sum(sizes[:joined_at_once]))
    [first, *others] = stored_bodies.stream_body_blocks(Publication.objects.order_by("-sequence"))
    assert first == (
        lines[joined_at_once - 1][0],
        joined_at_once,
        b"".join(line for _number, line in lines[:joined_at_once]),
    )
    assert first.lines + b"".join(block.lines for block in others) == b"".join(line for _, line in lines)
    assert first.claims + sum(block.claims for block in others) == len(lines)
    assert [block.sequence for block in (first, *others)][-1] == lines[-1][0]


@pytest.mark.parametrize("size", [1, 10_000_000])
@pytest.mark.django_db
def test_only_the_requested_entries_are_returned(
    lines: list[tuple[int, bytes]], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(stored_bodies, "JOINED_SIZE", size)
    asked = [lines[1], lines[3]]
    found = list(
        stored_bodies.stream_body_blocks(
            Publication.objects.filter(sequence__in=[number for number, _ in asked])
        )
    )
    assert b"".join(block.lines for block in found) == b"".join(line for _, line in asked)
    assert [block.sequence for block in found] == (
        [number for number, _ in asked] if size == 1 else [lines[3][0]]
    )


@pytest.mark.django_db
def test_nothing_is_no_block(lines: list[tuple[int, bytes]]) -> None:
    assert list(stored_bodies.stream_body_blocks(Publication.objects.filter(sequence=0))) == []
    assert list(stored_bodies.stream_body_blocks(Publication.objects.none())) == []
