"""The texts in the picture of a claim."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from claims.features.embeds.embed_themes import compute_contrast
from claims.features.embeds.share_pictures.claim_picture import (
    CLASS_COLOURS,
    HEIGHT,
    MIN_CONTRAST,
    WIDTH,
    build_alternative_text,
    build_picture_texts,
    choose_legible_colour,
    draw_picture,
)
from factcheck.installation import program
from tests.helpers.sweeps import sweep

Document = dict[str, Any]
NEUTRAL = (0x3B, 0x40, 0x45)
CRIMSON = (0xA3, 0x03, 0x11)


def claim(statement: str = "The bridge cost 40 million euros.", **changed: Any) -> Document:
    """A published body, as far as pictures look at it."""
    rating = {
        "label": "False",
        "labels": {"ko": "거짓"},
        "rating_class": "false",
        "colour": "",
        "text_colour": "",
    }
    verdict = {
        "id": 1,
        "reviewed_on": "2026-03-01",
        "publisher": {"name": "Harbour Gazette"},
        "rating": rating,
    }
    return {
        "statement": statement,
        "language": "en",
        "status": "published",
        "claimant": {"name": "Mara Lindqvist", "job_title": "Minister of Transport"},
        "verdicts": [verdict],
        **changed,
    }


def rated(document: Document, **rating: Any) -> Document:
    verdict = document["verdicts"][0]
    return {**document, "verdicts": [{**verdict, "rating": {**verdict["rating"], **rating}}]}


def drawn(document: Document) -> Image.Image:
    return Image.open(BytesIO(draw_picture(document))).convert("RGB")


def band(document: Document) -> Any:
    return drawn(document).getpixel((5, 5))


def test_picture_has_the_size_that_sites_ask_for() -> None:
    file = Image.open(BytesIO(draw_picture(claim())))
    assert (file.format, file.size) == ("PNG", (1200, 630)) == ("PNG", (WIDTH, HEIGHT))


def test_it_names_the_rating_and_its_publisher() -> None:
    words = build_picture_texts(claim())
    assert (words.rating_or_status, words.attribution) == ("False", "Rated by Harbour Gazette")
    assert (words.statement, words.claimant) == (
        "The bridge cost 40 million euros.",
        "Mara Lindqvist, Minister of Transport",
    )
    assert words.newsroom == "Factcheck Newsroom"
    assert build_picture_texts(claim(language="ko")).rating_or_status == "거짓"
    assert build_picture_texts(claim(claimant=None)).claimant == "Claimant not identified"


@pytest.mark.parametrize(
    "status, judged, by",
    [
        ("retracted", "Retracted", "We no longer stand by our verdict on this claim."),
        (
            "merged",
            "Merged into another claim",
            "The other claim is not published, so there is no verdict to show.",
        ),
    ],
)
def test_the_picture_of_a_withdrawn_claim_says_so_and_shows_no_verdict(
    status: str, judged: str, by: str
) -> None:
    words = build_picture_texts(claim(status=status))
    assert (words.rating_or_status, words.attribution) == (judged, by)
    assert band(claim(status=status)) == NEUTRAL
    assert "False" not in build_alternative_text(claim(status=status))
    # Its former verdict makes no difference to the picture.
    other = rated(claim(status=status), label="True", rating_class="true")
    assert draw_picture(other) == draw_picture(claim(status=status))


def test_colours_are_those_of_the_rating_and_letters_can_be_read_on_them() -> None:
    assert band(claim()) == CRIMSON
    assert band(rated(claim(), colour="#123456", text_colour="#ffffff")) == (0x12, 0x34, 0x56)
    assert choose_legible_colour("#123456", "#ffffff") == "#ffffff"
    assert choose_legible_colour("#777777", "#888888") == "#000000"
    for colour in ("#000000", "#ffffff", "#767676", "#808080", "#ff0000", "#00ff00", "#0000ff", "#ffff00"):
        assert compute_contrast(colour, choose_legible_colour(colour, colour)) >= MIN_CONTRAST
    for colour, letters in CLASS_COLOURS.values():
        assert compute_contrast(colour, letters) >= MIN_CONTRAST


def test_colours_of_classes_are_those_of_the_pages() -> None:
    css = (Path(program.FILES) / "static" / "site.css").read_text()
    rule = re.compile(
        r"\.class-(\w+) \{ --verdict: light-dark\((#\w+), #\w+\); --on-verdict: light-dark\((#\w+), #\w+\);"
    )
    assert {name: (colour, letters) for name, colour, letters in rule.findall(css)} == CLASS_COLOURS


def test_no_rating_is_shown_that_had_to_be_cut_or_has_no_letters() -> None:
    for label in ("Not at all false, as far as anybody knows, " * 4, "ᠮᠣᠩᠭᠣᠯ"):
        assert band(rated(claim(), label=label)) == NEUTRAL
    unnamed = claim()
    unnamed["verdicts"][0]["publisher"]["name"] = "ᠮᠣᠩᠭᠣᠯ"
    assert band(unnamed) == NEUTRAL


def test_no_rating_is_shown_without_the_statement_that_it_is_of() -> None:
    for statement in ("ᠮᠣᠩᠭᠣᠯ", "\u200b\u202e", "🎉"):
        assert band(claim(statement)) == NEUTRAL


@sweep(
    "statement",
    [
        "The bridge is closed. " * 450,
        "x" * 10_000,
        "港の橋は四千万ユーロかかった。" * 600,
        "هذا الجسر مغلق " * 600,
        "\u202e\u2066\u200b" * 3000 + "safe",
        "Z" + "\u0336\u0311\u0352" * 3000,
        "(" * 5000 + "a",
    ],
)
def test_statements_of_any_length_and_kind_are_drawn(statement: str) -> None:
    assert len(draw_picture(claim(statement))) < 60_000


def test_signs_that_turn_text_around_do_not_turn_it_around() -> None:
    assert draw_picture(claim("The bridge is \u202enot\u202c safe.")) == draw_picture(
        claim("The bridge is not safe.")
    )


def test_a_statement_never_covers_the_rating() -> None:
    piled = drawn(claim("B\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0301 is closed."))
    plain = drawn(claim("B is closed."))
    top = (0, 0, WIDTH, 190)
    assert piled.crop(top).tobytes() == plain.crop(top).tobytes()


def test_the_alternative_text_describes_the_picture() -> None:
    assert build_alternative_text(claim()) == (
        "False: “The bridge cost 40 million euros.” Claimant: Mara Lindqvist, Minister of Transport. "
        "Published by Factcheck Newsroom. Rated by Harbour Gazette"
    )
    assert len(build_alternative_text(claim("The bridge is closed. " * 450))) < 600
