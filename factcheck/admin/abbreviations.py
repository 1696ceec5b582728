"""Shortened texts for narrow list columns."""


def shorten(text: str, max_length: int = 60) -> str:
    """Return the beginning of a text, so that pages with many rows stay small."""
    return text if len(text) <= max_length else f"{text[: max_length - 1].rstrip()}…"
