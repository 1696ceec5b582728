"""Candidates among all pairs, by the words that few statements have."""

from hypothesis import given
from hypothesis import strategies as st

from claims.matching.rare_words import LEAST_SHARE, RareWords


def near(statements: list[str], place: int) -> list[int]:
    return [found.place for found in RareWords(statements).near(place)]


def test_shared_rare_words_count_more_than_frequent_ones() -> None:
    statements = [
        "The mayor of Smallville eats glass",
        "In Smallville the mayor eats glass",
        *(f"The minister of number{n} said the budget of number{n} is closed" for n in range(50)),
    ]
    assert near(statements, 0) == [1]
    assert near(statements, 1) == [0]


def test_what_shares_only_frequent_words_is_not_near() -> None:
    statements = [f"the claim about subject{n} and object{n}" for n in range(100)]
    assert [near(statements, place) for place in (0, 50, 99)] == [[], [], []]


def test_the_same_in_frequent_words_alone_is_found() -> None:
    noise = [f"vaccines are {n}" for n in range(700)] + [f"cause {n}" for n in range(700)]
    noise += [f"cancer {n}" for n in range(700)]
    assert near(["Vaccines cause cancer", "cancer: vaccines cause", *noise], 0) == [1]


def test_case_and_signs_do_not_matter() -> None:
    assert near(["COVID-19 is “over”!", "covid 19 is over", "Rain."], 0) == [1]


def test_statements_without_words_are_near_to_nothing() -> None:
    statements = ["", "!!!", "…"]
    assert [near(statements, place) for place in range(3)] == [[], [], []]


def test_nothing_at_all() -> None:
    RareWords([])


WORDS = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]), max_size=6
)


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=12))
def test_is_never_near_to_itself_and_its_share_is_one_at_most(statements: list[str]) -> None:
    words = RareWords(statements)
    for place in range(len(statements)):
        for found in words.near(place):
            assert found.place != place
            assert LEAST_SHARE <= found.share <= 1 + 1e-9
