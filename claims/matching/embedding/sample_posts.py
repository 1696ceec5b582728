"""Sample posts in the languages of fact-checking, for computing the mean vector of each language.

The posts were written for this purpose and are the same in each language. `data/posts/` has a file for each language,
with a post on each line.
"""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data" / "posts"


@cache
def load_sample_posts() -> dict[str, list[str]]:
    """Return the sample posts by language (ISO 639-1)."""
    return {path.stem: path.read_text("utf-8").splitlines() for path in sorted(_FOLDER.glob("*.txt"))}
