"""The text of a post without its noise."""

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.posts import clean_post

POSTS = tomllib.loads((Path(__file__).parent / "posts.toml").read_text(encoding="utf-8"))["post"]

STATEMENTS = (
    "The harbour of Lunden was sold for 3.5 million euros in 2019",
    "Der Wolf hat 40 Schafe nicht gerissen",
    "El puente no se cayó en 1998",
    "Мост построили за два года",
    "الجسر لم يسقط عام 2019",
    "पुल 2019 में नहीं गिरा",
    "橋は2019年に落ちなかった",
    "Köprü 2019 yılında yıkılmadı",
)
BEFORE = (
    "BREAKING: ", "🚨🚨 ", "is it true that ", "RT @somebody: ", "EILMELDUNG! ", "URGENTE: ", "WATCH: ",
    "@one @two ", "Did you know that ", "عاجل: ", "СРОЧНО! ", "【速報】", "WhatsApp forward: ",
)  # fmt: skip
BEHIND = (
    " please share", "!!! Please share", " 😱😱", " https://t.co/a1B2c3", " #viral #fyp", ". Is this true?",
    " … bitte teilen",
    ". Max. репост", " — Some Name (@some_name) April 1, 2020", " @someone", "??", ". Partagez !",
)  # fmt: skip


def _words(text: str) -> list[str]:
    return [word for word in "".join(sign if sign.isalnum() else " " for sign in text).split() if word]


@pytest.mark.parametrize("post", POSTS, ids=[post["text"][:40] for post in POSTS])
def test_the_statement_of_a_post(post):
    assert clean_post(post["text"]) == post["statement"]


@pytest.mark.parametrize("post", POSTS, ids=[post["statement"][:40] for post in POSTS])
def test_a_statement_alone_stays(post):
    assert clean_post(post["statement"]) == post["statement"]


@given(st.sampled_from(BEFORE), st.sampled_from(STATEMENTS), st.sampled_from(BEHIND))
def test_furniture_of_any_kind_takes_no_word_of_the_statement(before, statement, behind):
    left = _words(clean_post(before + statement + behind))

    assert [word for word in _words(statement) if word not in left] == []


@given(st.text(max_size=200))
def test_something_is_always_left(text):
    assert bool(clean_post(text)) is bool(text.strip())


@given(st.text(alphabet="RT @ab:#!?. —…share pleaseBREAKING\n", max_size=120))
def test_no_word_is_made_up(text):
    """The remaining letters and digits occur in the text, in the same order."""
    kept = iter(sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum())

    assert all(sign in kept for sign in clean_post(text) if sign.isalnum())


@pytest.mark.parametrize(
    "hostile",
    [
        "@a " * 5_000 + "!",
        "BREAKING" + ":|" * 5_000,
        "#" * 10_000,
        "!?" * 5_000 + "a",
        "— (@" * 3_000,
        "share " * 3_000,
        " " * 20_000 + "a",
    ],
    ids=["mentions", "signs", "hashes", "marks", "signatures", "pleas", "spaces"],
)
def test_long_rows_of_furniture_are_read_in_one_pass(hostile):
    assert len(clean_post(hostile)) <= len(hostile)
