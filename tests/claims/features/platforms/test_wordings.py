"""Words for other platforms: within their limits, or a sentence that says why not."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from claims.features.platforms.wordings import (
    MAX_NOTE_LENGTH,
    build_wordings,
    count_characters,
    find_note_problem,
)
from tests.claims.ledger.document.test_claimreview import BODY
from tests.claims.ledger.document.test_mediareview import OUT_OF_CONTEXT, PICTURE
from tests.helpers.linked_data import violations
from tests.helpers.page_markup import complaints

LABELER = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
#: What com.atproto.label.defs#label demands of a label that is not signed yet.
LABEL_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["src", "uri", "val", "cts"],
    "properties": {
        "ver": {"const": 1},
        "src": {"type": "string", "pattern": "^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$"},
        "uri": {
            "type": "string",
            "pattern": "^at://did:[a-z]+:[a-zA-Z0-9._:%-]+/[a-zA-Z.]+/[a-zA-Z0-9._:~-]+$",
        },
        "val": {"type": "string", "maxLength": 128, "pattern": "^[a-z-]+$"},
        "cts": {"type": "string", "format": "date-time"},
    },
}
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


def test_each_platform_gets_its_own(settings: Settings) -> None:
    settings.BLUESKY_LABELER = LABELER
    body = document()
    body["appearances"][0]["source"]["url"] = POST
    note, label, review, media, picture = build_wordings(body)
    assert (note.text, note.details) == (
        "False: It cost 52 million. https://accounts.example.org/2025",
        "misleadingFactualError",
    )
    [stated] = json.loads(label.details)
    assert stated == {
        "ver": 1,
        "src": LABELER,
        "uri": "at://did:plc:abc/app.bsky.feed.post/3kabc",
        "val": "fact-check-false",
        "cts": body["updated_at"],
    }
    jsonschema.validate(stated, LABEL_SCHEMA, format_checker=jsonschema.FormatChecker())
    assert label.text == f"False: It cost 52 million. {body['url']}"
    assert json.loads(review.text)["@type"] == "ClaimReview"
    assert media.refusal == "The verdict does not assess a picture, recording or video."
    assert (picture.kind, picture.refusal) == ("picture", "")


def test_a_label_names_its_labeler_and_a_lasting_address(settings: Settings) -> None:
    settings.BLUESKY_LABELER = ""
    body = document()
    body["appearances"][0]["source"]["url"] = POST
    assert build_wordings(body)[1].refusal.startswith("A label must name its labeller")
    settings.BLUESKY_LABELER = LABELER
    body["appearances"][0]["source"]["url"] = "https://bsky.app/profile/ada.example.org/post/3kabc"
    assert build_wordings(body)[1].refusal.startswith("The post’s address has a handle")


def test_blocks_are_complete_and_about_our_own_verdict() -> None:
    """Each is valid JSON-LD by itself, also where another publisher's verdict comes first."""
    other = OUT_OF_CONTEXT | {"origin": "imported", "media_authenticity_category": "EditedOrCroppedContent"}
    other["publisher"] = other["publisher"] | {"id": 9}
    body = BODY | {"media": [PICTURE], "verdicts": [other, OUT_OF_CONTEXT]}
    review, media = (json.loads(one.text) for one in build_wordings(body)[2:4])
    assert [block["@type"] for block in (review, media)] == ["ClaimReview", "MediaReview"]
    assert media["mediaAuthenticityCategory"] == "DecontextualizedContent"
    assert complaints([review]) == []
    assert [violations(block) for block in (review, media)] == ["", ""]


def test_the_reason_for_a_missing_block() -> None:
    no_source = document(evidence=[])
    unrated = document()
    unrated["verdicts"][0]["rating"]["rating_class"] = "not_rated"
    others = document(origin="imported")
    withdrawn = document() | {"status": "retracted", "verdicts": []}
    assert [build_wordings(body)[0].refusal for body in (no_source, unrated, others, withdrawn)] == [
        "A Community Note needs a source’s address. Add one to the evidence.",
        "The rating says neither that the claim misleads nor that it is true.",
        *["The newsroom has no published verdict on this claim."] * 2,
    ]
    assert build_wordings(document())[1].refusal == "None of the claim’s appearances is a post on Bluesky."


@given(st.text(alphabet=st.sampled_from("ab 渡é—😀"), min_size=1, max_size=700))
def test_every_note_fits(summary: str) -> None:
    note = build_wordings(document(summary=summary))[0]
    if not note.refusal:
        assert count_characters(note.text) <= MAX_NOTE_LENGTH
        assert find_note_problem(note.text) == ""
