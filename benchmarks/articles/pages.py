"""Pages of many shapes, each with the words that are its article's: for `benchmarks.articles.extraction`.

`layouts` has a function for each way of building a page, `furniture` what stands around articles, `walls` the pages
that hold none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.articles import held_out_layouts, layouts
from benchmarks.articles.layout import LAYOUTS
from benchmarks.articles.stories import stories
from benchmarks.articles.walls import WALLS


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and what is to be read of it."""

    name: str
    markup: str
    words: str = ""
    refusal: str = ""
    caveat: str = ""
    held_out: bool = False
    lines: tuple[str, ...] = ()
    """Lines that must stand in the text as they are, times of a live blog for one."""


def pages() -> Iterator[Page]:
    """All of them, each way of building with two stories."""
    known = stories()
    long = [story for story in known.values() if len(story.paragraphs) >= 6]
    for number, (name, build, labels) in enumerate(LAYOUTS):
        for turn in (0, 4, 9):
            story = long[(number + turn) % len(long)]
            other = long[(number + turn + 3) % len(long)]
            markup, words = build(story, other)
            yield Page(f"{name}/{story.language}", markup, " ".join(words), **labels)
    for name, refusal, markup in WALLS:
        yield Page(name, markup, refusal=refusal)


#: They enter their functions when they are imported.
__all__ = ["WALLS", "Page", "held_out_layouts", "layouts", "pages"]
