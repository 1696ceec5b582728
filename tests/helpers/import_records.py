"""Ways to read a file of any format in a test, and reviews of our own in the shapes that publishers use."""

import io
import json
from collections.abc import Iterable
from typing import Any

from claims.imports.reading.formats.claimreview_objects import read_reviews
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal
from claims.imports.reading.recipe import detect_format

#: Statements in ten languages and as many scripts as fit.
STATEMENTS = {
    "en": "The port of Sundvik handled 4.2 million tonnes of cargo in 2023.",
    "de": "Der Hafen hat 2019 zwei von fünf „Fährlinien“ verloren.",
    "fr": "L’île n’a plus qu’une seule école depuis 2021.",
    "es": "¿El puente costó treinta millones de euros?",
    "pt": "A balsa não navega há três invernos.",
    "ar": "خسر الميناء خطين من خطوط العبّارات منذ عام 2019.",
    "hi": "बंदरगाह ने पिछले साल तीन जहाज़ बेच दिए।",
    "bn": "সেতুটি তৈরি করতে নয় বছর লেগেছিল।",
    "zh": "港口去年处理了四百二十万吨货物。",
    "ja": "港は昨年、三隻の船を売却した。",
    "ru": "Паром не ходит уже три зимы.",
    "tr": "Köprünün yapımı dokuz yıl sürdü.",
}


def review(statement: Any = STATEMENTS["en"], **properties: Any) -> dict[str, Any]:
    """A ClaimReview as simple as search engines allow."""
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": statement,
        "reviewRating": {"@type": "Rating", "alternateName": "False"},
    } | properties


def lines(values: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def document(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def page(
    *scripts: str, head: str = "", body: str = "<p>Rain.</p>", kind: str = "application/ld+json"
) -> bytes:
    blocks = "".join(f'<script type="{kind}">{script}</script>' for script in scripts)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>{head}{blocks}</head><body>{body}</body></html>"
    ).encode()


def opened(content: bytes, *, name: str = "file", url: str = "") -> File:
    return File.from_stream(name, io.BytesIO(content), url=url)


def read(content: bytes, *, url: str = "") -> list[RawRecord | Refusal]:
    """What the format that the file is detected to have reads in it."""
    file = opened(content, url=url)
    detected = detect_format(file)
    if isinstance(detected, Refusal):
        return [detected]
    reader, settings = detected
    return list(reader.read(file, dict(settings)))


def found(content: bytes, *, url: str = "") -> list[dict[str, Any]]:
    """The fields of each review, where there is nothing else."""
    results = read(content, url=url)
    assert [one for one in results if isinstance(one, Refusal)] == []
    return [dict(one.fields) for one in results if isinstance(one, RawRecord)]


def statements(results: Iterable[RawRecord | Refusal]) -> list[Any]:
    return [one.fields.get("statement") for one in results if isinstance(one, RawRecord)]


def codes(results: Iterable[RawRecord | Refusal]) -> list[str]:
    return [one.code for one in results if isinstance(one, Refusal)]


HERE = RecordLocation("file", "value 1")
EN, DE, FR, ES = (STATEMENTS[code] for code in ("en", "de", "fr", "es"))


def fields(value: Any, **context: Any) -> dict[str, Any]:
    """The records read from a value with one review."""
    (one,) = read_reviews(value, HERE, **context)
    assert isinstance(one, RawRecord)
    assert set(one.fields) <= set(FIELDS)
    return dict(one.fields)
