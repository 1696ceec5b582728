"""The rating scale of the product: complete in every language, readable, distinguishable by everyone."""

import json
import re
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any

from claims.models.rating import RatingClass
from tests.helpers.sweeps import sweep

DATA = Path(__file__).parents[3] / "claims" / "newsroom" / "house_scale.json"
SCALE: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
RATINGS = {rating["code"]: rating for rating in SCALE["ratings"]}
LANGUAGES = {"en", "de", "es", "fr", "ar", "ko", "pt", "hi"}

Colour = tuple[float, float, float]


def linear(colour: str) -> Colour:
    """Linear light of an sRGB colour written as #rrggbb."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    weights = (0.2126, 0.7152, 0.0722)
    dark, light = sorted(sum(w * c for w, c in zip(weights, linear(x), strict=True)) for x in (one, other))
    return (light + 0.05) / (dark + 0.05)


def mix(matrix: tuple[Colour, Colour, Colour], colour: Colour) -> Colour:
    first, second, third = (sum(m * c for m, c in zip(row, colour, strict=True)) for row in matrix)
    return first, second, third


def oklab(colour: Colour) -> Colour:
    """Björn Ottosson's perceptual space, in which distance is near to perceived difference."""
    cone = mix(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        colour,
    )
    long, medium, short = (max(0.0, c) ** (1 / 3) for c in cone)
    return mix(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        (long, medium, short),
    )


#: Machado, Oliveira and Fernandes (2009), severity 1.0, on linear light.
VISION: dict[str, tuple[Colour, Colour, Colour]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def test_scale_has_one_rating_for_each_class_in_order() -> None:
    assert [rating["rating_class"] for rating in SCALE["ratings"]] == RatingClass.values
    assert [rating["position"] for rating in SCALE["ratings"]] == list(range(1, 11))
    assert len(RATINGS) == 10
    assert (SCALE["version"], SCALE["language"]) == ("1", "en")
    assert SCALE["name"]
    assert SCALE["methodology"]


@sweep("rating", SCALE["ratings"])
def test_label_and_definition_exist_in_every_language(rating: dict[str, Any]) -> None:
    for words in (rating["labels"], rating["definitions"]):
        assert set(words) == LANGUAGES
        assert all(text == text.strip() != "" for text in words.values())


@sweep("language", sorted(LANGUAGES))
def test_labels_of_a_language_are_distinct(language: str) -> None:
    assert len({rating["labels"][language] for rating in SCALE["ratings"]}) == 10
    assert len({rating["definitions"][language] for rating in SCALE["ratings"]}) == 10


@sweep("rating", SCALE["ratings"])
@sweep(
    ("background", "text", "page"),
    [("colour", "text_colour", "#ffffff"), ("colour_dark", "text_colour_dark", "#16181d")],
)
def test_badges_are_readable_and_distinct(
    rating: dict[str, Any], background: str, text: str, page: str
) -> None:
    assert all(re.fullmatch("#[0-9a-f]{6}", rating[name]) for name in (background, text))
    assert contrast(rating[background], rating[text]) >= 4.5  # WCAG 1.4.3, text
    assert contrast(rating[background], page) >= 3  # WCAG 1.4.11, the badge against the page


@sweep("vision", VISION)
@sweep("background", ["colour", "colour_dark"])
def test_badges_can_be_distinguished(vision: str, background: str) -> None:
    """The eye distinguishes about 0.02 in Oklab side by side; badges are not side by side, so require more."""
    seen = {code: oklab(mix(VISION[vision], linear(rating[background]))) for code, rating in RATINGS.items()}
    close = [pair for pair in combinations(seen, 2) if dist(seen[pair[0]], seen[pair[1]]) < 0.07]
    assert close == []
