"""Characters are right, or there is a sentence; there is no garbage."""

import codecs

import pytest

from sources.extraction import ExtractionError
from sources.extraction.extract import extract
from tests.helpers.sweeps import sweep

SENTENCES = {
    "ru": "Порт был закрыт девять дней в марте, сообщил его оператор. Торговля упала на одну пятую.",
    "de": "Der Hafen war im März neun Tage geschlossen, erklärte der Betreiber. Größere Schäden gab es für ihn "
    "nicht.",
    "pl": "Port był zamknięty przez dziewięć dni w marcu, powiedział jego właściciel. Handel spadł o jedną piątą.",
    "ja": "港は三月に九日間閉鎖されたと運営会社は述べた。貿易は五分の一減少したと省は発表した。",
    "ko": "항구는 3월에 아흐레 동안 폐쇄되었다고 운영사가 밝혔다. 무역은 5분의 1 감소했다고 부처가 말했다.",
    "zh": "运营商表示，港口在三月关闭了九天。该部门称，贸易下降了五分之一。",
    "ar": "قال المشغل إن الميناء أغلق تسعة أيام في مارس. وقالت الوزارة إن التجارة انخفضت بمقدار الخمس.",
    "el": "Το λιμάνι έκλεισε για εννέα ημέρες τον Μάρτιο, είπε ο διαχειριστής του. Το εμπόριο μειώθηκε κατά 20%.",
    "tr": "Liman mart ayında dokuz gün kapalı kaldı, dedi işletmecisi. Bakanlığa göre ticaret beşte bir düştü.",
    "he": "הנמל היה סגור תשעה ימים במרץ, אמר המפעיל שלו. הסחר ירד בחמישית, אמר המשרד.",
    "fr": "Le port a été fermé neuf jours en mars, a déclaré l’exploitant. Le commerce a baissé d’un cinquième.",
}
ENCODINGS = [
    ("ru", "cp1251"),
    ("ru", "koi8-r"),
    ("ru", "iso-8859-5"),
    ("de", "cp1252"),
    ("pl", "cp1250"),
    ("pl", "iso-8859-2"),
    ("ja", "shift_jis"),
    ("ja", "euc-jp"),
    ("ko", "euc-kr"),
    ("zh", "gb18030"),
    ("ar", "cp1256"),
    ("el", "cp1253"),
    ("tr", "cp1254"),
    ("he", "cp1255"),
    ("fr", "cp1252"),
]
#: The detector is not used for encodings that are always declared.
DETECTED = [pair for pair in ENCODINGS if pair[1] != "iso-8859-5"]


def page(sentence: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<!doctype html><html><head>{meta}</head><body><article><p>{sentence}</p></article></body></html>"


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
class TestDeclared:
    def test_by_the_server(self, language: str, encoding: str) -> None:
        content = SENTENCES[language].encode(encoding)
        assert extract(content, content_type="text/plain", charset=encoding).text == SENTENCES[language]

    def test_by_the_page(self, language: str, encoding: str) -> None:
        content = page(SENTENCES[language], encoding).encode(encoding)
        assert extract(content, content_type="text/html").text == SENTENCES[language]

    @pytest.mark.parametrize("wrong", ["utf-8", "ascii", "no-such-encoding", "rot13", "utf-16"])
    def test_wrongly_in_a_way_that_cannot_be(self, language: str, encoding: str, wrong: str) -> None:
        if (language, encoding) in DETECTED:
            assert extract(SENTENCES[language].encode(encoding), charset=wrong).text == SENTENCES[language]


@sweep(("language", "encoding"), DETECTED)
def test_undeclared(language: str, encoding: str) -> None:
    assert extract(SENTENCES[language].encode(encoding)).text == SENTENCES[language]
    assert extract(page(SENTENCES[language]).encode(encoding)).text == SENTENCES[language]


@pytest.mark.parametrize("language", SENTENCES)
class TestUtf8:
    @pytest.mark.slow
    @pytest.mark.parametrize("wrong", ["iso-8859-1", "cp1251", "euc-kr", "gb2312", ""])
    def test_is_recognised_despite_a_wrong_declaration(self, language: str, wrong: str) -> None:
        content = page(SENTENCES[language], wrong).encode()
        assert extract(content, content_type="text/html", charset=wrong or None).text == SENTENCES[language]

    def test_that_was_read_as_western_and_saved_again_is_repaired(self, language: str) -> None:
        broken = SENTENCES[language].encode().decode("latin-1").encode()
        assert extract(broken).text == SENTENCES[language]


@sweep(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins(mark: bytes, encoding: str) -> None:
    content = mark + SENTENCES["ru"].encode(encoding)
    assert extract(content, charset="cp1251").text == SENTENCES["ru"]
    marked_page = mark + page(SENTENCES["ru"], "koi8-r").encode(encoding)
    assert extract(marked_page, content_type="text/html").text == SENTENCES["ru"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    assert extract(SENTENCES["de"].encode(encoding)).text == SENTENCES["de"]


@sweep(
    ("language", "encoding", "declared"),
    [
        ("ru", "cp1251", "iso-8859-1"),
        ("ru", "koi8-r", "cp1251"),
        ("el", "cp1253", "iso-8859-1"),
        ("he", "cp1255", "cp1251"),
        ("pl", "cp1250", "iso-8859-1"),
        ("pl", "iso-8859-2", "iso-8859-1"),
        ("tr", "cp1254", "iso-8859-1"),
        ("ja", "shift_jis", "iso-8859-1"),
        ("ko", "euc-kr", "cp1252"),
        ("zh", "gb18030", "iso-8859-1"),
    ],
)
def test_a_declaration_that_makes_gibberish_is_not_believed(
    language: str, encoding: str, declared: str
) -> None:
    content = (SENTENCES[language] * 3).encode(encoding)
    assert extract(content, charset=declared).text == SENTENCES[language] * 3


def test_a_stray_byte_does_not_spoil_a_page() -> None:
    content = (SENTENCES["de"] * 20).encode() + b" \x92"
    assert extract(content).text.startswith(SENTENCES["de"])


@sweep(
    "content",
    [
        codecs.BOM_UTF16_LE + b"\x00\xd8" * 30,
        codecs.BOM_UTF8 + b"\xff\xfe\xfd" * 30,
        "\ufffd\ufffd Hafen \ufffd".encode() * 10,
        b"Hafen " + bytes(range(128, 256)) * 4,
    ],
)
def test_undecodable_text_is_refused(content: bytes) -> None:
    with pytest.raises(ExtractionError) as caught:
        extract(content)
    assert caught.value.reason_code in ("undecodable", "binary")
