"""The words of a page or a template, as people see and hear them."""

from html.parser import HTMLParser


class _Words(HTMLParser):
    """The words of a page or a template: texts, and attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._passed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "style", "code", "kbd") or "material-symbols" in (given.get("class") or ""):
            self._passed.append(tag)
        self.words += [
            value for name, value in attrs if name in ("placeholder", "title", "aria-label", "alt") and value
        ]

    def handle_endtag(self, tag: str) -> None:
        if self._passed and self._passed[-1] == tag:
            self._passed.pop()

    def handle_data(self, data: str) -> None:
        if not self._passed and data.strip():
            self.words.append(data.strip())


def words_of_page(html: str) -> list[str]:
    parser = _Words()
    parser.feed(html)
    return parser.words
