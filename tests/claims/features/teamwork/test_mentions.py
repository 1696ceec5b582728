"""Mentions with @name in any spelling, and that no text becomes unsafe HTML."""

import re

import pytest
from django.contrib.auth.models import User
from hypothesis import example, given
from hypothesis import strategies as st

from claims.features.teamwork import mentions
from claims.ledger.document.markdown import parse_markdown
from tests.helpers.newsroom import person
from tests.helpers.shared_newsroom import shared_rows

__all__ = ["shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

NAMES = ["kim", "kim.", "kim.lee", "Ann", "ann", "Ödön", "محمد", "김철수", "o+k", "al-b_c"]


@pytest.fixture(scope="module")
def people(shared_rows: None) -> list[User]:
    return [person(name, "Contributor") for name in NAMES]


def named(text: str) -> set[str]:
    return {person.username for person in mentions.find_mentioned_people(text)}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@kim look", {"kim"}),
        ("Look, @kim.lee, and @al-b_c!", {"kim.lee", "al-b_c"}),
        ("Ask @kim.", {"kim."}),
        ("Ask @kim...", {"kim."}),
        ("Ask @kim.lee.", {"kim.lee"}),
        ("@KIM", {"kim"}),
        ("@Ann and @ann", {"Ann", "ann"}),
        ("@ANN", set()),  # no one is notified by chance
        ("(@kim)", {"kim"}),
        ("**@kim** and _@ann_", {"kim", "ann"}),
        ("@Ödön", {"Ödön"}),
        ("@O\u0308do\u0308n", {"Ödön"}),
        ("يا @محمد انظر", {"محمد"}),
        ("@김철수", {"김철수"}),
        ("@o+k", {"o+k"}),
        ("- @kim\n- @ann", {"kim", "ann"}),
        ("> @kim said", {"kim"}),
        ("| a |\n|---|\n| @kim |", {"kim"}),
        ("mail kim@kim or to x.@kim", set()),
        ("`@kim`", set()),
        ("    @kim\n", set()),
        ("```\n@kim\n```", set()),
        ("[@kim](https://example.org/@kim)", set()),
        ("<https://example.org/@kim>", set()),
        ("https://example.org/@kim", set()),
        ("@nobody @@kim @ kim", set()),
        ("@kimono", set()),
    ],
)
def test_mentioned_people(text: str, meant: set[str], people: list[User]) -> None:
    assert named(text) == meant


def test_people_without_access_to_the_desk_are_not_mentioned(people: list[User]) -> None:
    User.objects.filter(username="kim").update(is_active=False)
    User.objects.filter(username="al-b_c").update(is_staff=False)
    assert named("@kim @al-b_c @Ödön") == {"Ödön"}
    assert [each.username for each in mentions.suggest_people("al")] == []


def test_the_number_of_names_is_limited(people: list[User]) -> None:
    others = " ".join(f"@x{number}" for number in range(mentions.MAX_MENTIONED_NAMES))
    assert named(f"{others} @kim") == set()
    assert named(f"@kim {others}") == {"kim"}


def test_only_names_are_highlighted(people: list[User]) -> None:
    kim = [each for each in people if each.username == "kim"]
    shown = mentions.render_mentions("@kim, `@kim`, @ann and [@kim](https://example.org)", kim)
    assert shown == (
        "<p><strong>@Kim</strong>, <code>@kim</code>, @ann and "
        '<a href="https://example.org" rel="noopener nofollow">@kim</a></p>\n'
    )
    assert mentions.render_mentions("@kim <b>x</b>", []) == "<p>@kim &lt;b&gt;x&lt;/b&gt;</p>\n"


PIECES = (
    *(
        "@kim",
        "@",
        "@@",
        "kim.",
        ".",
        "`",
        "```\n",
        "[",
        "](",
        ")",
        "<script>",
        "javascript:",
        "&lt;",
        "*",
        "_",
        "\n\n",
    ),
    *(
        "|---|",
        "> ",
        "\u202e",
        "\ufb01",
        "é",
        "İ",
        "e\u0301",
        "\u200d",
        "<!--",
        "\\",
        "1. ",
        "@kim@kim",
        '"onx="',
    ),
)
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join)


@given(HOSTILE)
@example("@" * 10_000)
@example("@kim" * 2500)
@example("[" * 5000 + "@kim")
@example("> " * 300 + "@kim")
def test_any_text_is_shown_safely(text: str) -> None:
    someone = User(pk=1, username="kim")
    shown = mentions.render_mentions(text, [someone])
    tags = set(re.findall(r"<(/?[a-zA-Z][^ >]*)", shown))
    assert {tag.strip("/") for tag in tags} <= {
        *("p", "br", "hr", "em", "strong", "s", "blockquote", "code", "pre", "a", "ul", "ol", "li"),
        *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    }
    assert not re.search(r"<[^>]*\son\w+=", shown)
    assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', shown))


@given(HOSTILE)
def test_mentions_are_highlighted(text: str) -> None:
    """What finds names and what shows them agree: no one is notified of a text that does not highlight their name."""
    someone = User(pk=1, username="kim")
    names = mentions._find_mentioned_names(parse_markdown(text))
    found = any(mentions._find_person(name, {"kim": [someone]}) for name in names)
    stands_out = "<strong>@" in mentions.render_mentions(text.replace("**", "").replace("__", ""), [someone])
    if "**" not in text and "__" not in text and len(names) < mentions.MAX_MENTIONED_NAMES:
        assert found == stands_out
