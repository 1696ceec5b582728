"""Short forms of words for narrow list columns."""


def shorten(words: str, max_length: int = 60) -> str:
    """Return the beginning of a text, so that pages with many rows stay small."""
    return words if len(words) <= max_length else f"{words[: max_length - 1].rstrip()}…"
