"""The contract of `detect`: exact spans in order, whatever the text and the language."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.articles.detection import CandidateSentence, CheckBand, Reason, choose_band, detect
from claims.articles.detection.check_worthiness import _LABELS_BY_CUE
from tests.helpers.cost import assert_in_proportion
from tests.helpers.sweeps import sweep

KINDS = set(_LABELS_BY_CUE.values())
LANGUAGES = [
    "en",
    "de",
    "es",
    "fr",
    "pt",
    "it",
    "nl",
    "pl",
    "ru",
    "tr",
    "ar",
    "hi",
    "ko",
    "zh",
    "ja",
    "sv",
    "th",
    "",
    "en-GB",
]

# Pieces that meet every rule: quotations, furniture, attributions, scripts, and what breaks parsers.
PIECES = st.sampled_from(
    [
        "The council approved 41 million pounds on 3 May 2021.",
        "“We lost a third of it. Nobody knew that,”",
        "said Anna Weber, head of the agency.",
        "Er sagte: „Das Werk schloss 2019.“",
        "« Les prix ont doublé », a-t-il dit.",
        "政府表示：“增长了5%。”",
        '정부는 "30% 늘었다"고 말했다.',
        "وقال الوزير إن العدد 40 ألفا.",
        "सरकार ने कहा कि 40 लाख लोग आए।",
        "Read more: bridges",
        "\n",
        "\n\n",
        "\r\n",
        "\u2028",
        "\0",
        "\ud800",
        "\udfff",
        "\u200f",
        "\u202e",
        '"',
        "'",
        "«",
        "”",
        "(",
        ")",
        "...",
        "!?",
        "Dr.",
        "U.S.",
        "3.",
        "—",
        ":",
        ", ",
        " ",
        "\u00a0",
        "😀",
        "e\u0301",
        "İ",
        "ﬀ",
        "according to",
        "he said",
        "\ufffc",
        "\u2205",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map(" ".join),
    st.lists(PIECES, max_size=40).map("".join),
    st.text(max_size=300),
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_spans_are_exact_ordered_and_apart(text, language):
    candidates = detect(text, language)
    for candidate in candidates:
        assert text[candidate.start : candidate.end] == candidate.exact
        assert text[max(0, candidate.start - 32) : candidate.start] == candidate.prefix
        assert text[candidate.end : candidate.end + 32] == candidate.suffix
        assert candidate.exact == candidate.exact.strip() != ""
        assert candidate.statement == " ".join(candidate.statement.split()) != ""
        assert 0.0 <= candidate.score <= 1.0
        assert {reason.kind for reason in candidate.reasons} <= KINDS
        for reason in candidate.reasons:
            assert candidate.start <= reason.start < reason.end <= candidate.end
            assert text[reason.start : reason.end] == reason.words
            assert len(str(reason)) <= 50
    for left, right in pairwise(candidates):
        assert left.end <= right.start


@settings(max_examples=50, deadline=None)
@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_the_same_text_gives_the_same_candidates(text, language):
    assert detect(text, language) == detect(text, language)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(tag=st.text(max_size=12))
def test_any_language_tag_is_accepted(tag):
    text = "The plant in Ohio employs 4,000 people."
    assert [c.exact for c in detect(text, tag)] == [text]


def test_a_candidate_has_the_data_an_editor_needs():
    text = "Heading\n\n“Two of the\nseven pumps failed in May,” said Mara Holt, head of the water board.\n\nMore."
    [candidate] = [one for one in detect(text, "en") if one.start == 9]
    assert candidate == CandidateSentence(
        start=9,
        end=89,
        exact="“Two of the\nseven pumps failed in May,” said Mara Holt, head of the water board.",
        prefix="Heading\n\n",
        suffix="\n\nMore.",
        statement="Two of the seven pumps failed in May.",
        score=candidate.score,
        reasons=(
            Reason("date", "May", 43, 46),
            Reason("number", "seven", 21, 26),
            Reason("attribution", "Mara Holt", 54, 63),
        ),
        claimant="Mara Holt",
        claimant_description="head of the water board",
    )
    assert 0 < candidate.score < 1


@sweep(
    "text, statement",
    [
        ('"Prices rose by 9 percent," Mara Holt said.', "Prices rose by 9 percent."),
        ("Prices rose by 9 percent, the water board said on Friday.", "Prices rose by 9 percent."),
        ("Prices rose by 9 percent, according to the water board.", "Prices rose by 9 percent."),
        ("Mara Holt said prices rose by 9 percent.", "Mara Holt said prices rose by 9 percent."),
        (
            'Mara Holt called it a "dark day" for 900 people in Ohio.',
            'Mara Holt called it a "dark day" for 900 people in Ohio.',
        ),
        ("„Die Preise stiegen um 9 Prozent“, sagte Mara Holt.", "Die Preise stiegen um 9 Prozent."),
        ("« Les prix ont augmenté de 9 % », a déclaré Mara Holt.", "Les prix ont augmenté de 9 %."),
        ('"Prices rose by 9 percent," she said.', '"Prices rose by 9 percent," she said.'),
    ],
)
def test_the_statement_is_the_claimed_content(text, statement):
    [candidate] = detect(text, "de" if "„" in text else "fr" if "«" in text else "en")
    assert candidate.statement == statement


def test_facts_score_above_moods():
    pairs = [
        ("The city closed 14 schools in 2019.", "I feel that the city is a wonderful place."),
        ("Unemployment fell to 4.1 percent in March.", "Will unemployment fall to 4.1 percent in March?"),
        ("The court fined the company 3 million euros.", "We hope that the court will fine the company."),
        ("Norway exports more gas than Algeria.", "Norway is beautiful."),
    ]
    scores = [(detect(fact, "en")[0].score, detect(mood, "en")[0].score) for fact, mood in pairs]
    assert [fact > mood for fact, mood in scores] == [True] * len(pairs)


def test_every_sentence_is_listed_in_one_of_three_bands():
    text = (
        "The court fined the company 3 million euros in May 2019, according to the newspaper. "
        "It is green. Who pays for it?"
    )
    assert [choose_band(one.score) for one in detect(text, "en")] == [
        CheckBand.CHECK_FIRST,
        CheckBand.ALSO_STATED,
        CheckBand.ALSO_STATED,
    ]


def test_reasons_come_only_from_the_sentence():
    texts = {
        "Perhaps 30 percent of the seats will be sold by Friday.": [
            ("date", "Friday"),
            ("number", "30 percent"),
        ],
        "The town has had 4.2 million visitors since 2019, and ten million since.": [
            ("date", "since 2019"),
            ("number", "4.2 million"),
        ],
        "M. Roland est parti au premier semestre.": [],
        "The dam broke because two bolts were missing, the ministry said.": [
            ("number", "two"),
            ("attribution", "the ministry"),
            ("cause", "because"),
        ],
    }
    found = {
        text: [
            (reason.kind, reason.words) for reason in detect(text, "fr" if "M." in text else "en")[0].reasons
        ]
        for text in texts
    }
    assert found == texts


def test_a_word_of_nothing_but_arabic_marks_is_no_word():
    assert len(detect("قال الوزير ــ إن العدد 40.", "ar")) == 1


LONG = 200_000
HOSTILE = {
    "no full stop": "word and " * (LONG // 9),
    "one letter": "a" * LONG,
    "only newlines": "\n" * LONG,
    "only spaces": " " * LONG,
    "quotation marks": '"' * LONG,
    "apostrophes": "' a" * (LONG // 3),
    "brackets": "(" * LONG,
    "commas": "a, " * (LONG // 3),
    "full stops": "Ab. " * (LONG // 4),
    "quotations": '"We did it, it was good," he said. ' * (LONG // 35),
    "names": "Anna Weber " * (LONG // 11),
    "capitals": "(ABC" * (LONG // 4),
    "digits": "1 2 3 " * (LONG // 6),
    "surrogates": "\ud800 \udc00a. " * (LONG // 6),
    "no characters": "\0" * LONG,
    "rules": ("=" * 70 + "\n") * (LONG // 71),
    "wrapped": ("word " * 14 + "\n") * (LONG // 71),
}


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_time_in_proportion_to_its_length(name):
    text = HOSTILE[name]
    detect("warm", "en")
    assert_in_proportion(lambda length: detect(text[:length], "en"), len(text))


def test_every_candidate_of_ten_thousand_words_is_found():
    paragraph = (
        "The council of district {0} approved {0} million pounds on Thursday by 31 votes to 12. “We lost {0} jobs,” "
        "said Anna Weber, head of the agency, who added that the tram had carried {0} passengers a day since 2019."
    )
    text = "\n\n".join(paragraph.format(number) for number in range(100, 370))
    assert len(text.split()) > 10_000
    assert len(detect(text, "en")) == 540
