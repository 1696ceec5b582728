"""Warnings about parts of a page that were not read."""

from sources.extraction.document import Caveat

#: A smaller share is a difference in counting, or an unimportant box.
NOTABLE_SHARE = 0.25
MIN_WORDS = 60
#: Languages without spaces, for which a page may state the number of characters.
UNSPACED_LANGUAGES = frozenset({"ja", "zh", "th", "lo", "km", "my", "yue", "wuu"})

_SHARE_PHRASES = (
    (0.92, "Nearly all"),
    (0.7, "Most"),
    (0.58, "More than half"),
    (0.42, "About half"),
    (0.29, "About a third"),
)
_ADVICE = "If that part matters, open the page, copy its text and import that."


def find_warnings(
    text: str, *, language: str, stated_words: int | None, is_gated: bool, is_free: bool
) -> tuple[Caveat, ...]:
    """Return warnings about a text; empty if all of it was read, as far as is known.

    Many pages that readers must pay for show the whole text, and stated word counts are often wrong. So a warning needs
    both: the page states that it is not free, and there is a sign that text is hidden.

    Args:
        stated_words: the number of words that the page states for the article.
        is_gated: whether an offer to subscribe directly follows the text.
        is_free: False if the page states that readers must pay.
    """
    if is_free:
        return ()
    word_count = len(text.split())
    if stated_words and stated_words >= MIN_WORDS and language.partition("-")[0] not in UNSPACED_LANGUAGES:
        missing_share = 1 - word_count / stated_words
        if missing_share < NOTABLE_SHARE:
            return ()
        return (
            Caveat(
                "partly_read",
                f"{_describe_share(missing_share)} of this article was not read: it says that it has "
                f"{stated_words:,} words, and {word_count:,} were found. Its publisher shows the whole to "
                f"subscribers. {_ADVICE}",
            ),
        )
    if not is_gated:
        return ()
    return (
        Caveat(
            "partly_read",
            f"This page says that it is for subscribers: what was read may be its beginning only. {_ADVICE}",
        ),
    )


def build_data_warning() -> Caveat:
    return Caveat(
        "text_from_data",
        "The text was taken from the data that the page gives to search engines; readers may see less of it.",
    )


def _describe_share(missing_share: float) -> str:
    return next((phrase for minimum, phrase in _SHARE_PHRASES if missing_share >= minimum), "About a quarter")
