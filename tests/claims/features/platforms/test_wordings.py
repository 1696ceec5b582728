"""Words for other platforms: within their limits, or a sentence that says why not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.features.platforms.wordings import (
    LONGEST_NOTE,
    build_wordings,
    count_characters,
    find_note_problem,
)

GOLDEN = Path(__file__).parents[3] / "contracts" / "claim.json"
POST = "https://bsky.app/profile/did:plc:abc/post/3kabc"


def document(**verdict: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return body | {"verdicts": [body["verdicts"][0] | verdict]}


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("渡輪", 4),
        ("“a”", 3),
        ("see https://example.org/" + "x" * 300, 27),
    ],
)
def test_characters_count_as_on_x(text: str, length: int) -> None:
    assert count_characters(text) == length


def test_each_platform_gets_its_own() -> None:
    body = document()
    body["appearances"][0]["source"]["url"] = POST
    note, label, review, media = build_wordings(body)
    assert (note.text, note.details) == (
        "False: It cost 52 million. https://accounts.example.org/2025",
        "misleadingFactualError",
    )
    assert json.loads(label.details) == [
        {"uri": "at://did:plc:abc/app.bsky.feed.post/3kabc", "val": "fact-check-false"}
    ]
    assert label.text == f"False: It cost 52 million. {body['url']}"
    assert json.loads(review.text)["@type"] == "ClaimReview"
    assert media.refusal == "The verdict says nothing about a picture, recording or film."


def test_why_there_is_none() -> None:
    no_source = document(evidence=[])
    unrated = document()
    unrated["verdicts"][0]["rating"]["rating_class"] = "not_rated"
    others = document(origin="imported")
    withdrawn = document() | {"status": "retracted", "verdicts": []}
    assert [build_wordings(body)[0].refusal for body in (no_source, unrated, others, withdrawn)] == [
        "A Community Note needs the address of a source, and no evidence has one.",
        "The rating says neither that the claim misleads nor that it is true.",
        *["The newsroom has no published verdict on this claim."] * 2,
    ]
    assert build_wordings(document())[1].refusal == "No appearance of the claim is a post on Bluesky."


@given(st.text(alphabet=st.sampled_from("ab 渡é—😀"), min_size=1, max_size=700))
def test_every_note_fits(summary: str) -> None:
    note = build_wordings(document(summary=summary))[0]
    if not note.refusal:
        assert count_characters(note.text) <= LONGEST_NOTE
        assert find_note_problem(note.text) == ""
