"""Which language a text is in, always the same answer, and none where there is none."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sources.extraction import detect_language
from sources.extraction.language import choose_language
from tests.helpers.sweeps import sweep

SENTENCES = {
    "en": "The harbour was closed for nine days in March, its operator said.",
    "de": "Der Hafen war im März neun Tage lang geschlossen, erklärte der Betreiber.",
    "fr": "Le port a été fermé pendant neuf jours en mars, a déclaré son exploitant.",
    "es": "El puerto estuvo cerrado nueve días en marzo, según dijo su operador.",
    "pt": "O porto esteve fechado durante nove dias em março, disse a empresa.",
    "it": "Il porto è rimasto chiuso per nove giorni a marzo, ha detto il gestore.",
    "nl": "De haven was in maart negen dagen gesloten, zei de beheerder.",
    "pl": "Port był zamknięty przez dziewięć dni w marcu, powiedział jego operator.",
    "tr": "Liman mart ayında dokuz gün kapalı kaldı, dedi işletmecisi.",
    "uk": "Порт був закритий дев'ять днів у березні, повідомив його оператор.",
    "ru": "Порт был закрыт девять дней в марте, сообщил его оператор.",
    "ar": "قال المشغل إن الميناء أغلق تسعة أيام في مارس.",
    "fa": "بندر در ماه مارس نه روز بسته بود، به گفته‌ی گرداننده‌ی آن.",
    "he": "הנמל היה סגור תשעה ימים במרץ, אמר המפעיל שלו.",
    "hi": "बंदरगाह मार्च में नौ दिन बंद रहा, उसके संचालक ने कहा।",
    "bn": "বন্দরটি মার্চ মাসে নয় দিন বন্ধ ছিল, পরিচালক জানিয়েছেন।",
    "ur": "بندرگاہ مارچ میں نو دن بند رہی، اس کے منتظم نے کہا۔",
    "ko": "항구는 3월에 아흐레 동안 폐쇄되었다고 운영사가 밝혔다.",
    "ja": "港は三月に九日間閉鎖されたと運営会社は述べた。",
    "zh": "运营商表示，港口在三月关闭了九天。",
}


@sweep("language", SENTENCES)
def test_one_sentence_is_enough(language: str) -> None:
    assert detect_language(SENTENCES[language]) == language
    assert detect_language(f"{SENTENCES[language]}\n\n" * 50) == language


@sweep("text", ["", " \n", "12345 67,8 %", "https://example.org/the/harbour", "?!", "xq zv", "Kim", "a"])
def test_texts_without_a_certain_language(text: str) -> None:
    assert detect_language(text) == ""


def test_capital_letters_do_not_mislead() -> None:
    assert detect_language(SENTENCES["en"].upper()) == "en"


@given(st.text(max_size=200))
def test_any_text_has_one_answer(text: str) -> None:
    found = detect_language(text)
    assert found == detect_language(text)
    assert found == "" or (found.isalpha() and found.islower() and len(found) in (2, 3))


@sweep(
    ("declared", "text", "language"),
    [
        ("de-AT", SENTENCES["de"], "de"),
        ("en", SENTENCES["de"], "de"),
        ("", SENTENCES["de"], "de"),
        ("german", SENTENCES["de"], "de"),
        ("iw", SENTENCES["he"], "he"),
        ("zh-Hans-CN", SENTENCES["zh"], "zh"),
        # One language under two names; the page knows better which.
        ("nb", "Havnen var stengt i ni dager i mars, sa operatøren.", "nb"),
        # Too little to contradict what the page says.
        ("de", "Hafen", "de"),
        ("", "Kim 12", ""),
    ],
)
def test_a_plausible_declared_language_is_used(declared: str, text: str, language: str) -> None:
    assert choose_language(declared, text) == language


def test_the_model_is_loaded_with_the_first_text_and_not_before() -> None:
    code = (
        "import sys, sources.extraction as extraction; assert 'fasttext' not in sys.modules, 'too early'; "
        "extraction.detect_language('The harbour was closed.'); assert 'fasttext' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
