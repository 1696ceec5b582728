"""Sample posts in the languages of fact-checking, from which the mean vector of each language is computed.

Written for this, in our own words, the same in each language; a file each in `data/posts/`, a post a line.
"""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data" / "posts"


@cache
def sample_posts() -> dict[str, list[str]]:
    """Return the sample posts, by language (ISO 639-1)."""
    return {path.stem: path.read_text("utf-8").splitlines() for path in sorted(_FOLDER.glob("*.txt"))}
