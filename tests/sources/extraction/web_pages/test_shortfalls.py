"""What is said about a page that was not read as a whole."""

from sources.extraction.web_pages.shortfalls import shortfalls
from tests.helpers.sweeps import sweep

TEXT = "harbour " * 200


def told(
    text: str = TEXT, language: str = "en", stated: int | None = None, unread: int = 0, free: bool = True
) -> list[str]:
    found = shortfalls(text, language=language, stated_words=stated, unread_letters=unread, is_free=free)
    assert [caveat.code for caveat in found] in ([], ["partly_read"])
    return [caveat.sentence.split(".")[0] for caveat in found]


@sweep("stated", [None, 0, 20, 150, 200, 260])
def test_nothing_where_nothing_is_missing(stated: int | None) -> None:
    assert told(stated=stated) == []


@sweep(
    ("stated", "share"),
    [
        (270, "About a quarter"),
        (300, "About a third"),
        (400, "About half"),
        (500, "More than half"),
        (900, "Most"),
        (9_000, "Nearly all"),
    ],
)
def test_the_pages_own_count_tells_how_much(stated: int, share: str) -> None:
    assert told(stated=stated) == [
        f"{share} of this article was not read: it says that it has {stated:,} words, and 200 were found"
    ]


def test_words_are_not_counted_where_there_are_none() -> None:
    assert told(text="港" * 900, language="ja", stated=900) == []
    assert told(text="港" * 900, language="zh-Hans", stated=900) == []


def test_paragraphs_that_were_left() -> None:
    assert told(unread=1_400) == [
        "About half of the text on this page was not read: it may be another article, or a part of this one"
    ]
    assert told(unread=400) == []
    assert told(unread=499, text="harbour") == []


def test_what_readers_pay_for() -> None:
    assert told(free=False) == [
        "This page says that it is for subscribers: what was read may be its beginning only"
    ]
    assert told(free=False, stated=210) == []
    [caveat] = shortfalls(TEXT, language="en", stated_words=900, unread_letters=0, is_free=False)
    assert "Its publisher shows the whole to subscribers." in caveat.sentence
