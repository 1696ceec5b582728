"""Short forms of words for narrow list columns."""


def shorten(words: str, most: int = 60) -> str:
    """Return the beginning of a text, so that pages with many rows stay small."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
