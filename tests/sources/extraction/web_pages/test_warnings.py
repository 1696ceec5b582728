"""Warnings about a page that was not read completely."""

from sources.extraction.web_pages.warnings import find_warnings

TEXT = "harbour " * 200
BEGINNING = "This page says that it is for subscribers: what was read may be its beginning only"


def told(
    text: str = TEXT, language: str = "en", stated: int | None = None, gated: bool = False, free: bool = False
) -> list[str]:
    found = find_warnings(text, language=language, stated_words=stated, is_gated=gated, is_free=free)
    assert [caveat.code for caveat in found] in ([], ["partly_read"])
    return [caveat.sentence.split(".")[0] for caveat in found]


def test_the_pages_own_word_count_shows_how_much_was_read() -> None:
    shares = {
        270: "About a quarter",
        300: "About a third",
        400: "About half",
        500: "More than half",
        900: "Most",
        9_000: "Nearly all",
    }
    assert {stated: told(stated=stated) for stated in shares} == {
        stated: [
            f"{share} of this article was not read: it says that it has {stated:,} words, and 200 were found"
        ]
        for stated, share in shares.items()
    }


def test_complete_pages_have_no_warning() -> None:
    cases = [
        {"stated": 9_000, "free": True},  # counts are often counts of something else
        {"gated": True, "free": True},  # every page of a newspaper offers a subscription
        {},  # a page that is sold may show its whole text
        {"stated": 210, "gated": True},
        {"text": "港" * 900, "language": "ja", "stated": 900},
        {"text": "港" * 900, "language": "zh-Hans", "stated": 900},
    ]
    assert [told(**case) for case in cases] == [[]] * len(cases)  # type: ignore[arg-type]


def test_an_offer_to_subscribe_at_the_end_of_the_text() -> None:
    assert told(gated=True) == [BEGINNING]
    assert told(gated=True, stated=20) == [BEGINNING]
