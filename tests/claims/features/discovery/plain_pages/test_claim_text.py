"""The additions to the Markdown of a claim since its first version, without requesting a page."""

from datetime import UTC, datetime
from typing import Any

from claims.features.discovery.plain_pages.claim_text import PlainVersion, write_claim

SHOWN = PlainVersion(1, "publication", "", datetime(2026, 5, 1, tzinfo=UTC), "ab" * 32)


def body(**parts: Any) -> dict[str, Any]:
    """A published claim without verdicts."""
    return {
        "id": 7,
        "version": 1,
        "status": "published",
        "url": "https://facts.example.org/claims/7/bridge/",
        "slug": "bridge",
        "statement": "The bridge was closed.",
        "language": "en",
        "claimant": None,
        "claimed_on": None,
        "context": "",
        "topics": [],
        "appearances": [],
        "media": [],
        "verdicts": [],
        "corrections": [],
        "merged_into": None,
        "updated_at": "2026-05-01T00:00:00.000000Z",
        "published_at": "2026-05-01T00:00:00.000000Z",
        **parts,
    }


def test_reviewed_translations_are_reported_with_the_version_that_they_are_of() -> None:
    told = {
        "language": "de",
        "of_version": 2,
        "statement": "# Die Brücke war gesperrt.",
        "title": "",
        "summary": "Die Abrechnung sagt anderes.",
        "explanation": "Die **geprüfte** Abrechnung <script>x</script>.",
        "translated_by": "Kim Berg",
    }
    text = write_claim(body(translations=[told]), SHOWN, [SHOWN])
    assert "## Translation: de" in text
    assert "Reviewed translation of version 2. The original is authoritative." in text
    assert "> \\# Die Brücke war gesperrt." in text
    assert "> Die **geprüfte** Abrechnung \\<script>x\\</script>." in text


def test_claims_published_before_translations_existed_have_none() -> None:
    assert "Translation" not in write_claim(body(), SHOWN, [SHOWN])


def test_pictures_are_represented_by_their_alternative_text() -> None:
    media = {
        "alternative_text": "A bridge ![x](https://evil.example/x.png)",
        "caption": "After the storm.",
        "url": "https://facts.example.org/media/ab.jpg",
    }
    text = write_claim(body(media=[media]), SHOWN, [SHOWN])
    assert (
        "- [A bridge \\!\\[x\\](https://evil.example/x.png)](https://facts.example.org/media/ab.jpg): After the storm."
        in text
    )


def test_an_unknown_claimant_is_not_known_and_an_unrated_claim_has_no_verdict() -> None:
    text = write_claim(body(), SHOWN, [SHOWN])
    assert "- Claimed by: not known" in text
    assert "Verdict of" not in text
