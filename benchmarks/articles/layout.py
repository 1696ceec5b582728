"""Ways of building a page: each a function, which a decorator enters here with what is to be expected of its pages."""

from collections.abc import Callable
from typing import Any

from benchmarks.articles.stories import Story

Layout = Callable[[Story, Story], tuple[str, list[str]]]
LAYOUTS: list[tuple[str, Layout, dict[str, Any]]] = []


def layout(**labels: Any) -> Callable[[Layout], Layout]:
    """A way of building a page: (story, another story) → markup, and the paragraphs that are the article's."""

    def registered(function: Layout) -> Layout:
        LAYOUTS.append((function.__name__, function, labels))
        return function

    return registered
