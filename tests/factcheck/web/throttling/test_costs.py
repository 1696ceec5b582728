"""What questions cost."""

from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from factcheck.web.throttling.costs import MAX_COST, Costs
from tests.helpers.sweeps import sweep

LIST, FACETS, LOOKUP = "/api/v1/claims/", "/api/v1/claims/facets/", "/api/v1/lookup/"
MATCH = "/api/v1/match/"


@sweep(
    "path, asked, cost",
    [
        (LIST, {}, 1),
        (LIST, {"topic": "3"}, 1),
        (LIST, {"q": "bridge"}, 1),
        (LIST, {"q": "bridge or tunnel"}, 2),
        (LIST, {"q": "bridge OR tunnel | ferry"}, 3),
        (LIST, {"q": "“or” stands in a sentence for gold"}, 1),
        (LIST, {"q": " ".join(["word"] * 9)}, 1),
        (LIST, {"q": " ".join(["word"] * 40)}, 5),
        (LIST, {"q": "橋" * 480}, 13),
        (LIST, {"q": "a1" * 1000}, MAX_COST),
        (LIST, {"q": "a-b/" * 500}, MAX_COST),
        (LIST, {"q": "а،б。" * 500}, MAX_COST),
        (LIST, {"q": "हिन्दी में लिखा हुआ एक वाक्य है जो लंबा है"}, 2),
        (LIST, {"q": "abcdefghij" * 200}, 1),
        (LIST, {"q": "word " * 400}, 41),
        (LIST, {"count": "exact"}, 3),
        (LIST, {"count": "estimate"}, 1),
        (LIST, {"q": "bridge or tunnel", "count": "exact"}, 6),
        (LIST, {"q": " or ".join(["w"] * 100), "count": "exact"}, MAX_COST),
        ("/v1alpha1/claims:search", {"query": "bridge or tunnel"}, 2),
        ("/", {"q": "bridge or tunnel"}, 2),
        (FACETS, {}, 5),
        (FACETS, {"q": "bridge or tunnel"}, 10),
        (LOOKUP, {"url": "https://example.org/a"}, 10),
    ],
)
def test_the_cost_depends_on_the_query(path: str, asked: dict[str, str], cost: int) -> None:
    assert Costs().compute_cost(path, urlencode(asked)) == cost


def test_other_spellings_are_not_cheaper() -> None:
    expensive = Costs().compute_cost(LIST, urlencode({"q": " or ".join(["w"] * 30)}))
    assert Costs().compute_cost(LIST, "%71=" + "%20%6Fr+".join(["w"] * 30)) == expensive == 1 + 29 + 59 // 10
    assert Costs().compute_cost(LIST, "c%6Funt=%65xact") == 3
    assert Costs().compute_cost(LIST, "&&q=" + "w+or+" * 29 + "w&x") == expensive


@sweep(
    "path, text, cost",
    [
        (MATCH, "", 5),
        (MATCH, "The bridge is closed. " * 10, 6),
        (MATCH, "The bridge is closed. " * 200, 5 + 5 * 200 // 50),
        (MATCH, "1," * 2_000, 85),
        (MATCH, "桥" * 2_000, 45),
        (MATCH, "1," * 20_000, MAX_COST),
        ("/check/answer/", "桥" * 2_000, 45),
        (LOOKUP, "1," * 20_000, 10),
    ],
)
def test_long_texts_cost_more_if_the_answer_takes_longer(path: str, text: str, cost: int) -> None:
    assert Costs().compute_cost(path, "", text) == cost
    assert Costs().compute_cost(path, urlencode({"text": text})) == cost


@given(st.text(), st.text())
def test_every_query_string_has_a_cost(path: str, query: str) -> None:
    assert 1 <= Costs().compute_cost(path, query) <= MAX_COST


def test_costs_of_addresses_are_settings(settings: Any) -> None:
    settings.RATE_LIMIT_COSTS = {r"/facets/$": 7}
    assert [Costs().compute_cost(path, "") for path in (LIST, FACETS, LOOKUP)] == [1, 7, 1]


@sweep("page", ["/standards/", "/claims/", "/", "/methodology/"])
def test_the_markdown_of_a_page_costs_as_much_as_the_page(page: str) -> None:
    assert Costs().compute_cost(f"{page}index.md", "") == Costs().compute_cost(page, "")
