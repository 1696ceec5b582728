"""Results for texts, words and addresses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.features.assistants import findings
from claims.models import Claim, Publication, Topic
from tests.claims.features.assistants.mcp_messages import Asked
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

Ask = Callable[..., Asked]
Publish = Callable[..., Claim]
STATEMENT = "The harbour bridge cost 90 million euros."


# Texts ----------------------------------------------------------------------------------------------------------------


def test_nothing_found_is_no_verdict(ask: Ask, publish: Publish) -> None:
    publish(make_claim(STATEMENT))
    asked = ask("match_text", text="The moon is a wheel of cheese.")
    assert asked.document["outcome"] == "not_checked"
    assert asked.document["meaning"] == (
        "Not checked: no published verdict on this was found in this database. That says nothing about whether it is"
        " true."
    )
    assert asked.document["claims"] == []
    assert "rated" not in asked.text
    assert "rating_class" not in asked.text


def test_the_opposite_and_the_same_matter_are_distinguished(ask: Ask, publish: Publish) -> None:
    claim = publish(make_claim("The mayor of Elsterstadt has closed 2 hospitals in 2019."))
    contrary = ask("match_text", text="The mayor of Elsterstadt has not closed 2 hospitals in 2019.")
    assert contrary.document["outcome"] == "contrary_checked"
    [match] = contrary.document["passages"][0]["matches"]
    assert (match["claim_id"], match["finding"]) == (claim.pk, "contradicts")
    assert contrary.text.splitlines()[1].startswith("Not checked as asked")
    assert "Do not turn it around" in contrary.text
    other = ask("match_text", text="The mayor of Elsterstadt has closed 3 hospitals in 2019.")
    assert other.document["outcome"] == "related_checked"
    [match] = other.document["passages"][0]["matches"]
    assert (match["only_in_text"], match["only_in_claim"]) == (["3"], ["2"])
    assert 'Only in the text: "3". Only in the claim: "2".' in other.text
    same = ask("match_text", text="The mayor of Elsterstadt has closed 2 hospitals in 2019.")
    assert same.document["outcome"] == "checked"


def test_each_sentence_of_a_long_text_has_its_own_outcome(ask: Ask, publish: Publish) -> None:
    claim = publish(make_claim(STATEMENT))
    text = f"{STATEMENT} {'Nobody has ever said a word about the colour of these tomatoes. ' * 9}"
    asked = ask("match_text", text=text)
    assert asked.document["outcome"] == "not_the_same_throughout"
    outcomes = [passage["outcome"] for passage in asked.document["passages"]]
    assert (outcomes[0], set(outcomes[1:])) == ("checked", {"not_checked"})
    assert [told["claim_id"] for told in asked.document["claims"]] == [claim.pk]
    assert f'Sentence "{STATEMENT}": Checked' in asked.text
    assert "none of them is one of the whole text" in asked.text


def test_a_claim_beside_another_sentence_speaks_for_itself_alone(ask: Ask, publish: Publish) -> None:
    publish(make_claim(STATEMENT))
    asked = ask("match_text", text=f"Tomatoes cause headaches. {STATEMENT}")
    assert asked.document["outcome"] == "not_the_same_throughout"
    assert [passage["outcome"] for passage in asked.document["passages"]] == ["not_checked", "checked"]
    assert 'Sentence "Tomatoes cause headaches.": Not checked' in asked.text


@pytest.mark.parametrize(
    "arguments, told",
    [
        ({"text": ""}, "`text`: it must contain words"),
        ({"text": " \n"}, "`text`: it must contain words"),
        ({"text": "a\0b"}, "no NUL character"),
        ({"text": "a" * 10_001}, "at most 10,000 are read"),
        ({"text": "It is. " * 400}, "at most 30 are answered at once"),
        ({"text": ["x"]}, "`text`: give a string"),
        ({"text": "x", "matches": 6}, "`matches`: give a whole number from 1 to 5"),
        ({"text": "x", "language": "not a language"}, "`language` is refused"),
        ({"txt": "x"}, 'There is no argument "txt". Did you mean text?'),
    ],
)
def test_texts_that_cannot_be_matched_are_refused(ask: Ask, arguments: dict[str, Any], told: str) -> None:
    asked = ask("match_text", **arguments)
    assert asked.is_error
    assert told in asked.text


def test_a_refusal_names_parameters_in_plain_backticks(ask: Ask) -> None:
    asked = ask("search_claims", query="tram", language="`sw")
    assert asked.text == (
        '`language` is refused: "“\\u0060sw”: give a language tag such as en, pt-BR or ko."'
    )


# Lists ----------------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other(ask: Ask, publish: Publish) -> None:
    claims = [publish().pk for _ in range(5)]
    seen: list[int] = []
    asked = ask("search_claims", page_size=2)
    while True:
        seen += [claim["claim_id"] for claim in asked.document["claims"]]
        cursor = asked.document["next_cursor"]
        if cursor is None:
            break
        assert cursor in asked.text
        asked = ask("search_claims", page_size=2, cursor=cursor)
    assert seen == claims[::-1]
    assert ask("search_claims", cursor="made up").is_error
    assert ask("search_claims", page_size=21).is_error


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "name, arguments, queries",
    [
        ("search_claims", {}, 3),
        ("get_claim", {"claim_id": 1}, 2),
        ("lookup_url", {"url": "https://example.org/speech"}, 2),
    ],
)
def test_an_answer_costs_as_many_queries_whatever_its_length(
    ask: Ask,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    arguments: dict[str, Any],
    queries: int,
    count: int,
) -> None:
    speech = make_source("The bridge is closed.", url="https://example.org/speech")
    claims = [make_claim() for _ in range(count)]
    for claim in claims:
        make_appearance(claim, speech, "The bridge is closed")
        publish(claim)
    if name == "get_claim":
        arguments = {"claim_id": claims[0].pk}
    ask(name, **arguments)
    with django_assert_num_queries(queries):
        asked = ask(name, **arguments)
    assert not asked.is_error


@pytest.mark.parametrize(
    "arguments",
    [
        {"rating_class": "false"},
        {"language": "en"},
        {"topic": "transport"},
        {"reviewed_after": "2026-01-01", "reviewed_before": "2026-12-31"},
        {"query": "harbor brigde"},
    ],
)
def test_filters_are_those_of_the_api(
    ask: Ask, publish: Publish, topic: Topic, arguments: dict[str, Any]
) -> None:
    claim = publish(make_claim(STATEMENT, topics=[topic]))
    publish(make_claim("Le pont est fermé.", language="fr"), code="true", reviewed_on="2025-01-01")
    asked = ask("search_claims", **arguments)
    assert [told["claim_id"] for told in asked.document["claims"]] == [claim.pk]


def test_a_corrected_spelling_is_reported(ask: Ask, publish: Publish) -> None:
    publish(make_claim(STATEMENT))
    asked = ask("search_claims", query="harbour brigde")
    assert 'Searched for "harbour bridge" instead of "harbour brigde".' in asked.text


def test_nothing_found_by_words_is_no_verdict(ask: Ask) -> None:
    asked = ask("search_claims", query="volcano")
    assert asked.document["meaning"] == findings.NOTHING_FOUND_MESSAGE
    assert "nothing found says nothing about whether anything is true" in asked.text


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_page_is_distinguished_from_the_claims_on_it(ask: Ask, publish: Publish, checker: User) -> None:
    speech = make_source(f"He said: {STATEMENT}", url="https://example.org/speech", title="A speech")
    claim = make_claim(STATEMENT)
    make_appearance(claim, speech, STATEMENT)
    publish(claim)
    cited = claim.verdicts.get().evidence.get().source
    asked = ask("lookup_url", url="http://www.example.org/speech/?utm_source=mail")
    assert asked.document["source"] == {"title": "A speech", "address": "https://example.org/speech"}
    assert asked.document["found"] == [
        {
            "claim_id": claim.pk,
            "appears_there": True,
            "is_evidence": False,
            "is_the_review": False,
            "quotes": [STATEMENT],
        }
    ]
    assert "other statements on it are not checked" in asked.text
    [found] = ask("lookup_url", url=cited.url).document["found"]
    assert (found["appears_there"], found["is_evidence"]) == (False, True)
    [found] = ask("lookup_url", url=Publication.objects.get().document["url"]).document["found"]
    assert found["is_the_review"]
    nothing = ask("lookup_url", url="https://example.org/other")
    assert (nothing.document["found"], nothing.document["meaning"]) == ([], findings.NOTHING_AT_URL_MESSAGE)
    assert ask("lookup_url", url="no address").is_error


def test_a_page_with_many_claims_links_to_all_of_them(ask: Ask, publish: Publish) -> None:
    speech = make_source("The bridge is closed.", url="https://example.org/speech")
    for _ in range(21):
        claim = make_claim()
        make_appearance(claim, speech, "The bridge is closed")
        publish(claim)
    asked = ask("lookup_url", url=speech.url)
    assert len(asked.document["claims"]) == 20
    assert asked.document["more"].endswith(f"/api/v1/claims/?source={speech.pk}")
