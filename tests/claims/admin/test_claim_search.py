"""The search of the list of claims: in any script, however it is typed, and forgiving where nothing is found."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = pytest.mark.django_db

LIST = "/admin/claims/claim/"

STATEMENTS = {
    "french": "L’épidémie a touché l’École supérieure.",
    "german": "Die Brücken kosteten 90 Millionen Euro.",
    "arabic": "قالت الوزيرة إن الجسر كلّف تسعين مليون يورو",
    "chinese": "这座大桥花费了九千万欧元。",
    "thai": "สะพานแห่งนี้มีราคาเก้าสิบล้านยูโร",
    "hindi": "पुल की लागत नब्बे लाख यूरो थी।",
    "quoted": "He called it “the people’s bridge”.",
    "english": "The harbour tunnels were closed in winter.",
}


@pytest.fixture
def claims() -> dict[str, Claim]:
    return {name: make_claim(statement, state="proposed") for name, statement in STATEMENTS.items()}


@pytest.fixture
def found(claims: dict[str, Claim], client: Client, checker: User) -> Any:
    """Search, and return the listed claims and whether the search was corrected."""
    client.force_login(checker)
    names = {claim.pk: name for name, claim in claims.items()}

    def search(words: str) -> tuple[set[str], bool]:
        page = client.get(LIST, {"q": words})
        is_meant = "Showing results with other forms" in page.content.decode()
        return {names[claim.pk] for claim in page.context["cl"].result_list}, is_meant

    return search


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ECOLE epidemie", "french"),
        ("école", "french"),
        ("brücken", "german"),
        ("BRUCKEN", "german"),
        ("الجسر", "arabic"),
        ("大桥", "chinese"),
        ("九千万", "chinese"),
        ("สะพาน", "thai"),
        ("ล้านยูโร", "thai"),
        ("नब्बे", "hindi"),
        ("people's bridge", "quoted"),
        ("people’s bridge", "quoted"),
        ("tunnel", "english"),
        ("HARBOUR closed", "english"),
    ],
)
def test_words_are_found_in_any_script_however_they_are_typed(found: Any, words: str, name: str) -> None:
    assert found(words) == ({name}, False)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("harbours tunnel", "english"),  # another form
        ("closing", "english"),
        ("Brücke kosten", "german"),
        ("tunnles", "english"),  # letters that changed places
        ("harbuor winter", "english"),
        ("milionen euro", "german"),
    ],
)
def test_where_nothing_is_found_forms_and_slips_are_forgiven_and_said(
    found: Any, words: str, name: str
) -> None:
    assert found(words) == ({name}, True)


def test_searches_without_a_likely_correction_find_nothing(found: Any) -> None:
    for words in ("xylophone", "https://example.org/tunnles", '"tunnles"', "xq zw", "%", "'", "\\"):
        assert found(words) == (set(), False), words


def test_only_claims_with_the_words_are_found(found: Any) -> None:
    """A form is looked for only where nothing has the word itself."""
    make_claim("It closings.", state="proposed")
    listed, is_meant = found("bridge")
    assert (listed, is_meant) == ({"quoted"}, False)


def test_quotes_and_claimants_count_and_drafts_of_others_do_not(
    client: Client, contributor: User, checker: User
) -> None:
    somebody = Claimant.objects.create(name="Åsa Þórsdóttir")
    own = make_claim("It is so.", claimant=somebody, created_by=contributor, state="proposed")
    make_appearance(own, make_source("The ferry sank, she said."), "The ferry sank")
    make_claim("The ferries sink.", created_by=checker, state="proposed")
    client.force_login(contributor)
    for words in ("asa", "ferry", "sank asa", "ferries"):
        listed = client.get(LIST, {"q": words}).context["cl"].result_list
        assert [claim.pk for claim in listed] == ([own.pk] if words != "ferries" else []), words


def test_a_question_finds_claims_by_meaning_at_the_desk_and_in_quick_search(
    client: Client, contributor: User, checker: User
) -> None:
    """Its words are not all in the claim: the public search finds it too. Drafts of others stay hidden."""
    claim = make_claim("Saudi Arabia produces less oil than Nigeria.", state="proposed", created_by=checker)
    make_claim("Portugal has more forests than Spain.", state="proposed", created_by=checker)
    found = {}
    for person in (checker, contributor):
        client.force_login(person)
        for words in ("Did Saudi Arabia really pump less oil than Nigeria?", "is the moon made of cheese"):
            listed = client.get(LIST, {"q": words}).context["cl"].result_list
            quick = client.get("/admin/search/", {"s": words, "extended": "1"}).content.decode()
            rows = re.findall(r'data-title="(.*?)"\s+data-description="(.*?)"', quick)
            found[person, words] = ([one.pk for one in listed], rows, "No results found" in quick)
    question, nonsense = "Did Saudi Arabia really pump less oil than Nigeria?", "is the moon made of cheese"
    assert found == {
        (checker, question): (
            [claim.pk],
            [(claim.statement, "claim: Proposed"), (f"New claim: {question}", "Add this claim")],
            False,
        ),
        (checker, nonsense): ([], [(f"New claim: {nonsense}", "Add this claim")], True),
        (contributor, question): ([], [(f"New claim: {question}", "Add this claim")], True),
        (contributor, nonsense): ([], [(f"New claim: {nonsense}", "Add this claim")], True),
    }


def test_quick_search_costs_the_same_however_many_are_found(
    client: Client, checker: User, editor: User, publish: Any, django_assert_num_queries: Any
) -> None:
    client.force_login(editor)
    client.get("/admin/search/?s=trams&extended=1")
    # The same words are answered from the cache for a while.
    for number, words in enumerate(("ferries", "ferries line")):
        publish(make_claim(f"Ferries of line {number} are late."))
        make_draft(make_claim(f"Ferries of line {number} are full."), checker)
        with django_assert_num_queries(10):
            page = client.get("/admin/search/", {"s": words, "extended": "1"}).content.decode()
        assert page.count('data-description="claim: ') == 2 * (number + 1)


def test_slips_in_words_that_nothing_published_has_are_forgiven(client: Client, editor: User) -> None:
    kim = Claimant.objects.create(name="Kim Jong Un")
    for statement in ("Willy Brandt resigned in 1974.", "Nurses strike in spring.", "The summit failed."):
        make_claim(statement, claimant=kim if "summit" in statement else None)
    client.force_login(editor)
    cases = {
        "brnadt": ["Willy Brandt resigned in 1974."],
        "nurces": ["Nurses strike in spring."],
        "Kim Jong Um": ["The summit failed."],
        "zebra": [],
    }
    address = LIST
    found = {
        words: [claim.statement for claim in client.get(address, {"q": words}).context["cl"].result_list]
        for words in cases
    }
    assert found == cases
