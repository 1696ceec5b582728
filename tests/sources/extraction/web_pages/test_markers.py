"""The meaning of element names."""

import lxml.html

from sources.extraction.web_pages.markers import is_link_line, is_separate_section, split_names
from tests.helpers.sweeps import sweep


@sweep(
    ("markup", "apart"),
    [
        ("<div class=comments>x</div>", True),
        ("<div id=onetrust-consent-sdk>x</div>", True),
        ("<div class=authorBio>x</div>", True),
        ("<aside>x</aside>", True),
        ("<div class=related><a href=/>x</a></div>", True),
        ("<div class='most-read'><a href=/>x</a></div>", True),
        # Nothing leads away from here.
        ("<div class=related>x</div>", False),
        ("<p class=teaser>x</p>", False),
        ("<div class=article-body>x</div>", False),
        ("<div class=shareholders>x</div>", False),
        ("<div class=commentary>x</div>", False),
        ("<div>x</div>", False),
    ],
)
def test_stands_apart(markup: str, apart: bool) -> None:
    assert is_separate_section(lxml.html.fragment_fromstring(markup)) is apart


def test_name_words() -> None:
    assert split_names("article__Body-main  bodyText", None) == ("article", "body", "main", "body", "text")


@sweep("line", ["Read more: a story", "→ Lesen Sie auch: …", "À lire aussi", "관련기사: 봄", "Baca juga: x"])
def test_leads_elsewhere(line: str) -> None:
    assert is_link_line(line)


@sweep("line", ["Reading more helps", "He read also the second letter", "Lesen ist gesund", "Related to him"])
def test_leads_nowhere(line: str) -> None:
    assert not is_link_line(line)
