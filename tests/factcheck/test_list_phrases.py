"""Words are joined as the language of the page does it, in code and in templates."""

from django.template import Context, Template
from django.utils import translation

from factcheck.list_phrases import format_change, join_phrases, join_words
from tests.helpers.sweeps import sweep

JOINED = {
    "en": ("Seoul, Hanoi", "no rating; no date", "Draft → Published"),
    "de": ("Seoul, Hanoi", "no rating; no date", "Draft → Published"),
    "fr": (
        "Seoul, Hanoi",
        "no rating\N{NO-BREAK SPACE}; no date",
        "Draft → Published",
    ),
    "ar": ("Seoul، Hanoi", "no rating؛ no date", "Draft ← Published"),
    "ko": ("Seoul, Hanoi", "no rating; no date", "Draft → Published"),
}


@sweep("code", JOINED)
def test_joined_in_code(code: str) -> None:
    with translation.override(code):
        said = (
            join_words(["Seoul", "Hanoi"]),
            join_phrases(["no rating", "no date"]),
            format_change("Draft", "Published"),
        )
    assert said == JOINED[code]


@sweep("code", JOINED)
def test_joined_in_templates_without_loading_anything(code: str) -> None:
    template = Template("{{ places|join_words }}|{{ places.0 }}{% comma %}{{ places.1 }}|a{% semicolon %}b")
    with translation.override(code):
        said = template.render(Context({"places": ["Seoul", "Hanoi"]}))
    places, phrases, _states = JOINED[code]
    semicolon = phrases.removeprefix("no rating").removesuffix("no date")
    assert said == f"{places}|{places}|a{semicolon}b"


def test_words_stay_words() -> None:
    """What people wrote is escaped once."""
    assert (
        Template("{{ words|join_words }}").render(Context({"words": ["<b>", "A & B"]}))
        == "&lt;b&gt;, A &amp; B"
    )
