"""Sentences are split where a reader would split them, in each language."""

from claims.articles.detection.lexicon import load_lexicon
from claims.articles.detection.quotations import Quotations
from claims.articles.detection.sentences import MAX_SENTENCE_LENGTH, split_sentences
from tests.helpers.sweeps import sweep


def split(text, tag):
    return [sentence.text for sentence in split_sentences(text, load_lexicon(tag), Quotations(text))]


@sweep(
    "tag, sentences",
    [
        (
            "en",
            [
                "Gov. Smith met Sen. Jones on Jan. 5 at 5 p.m. Monday.",
                "No. 7 was Mr. J. R. Hale of the U.S. Army.",
            ],
        ),
        ("en", ["It happened in the U.S.", "The law passed."]),
        ("en", ["Prices rose by 3.5 percent.", "They fell to $2.1bn."]),
        (
            "de",
            [
                "Am 15. Juli begann die 2. Sitzung.",
                "Dr. Müller zahlte ca. 5 Mio. Euro.",
                "Im 19. Jahrhundert war z. B. alles anders.",
            ],
        ),
        ("en", ["The dividend is paid in May.", "Lumen met on 14 May.", "It lost 9 jobs."]),
        ("sv", ["Mötet hålls den 3 maj.", "Ljudet stör ingen."]),
        ("fr", ["M. Dupont a vu Mme. Petit.", "J.-P. Martin est venu."]),
        ("es", ["El Sr. Gil cobró 3.500 euros.", "La Dra. Ruiz, núm. 5, firmó con EE. UU. el pacto."]),
        ("pl", ["W 2019 r. było 5 mln zł.", "Prof. Jan Nowak i dr. Lis przyszli."]),
        ("ru", ["В 2019 г. было 5 млн. руб. дохода.", "Пришёл А. С. Иванов."]),
        ("ar", ["قال د. أحمد إن العدد 40.", "هل هذا صحيح؟", "نعم هذا صحيح."]),
        ("hi", ["डॉ. शर्मा आए।", "वे 3.5 लाख लोग थे।"]),
        ("zh", ["费用增加了3.5%！", "这是真的？", "他走了。"]),
        ("ja", ["知事は「費用は増えた」と述べた。", "「終わった。」と言った。", "3.5％増えた。"]),
        ("ko", ["비용이 3.5% 늘었다.", "그는 떠났다."]),
    ],
)
def test_abbreviations_ordinals_and_initials_end_no_sentence(tag, sentences):
    joint = "" if tag in {"zh", "ja"} else " "
    assert split(joint.join(sentences), tag) == sentences


def test_a_quotation_of_several_sentences_is_opened():
    assert split(
        '"We lost a third of the harvest. Nobody paid us a cent," she said. Then she left.', "en"
    ) == [
        '"We lost a third of the harvest.',
        'Nobody paid us a cent," she said.',
        "Then she left.",
    ]


@sweep(
    "text",
    [
        '"It is over. Done," she said.',
        '"Is it true that they knew?" Weber asked.',
        "“We lost everything!” he said.",
        "« C'est fini ? » a demandé Mme Petit.",
    ],
)
def test_a_short_quotation_stays_with_its_speaker(text):
    assert split(text, "fr" if "«" in text else "en") == [text]


def test_closing_marks_belong_to_the_sentence_that_they_close():
    assert split(
        "He said: “They never paid us a cent.” “That is a lie of the worst kind.” She left (in 2019).", "en"
    ) == [
        "He said: “They never paid us a cent.”",
        "“That is a lie of the worst kind.”",
        "She left (in 2019).",
    ]


def test_a_run_on_is_cut_and_nothing_longer_than_a_page_is_a_sentence():
    text = "many words and then, " * 400
    pieces = split(text, "en")
    assert "".join(piece + " " for piece in pieces) == text
    assert max(map(len, pieces)) <= MAX_SENTENCE_LENGTH
    assert split("word " * 10_000, "en") == []
