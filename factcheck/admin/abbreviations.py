"""Short forms of words for narrow list columns."""


def short(words: str, most: int = 60) -> str:
    """The beginning, so that a page of many rows stays light whatever people write."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
