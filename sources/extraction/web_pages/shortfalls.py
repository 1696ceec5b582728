"""How much of a page was not read, and how that is said."""

from sources.extraction.document import Caveat

#: Less than this is a matter of how words are counted, or a box that nobody misses.
NOTABLE = 0.25
LEAST_LETTERS = 500
LEAST_WORDS = 60
#: Languages that write no spaces, in which a page's own count may be one of characters.
UNSPACED = frozenset({"ja", "zh", "th", "lo", "km", "my", "yue", "wuu"})

_SHARES = (
    (0.92, "Nearly all"),
    (0.7, "Most"),
    (0.58, "More than half"),
    (0.42, "About half"),
    (0.29, "About a third"),
)
_WAY_OUT = "If that part matters, open the page, copy its text and import that."


def shortfalls(
    text: str, *, language: str, stated_words: int | None, unread_letters: int, is_free: bool
) -> tuple[Caveat, ...]:
    """What is to be said about a text; nothing where all was read, as far as anybody can tell.

    Args:
        stated_words: how many the page says that the article has.
        unread_letters: those of paragraphs that stand on the page and may be the article's.
        is_free: False where the page says that readers pay for it.
    """
    words, letters = len(text.split()), sum(map(str.isalnum, text))
    if stated_words and stated_words >= LEAST_WORDS and language.partition("-")[0] not in UNSPACED:
        missing = 1 - words / stated_words
        if missing >= NOTABLE:
            counted = f"it says that it has {stated_words:,} words, and {words:,} were found."
            paid = " Its publisher shows the whole to subscribers." if not is_free else ""
            return (
                Caveat(
                    "partly_read",
                    f"{_share(missing)} of this article was not read: {counted}{paid} {_WAY_OUT}",
                ),
            )
    elif not is_free:
        return (
            Caveat(
                "partly_read",
                "This page says that it is for subscribers: what was read may be its beginning only. "
                f"{_WAY_OUT}",
            ),
        )
    missing = unread_letters / (unread_letters + letters) if letters else 0.0
    if unread_letters >= LEAST_LETTERS and missing >= NOTABLE:
        return (
            Caveat(
                "partly_read",
                f"{_share(missing)} of the text on this page was not read: it may be another article, or a part "
                f"of this "
                f"one. {_WAY_OUT}",
            ),
        )
    return ()


def from_data() -> Caveat:
    return Caveat(
        "text_from_data",
        "The text was taken from the data that the page gives to search engines; readers may see less of it.",
    )


def _share(missing: float) -> str:
    return next((words for least, words in _SHARES if missing >= least), "About a quarter")
