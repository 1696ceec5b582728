"""What a claim has to do with a text."""

from time import process_time

import pytest

from claims.matching.judgement import Judgement, judge
from claims.matching.posts import clean_post
from claims.matching.query import Candidate, TextQuery

BRIDGE = "The mayor of Arvan opened two bridges in 2019."


def judged(
    text: str, statement: str = BRIDGE, language: str = "en", *, unknown: str = "", claimant: str = ""
) -> Judgement:
    asked = TextQuery(text, clean_post(text), language, None)
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
    ("The bridge did not cost Arvan a lot", "The bridge did cost Arvan a lot", "en"),
    ("Die Brücke ist nicht sicher", "Die Brücke ist sicher.", "de"),
    ("Die Brücke ist sicher", "Die Brücke ist nicht sicher.", "de"),
]
ONLY_RELATED = [
    ("The mayor of Arvan opened 12 bridges", "The mayor of Arvan opened 15 bridges", "en", ""),
    ("Taxes rose by more than 4% in Arvan", "Taxes rose by more than 14% in Arvan", "en", ""),
    ("Le pont a fermé le 5 mai", "Le pont a fermé le 6 mai", "fr", ""),
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
    ("The old ferryman is deaf", "The old ferryman is dead", "en", "deaf"),  # too short for a slip
    ("Hepatitis A came to the harbour", "Hepatitis came to the harbour", "en", ""),
    ("De brug is pas gisteren geopend", "De brug is gisteren geopend", "nl", ""),  # only, not not
    ("Tolls rose by 2.50 crowns", "Tolls rose by 2.5 crowns", "en", ""),
    ("Half of it, ½ of the toll, is gone", "Half of it, 2 of the toll, is gone", "en", ""),
    ("The mill makes 5 mW in Arvan", "The mill makes 5 MW in Arvan", "en", ""),
    ("The bridge cost 10² crowns", "The bridge cost 102 crowns", "en", ""),
    ("FAKE NEWS ALERT: The bridge fell", "The bridge fell", "en", ""),
    ("The bridge fell #fakenews", "The bridge fell", "en", ""),
    ("Il ponte è caduto, è una bufala", "Il ponte è caduto", "it", ""),
    (f"{'toll ' * 299}rose", f"{'toll ' * 299}rose, said nobody", "en", ""),
    (f"{'桥' * 300}开了", f"{'桥' * 300}没开", "zh", ""),
]


def test_the_same_words_are_the_same_claim() -> None:
    wrong = [
        text
        for text, claim, language, slip in SAME
        if judged(text, claim, language, unknown=slip).kind != "same"
    ]
    assert wrong == []


def test_one_negation_more_is_the_opposite() -> None:
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


def test_words_from_a_hashtag_do_not_hide_later_differences() -> None:
    text, claim = (
        "#NewBridge is a ruin, says Ada of the bridge",
        "New bridge is a marvel, says Ada of the bridge",
    )
    found = judged(text, claim)
    assert [text[start:end] for start, end in found.text_differs] == ["ruin"]
    assert [claim[start:end] for start, end in found.claim_differs] == ["marvel"]


def test_a_different_number_is_marked_where_the_text_repeats_it() -> None:
    text, claim = "Of 70 boats 50 boats sank", "Of 70 boats 70 boats sank"
    found = judged(text, claim)
    assert found.kind == "related"
    assert (found.text_differs, found.claim_differs) == (((12, 14),), ((12, 14),))


def test_offsets_count_code_points_of_the_text_as_it_was_sent() -> None:
    text = "🚢𝐁𝐨𝐚𝐭𝐬 in the café harbour sank &amp; burnt 👩‍👩‍👧 in März"
    found = judged(text, "Boats in the café harbour sank & drowned in März")
    assert [text[start:end] for start, end in found.text_differs] == ["burnt"]


def test_a_short_difference_is_a_reason() -> None:
    assert judged("The mayor of Arvan sold two bridges in 2019.").reasons == (
        "The text says sold, the claim says opened.",
    )
    assert judged("The mayor of Arvan opened 2 ferries in 2019.").reasons == (
        "The text says 2 ferries, the claim says two bridges.",
    )
    assert judged("The bridge cost €70 million in May", "The bridge cost $5 million in May").reasons == (
        "The text says €70, the claim says $5.",
    )
    # Not “Where does end”.
    assert judged("Where does the tram line end?", "On the night tram line").reasons == (
        "Both are about the same subject.",
    )
    assert judged(f"Mary Holt says: {BRIDGE}", claimant="Mary Holt").reasons[-1] == (
        "The text names Mary Holt, the claimant."
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", ["1," * 20_000, "的" * 20_000, "a b " * 10_000, "x" * 40_000])
def test_long_texts_cost_no_more_than_short_ones(text: str) -> None:
    began = process_time()
    asked = TextQuery(text, text, "en", None)
    for number in range(20):
        judge(asked, Candidate(number, f"{text[:2000]} {number}", "en", "", None, 0.5, None, None))
    assert process_time() - began < 2
