"""One form for the same words, nothing invisible in it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sources.extraction.clean_text import clean_line, clean_text
from tests.helpers.sweeps import sweep


@sweep(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\x93Rain\x94, don\x92t\x85", "“Rain”, don’t…"),
        ("a\n \n\t\n\n\nb", "a\n\nb"),
        ("a\x0cb", "a\nb"),
        ("  a  \u00a0 b \t\n  c  ", "a b\nc"),
        ("10\u00a0km", "10\u00a0km"),
        ("a\x00\x07\x1b\u200b\u2060\ufeff\u00ad\ufffe\ud800b", "ab"),
        ("cafe\u0301", "café"),
        ("in\u200cter\u200dnal", "internal"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("left\u200e and\u200f right\u202a\u202c", "left and right"),
        ("שלום\u200f!\u202e", "שלום\u200f!"),
        ("CafÃ© â€œBarâ€\u009d", "Café “Bar”"),
        ("Ã\xa0 la carte, São Paulo, naïve", "à la carte, São Paulo, naïve"),
        ("“Größe” — 5 €, ¿qué?, l’été", "“Größe” — 5 €, ¿qué?, l’été"),
    ],
)
def test_clean_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_clean_line() -> None:
    assert clean_line(" Harbour\n closed\u200b \u00a0for ") == "Harbour closed for"


@given(st.text(max_size=200))
def test_any_text_becomes_clean_and_stays_so(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not {unicodedata.category(character) for character in clean.replace("\n", "")} & {"Cc", "Cs"}
    assert all(line == line.strip() for line in clean.split("\n"))
    assert "\n\n\n" not in clean


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"], max_codepoint=0x24F), max_size=80))
def test_plain_words_stay_as_they_are(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    # Sequences such as "Ã©" are the one thing that is rewritten.
    if all(ord(character) < 128 or (character.isalpha() and ord(character) > 0xFF) for character in normal):
        assert clean_text(normal) == normal
