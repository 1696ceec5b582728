"""What a claim has to do with a text."""

from time import process_time

import pytest

from claims.matching.asked import Asked, Candidate
from claims.matching.judgement import Judgement, judge
from claims.matching.posts import cleaned

BRIDGE = "The mayor of Arvan opened two bridges in 2019."


def judged(
    text: str, statement: str = BRIDGE, language: str = "en", *, unknown: str = "", claimant: str = ""
) -> Judgement:
    asked = Asked(text, cleaned(text), language, None)
    candidate = Candidate(1, statement, language, claimant, None, 0.5, None, None)
    return judge(asked, candidate, frozenset(unknown.split()))


SAME = [
    (BRIDGE.upper(), BRIDGE, "en", ""),
    ("BREAKING: is it true that the mayor of Arvan opened two bridges in 2019?", BRIDGE, "en", ""),
    ("Mayor of Arvan “opened” two bridges, in 2019…", BRIDGE, "en", ""),
    ("The mayor of Arvan opened two brigdes in 2019.", BRIDGE, "en", "brigdes"),
    ("Das Haus kostet 1.200 Euro", "Ein Haus kostet 1200 Euro!", "de", ""),
    ("Las escuelas de Vela cerraron.", "Escuelas de Vela cerraron", "es", ""),
    ("「市长」打开了两座桥", "市长打开了两座桥。", "zh", ""),
]
OPPOSITE = [
    ("The mayor of Arvan opened 12 bridges", "The mayor of Arvan opened 15 bridges", "en"),
    ("Taxes rose by 4% in Arvan", "Taxes rose by 14% in Arvan", "en"),
    ("The bridge did not cost Arvan a lot", "The bridge did cost Arvan a lot", "en"),
    ("Die Brücke ist nicht sicher", "Die Brücke ist sicher.", "de"),
]
ONLY_RELATED = [
    ("The mayor of Orvan opened two bridges in 2019.", BRIDGE, "en", "orvan"),  # a name is no slip
    ("The mayor of Arvan opened two bridges in 2018.", BRIDGE, "en", ""),
    ("The mayor of Arvan opened three bridges in 2019.", BRIDGE, "en", ""),
    ("The mayor of Arvan closed two bridges in 2019.", BRIDGE, "en", ""),
    ("The mayor of Arvan", BRIDGE, "en", ""),
    ("Why did the mayor of Arvan open two bridges in 2019?", BRIDGE, "en", ""),
    ("Arvan opened two mayor of bridges in 2019.", BRIDGE, "en", ""),
    ("The mayor of Arvan has opened a pair of bridges in 2019.", BRIDGE, "en", ""),
    ("Temperatures fell to 5 degrees", "Temperatures fell to -5 degrees", "en", ""),
    ("They fly an Airbus 320 to Arvan", "They fly an Airbus 380 to Arvan", "en", ""),
    ("Prices doubled in May in Arvan", "Prices tripled in May in Arvan", "en", ""),
    ("Si el papa murió", "Si el papá murió", "es", ""),
    ("市长打开了三座桥", "市长打开了两座桥。", "zh", ""),
    ("", BRIDGE, "", ""),
]


def test_the_same_words_are_the_same_claim() -> None:
    wrong = [
        text
        for text, claim, language, slip in SAME
        if judged(text, claim, language, unknown=slip).kind != "same"
    ]
    assert wrong == []


def test_one_other_quantity_or_one_negation_is_the_opposite() -> None:
    kinds = {text: judged(text, claim, language).kind for text, claim, language in OPPOSITE}
    assert kinds == dict.fromkeys(kinds, "contradicts")


def test_everything_else_is_related() -> None:
    kinds = {
        text: judged(text, claim, language, unknown=slip).kind for text, claim, language, slip in ONLY_RELATED
    }
    assert kinds == dict.fromkeys(kinds, "related")


@pytest.mark.parametrize(
    ("text", "ours", "theirs"),
    [
        ("The mayor of Orvan opened three bridges in 2019.", ["Orvan", "three"], ["Arvan", "two"]),
        ("👉 Is it true that the mayor of Arvan sold two bridges in 2019?", ["sold"], ["opened"]),
        ("In 2019 two bridges opened.", [], ["mayor of Arvan"]),
    ],
)
def test_the_differing_words_are_marked_on_both_sides(text: str, ours: list[str], theirs: list[str]) -> None:
    found = judged(text)
    assert [text[start:end] for start, end in found.text_differs] == ours
    assert [BRIDGE[start:end] for start, end in found.claim_differs] == theirs


def test_a_short_difference_is_a_reason() -> None:
    assert judged("The mayor of Arvan sold two bridges in 2019.").reasons == (
        "The text says sold, the claim says opened.",
    )
    assert judged("The mayor of Arvan opened 2 ferries in 2019.").reasons == (
        "The text says 2 ferries, the claim says two bridges.",
    )
    assert judged(f"Mary Holt says: {BRIDGE}", claimant="Mary Holt").reasons[-1] == (
        "The text names Mary Holt, who said it."
    )


@pytest.mark.parametrize("text", ["1," * 20_000, "的" * 20_000, "a b " * 10_000, "x" * 40_000])
def test_long_texts_cost_no_more_than_short_ones(text: str) -> None:
    began = process_time()
    asked = Asked(text, text, "en", None)
    for number in range(20):
        judge(asked, Candidate(number, f"{text[:2000]} {number}", "en", "", None, 0.5, None, None))
    assert process_time() - began < 2
