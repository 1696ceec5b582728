"""What a word is: the same in every script, beside every sign, on every server."""

import sys
import unicodedata
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.models import Claim, Publication
from claims.search.queries import parse_search
from claims.search.texts import compile_word_pattern, fold_text, make_searchable
from tests.helpers.database import database_of
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]

EVERYTHING = [chr(code) for code in range(1, sys.maxunicode + 1)]
#: Punctuation, symbols, spaces, controls, a private-use character: never words, unlike ㎏.
SIGNS = [
    sign
    for sign in EVERYTHING
    if unicodedata.category(sign)[0] in "PSZ" or unicodedata.category(sign) == "Cc" or sign == "\ue000"
    if not 0x3200 <= ord(sign) <= 0x33FF and sign not in "℃℉"
]

#: A word of each script that has many readers.
WORDS = [
    "harbour", "žlutý", "γέφυρα", "мост", "გემი", "նավ", "גשר", "جسر", "پل", "पुल", "সেতু", "ਪੁਲ", "પુલ", "பாலம்",
    "వంతెన", "ಸೇತುವೆ", "പാലം", "පාලම", "สะพาน", "ຂົວ", "ស្ពាន", "တံတား", "大桥", "はし", "ハシ", "다리", "ድልድይ", "གྲོང",
]  # fmt: skip


@sweep(
    ("text", "words"),
    [
        ("“Zero impact”", "zero impact"),
        ("don't l’eau O'Neil O’Neil", "don t l eau o neil o neil"),
        ("long-term – short—term", "long term short term"),
        ("3.5 3,5 ٣٫٥ 1,234.56", "3.5 3.5 3.5 1234.56"),
        ("1,000 1.000 1’000 1\u202f000 12,34,567", "1000 1000 1000 1000 1234567"),
        ("2019,2020 1,2,3 31.12.2020 1.2.3", "2019 2020 1 2 3 31 12 2020 1 2 3"),
        ("5% of $5 and 5€ №5", "5 of 5 and 5 5"),
        (
            "#Black_Lives @user and/or end.The https://example.org/a",
            "black lives user and or end the https example org a",
        ),
        ("U.S. U.S z.B. etc.", "us us zb etc"),
        ("COVID-19 covid19 H1N1 km² CO₂ ①", "covid 19 covid 19 h 1 n 1 km 2 co 2 1"),
        ("ＡＢＣ ｶﾞｽ ﬁn 𝗙𝗮𝗸𝗲", "abc ガス fin fake"),
        ("Brand™ 🔥fire🔥 1️⃣ ❤️love", "brand fire 1 love"),
        ("Straße İstanbul ÉCOLE e\u0301cole", "strasse istanbul ecole ecole"),
        ("ΌΧΙ όχι ΑΝΤΩΝΗΣ Αντώνης", "οχι οχι αντωνησ αντωνησ"),
        ("Йод и\u0306од", "йод йод"),
        ("soft\u00adhyphen zero\u200bwidth \u202bbidi\u202c", "softhyphen zero width bidi"),
        ("نتنياهو، كتـــاب مُحَمَّد أحمد", "نتنياهو كتاب محمد احمد"),
        ("می\u200cخواهم", "مي خواهم"),
        ("שָׁלוֹם צה״ל", "שלום צה ל"),
        ("नमस्ते। क्\u200dष", "नमस्ते क्ष"),
        ("大桥。长江、东京・大阪", "大桥 长江 东京 大阪"),
        ("", ""),
    ],
)
def test_all_ways_to_type_a_word_are_one(text: str, words: str) -> None:
    assert fold_text(text).split() == words.split()


@pytest.mark.slow
@sweep("word", WORDS)
def test_no_sign_of_unicode_is_part_of_a_word(word: str) -> None:
    alone = fold_text(word)
    assert [sign for sign in SIGNS if fold_text(f"{sign}{word}{sign}").split() != [alone]] == []
    assert [
        sign
        for sign in SIGNS
        if set(make_searchable(sign + word).split()) != set(make_searchable(word).split())
    ] == []


@settings(deadline=None)
@given(st.text(max_size=80))
def test_words_are_unchanged(text: str) -> None:
    words = fold_text(text)
    assert fold_text(words).split() == words.split()


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*"abcéßЖж橋ば한-'’.,:;“”«» 12٣²#/_", "ที่", "लि", "a\u00ad", "e\u0301", "b\u200d"]),
        max_size=60,
    )
)
def test_words_are_at_the_stated_positions(parts: list[str]) -> None:
    text = "".join(parts)
    found = " ".join(fold_text(word) for word in compile_word_pattern().findall(text))
    assert found.split() == fold_text(text).split()


@pytest.mark.django_db
def test_the_database_sees_nothing_but_words() -> None:
    beside = "".join(f"{sign}harbour" for sign in SIGNS)
    with connection.cursor() as sql:
        sql.execute(
            "SELECT tsvector_to_array(claims_search_vector('{en}', %s))", [make_searchable(beside)[:100_000]]
        )
        assert sql.fetchone() == (["en:harbour", "harbour"],)


@pytest.fixture
def something_else(publish: Publish) -> Claim:
    """Words that no one searches for."""
    return publish(make_claim("Something else altogether."))


@pytest.mark.django_db
@sweep(
    ("statement", "query"),
    [
        ("They call it “zero impact”.", "zero impact"),
        ("They call it “zero impact”.", "“zero impact”"),
        ("«La digue», dit-il…", "digue"),
        ("¿Cerraron el puerto?", "cerraron"),
        ("¡Puerto cerrado!", "puerto"),
        ("قال نتنياهو، إن الجسر مغلق", "نتنياهو"),
        ("大桥。“长江”！", "长江"),
        ("It is – as ever – closed", "ever"),
        ("Closed…again", "again"),
        ("The ferry/bridge is shut.", "bridge"),
        ("The end.The beginning", "beginning"),
        ("See www.example.org/harbour", "example.org"),
        ("#HarbourClosed @ferry_line", "line"),
        ("It costs 1,000 euros.", "1000"),
        ("It costs 1000 euros.", "1.000"),
        ("It rose by 3,5 %.", "3.5"),
        ("COVID-19 closed it.", "covid19"),
        ("covid19 closed it.", "COVID-19"),
        ("O’Neil said so.", "O'Neil"),
        ("A war of Putin.", "Putin’s war"),
        ("Une eau claire", "L’eau"),
        ("The U.S. harbour.", "US"),
        ("𝗙𝗮𝗸𝗲 harbour", "fake"),
        ("ÉCOLE FERMÉE", "école fermée"),
        ('דובר צה"ל אמר', 'צה"ל'),
        ("می‌خواهم", "می خواهم"),
        ("The harbour - the old one - is closed.", "harbour - the old one"),
        (
            "The harbour -the old one- is closed at -5 degrees.",
            "The harbour -the old one- is closed at -5 degrees.",
        ),
    ],
    undone=True,
)
def test_texts_are_found_by_their_own_words(
    client: Client, publish: Publish, something_else: Claim, statement: str, query: str
) -> None:
    claim = publish(make_claim(statement, language="und"))
    found = client.get("/api/v1/claims/", {"q": query}).json()["results"]
    assert [row["id"] for row in found] == [claim.pk]


@pytest.mark.django_db
def test_excluded_words_stay_excluded(publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    assert not Publication.objects.current().count_matches(parse_search("harbour -closed"))
    assert not Publication.objects.current().count_matches(parse_search('harbour -"is closed"'))


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_every_locale_takes_the_same_for_words(locale: str) -> None:
    words = {
        words[0]
        for letter in EVERYTHING
        if letter.isalpha() and len(words := fold_text(f"ab{letter}cd").split()) == 1
    }
    cut = (
        "SELECT word FROM unnest(%s::text[]) AS word"
        " WHERE ARRAY[word] <> ARRAY(SELECT token FROM ts_parse('default', word))"
    )
    with database_of(f"LOCALE_PROVIDER libc LOCALE '{locale}'") as other:
        assert other.execute(cut, [sorted(words)]).fetchall() == []
        text = " ".join(WORDS)
        vector = "SELECT to_tsvector('simple', %s)::text"
        with connection.cursor() as sql:
            sql.execute(vector, [fold_text(text)])
            assert other.execute(vector, [fold_text(text)]).fetchall() == sql.fetchall()
