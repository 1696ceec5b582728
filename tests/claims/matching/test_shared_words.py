"""Claims that share rare words with a text."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.matching import shared_words
from claims.matching.shared_words import (
    CommonWords,
    build_forms,
    compute_shares,
    find_claims_sharing_words,
    split_words,
)
from claims.models import Claim
from claims.review import workflow
from factcheck.database.bulk_copy import update_statistics
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture
def published(publish: Publish) -> dict[str, int]:
    """Claims in several languages, by a word that each has alone."""
    statements = {
        "bridge": ("The harbour bridge cost forty million euros.", "en"),
        "ferry": ("The ferry sank in the harbour last night.", "en"),
        "volcano": ("The volcano on the island will erupt this year.", "en"),
        "Brücke": ("Die Brücke am Hafen wurde nie geprüft.", "de"),
        "橋": ("市長は橋の検査を三年間中止した。", "ja"),
        "Łódź": ("Most w Łodzi został zamknięty na zawsze.", "pl"),
        "ferme": ("Le pont du port est fermé depuis mardi.", "fr"),
    }
    return {
        word: publish(make_claim(statement, language=language), language=language).pk
        for word, (statement, language) in statements.items()
    }


def best(text: str) -> int | None:
    [shares] = find_claims_sharing_words([text], 10).shares
    return max(shares, key=shares.__getitem__, default=None)


def test_not_all_words_have_to_occur(published: dict[str, int]) -> None:
    texts = {
        "Somebody told me that the harbour bridge had cost them forty million!": "bridge",
        "ferries SANK??": "ferry",
        "volcanoes erupting everywhere": "volcano",
        "Brücken wurden nicht geprüft": "Brücke",
        "Bruecke? Hafen, geprueft: nie": "Brücke",
        "橋の検査は中止": "橋",
        "lodzi most zamkniety": "Łódź",
        "pont ferme mardi": "ferme",
    }
    assert {text: best(text) for text in texts} == {text: published[word] for text, word in texts.items()}


def test_texts_without_a_shared_word_find_nothing(published: dict[str, int]) -> None:
    for text in ("", "😀 🎉", "\0 \u202e \u200f", "nothing whatsoever alike", "ø" * 300, "'\\ '' :*"):
        assert find_claims_sharing_words([text], 10).shares == [{}], text


def test_a_claim_shares_all_with_itself(published: dict[str, int]) -> None:
    [shares] = find_claims_sharing_words(["The harbour bridge cost forty million euros."], 10).shares
    assert shares[published["bridge"]] == 1.0
    assert 0 < shares[published["ferry"]] < 0.4


def test_rare_words_count_more(publish: Publish) -> None:
    common = [publish(make_claim(f"The minister spoke {number} times.")).pk for number in range(5)]
    rare = publish(make_claim("The zeppelin spoke.")).pk
    [shares] = find_claims_sharing_words(["minister zeppelin"], 10).shares
    assert max(shares, key=shares.__getitem__) == rare
    assert shares.keys() == {*common, rare}


def test_headlines_of_reviews_lead_to_the_claim(publish: Publish) -> None:
    claim = publish(make_claim("It was built without permission."), title="No, the lighthouse had a permit")
    assert best("lighthouse permit") == claim.pk


def test_a_misspelt_word_is_forgiven(published: dict[str, int]) -> None:
    assert best("volacno") == published["volcano"]
    [typed, misspelt] = find_claims_sharing_words(["the volcano", "the volacno"], 10).shares
    assert misspelt[published["volcano"]] < typed[published["volcano"]]


def test_texts_in_a_language_that_nothing_is_published_in_are_not_corrected(
    published: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # common words, and the search
        find_claims_sharing_words(["kivuko kilizama usiku"], 10)


@pytest.mark.parametrize("texts", [1, 3])
def test_texts_are_looked_up_together(
    published: dict[str, int], texts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        found = find_claims_sharing_words(
            ["The ferry sank.", "The bridge cost.", "The volcano will erupt."][:texts], 10
        )
    expected = [published["ferry"], published["bridge"], published["volcano"]][:texts]
    assert [max(shares, key=shares.__getitem__) for shares in found.shares] == expected


def test_at_most_so_many_are_found_and_others_compared_as_well(published: dict[str, int]) -> None:
    text = "The bridge in the harbour cost and the ferry sank."
    [shares] = find_claims_sharing_words([text], 1).shares
    [more] = find_claims_sharing_words(
        [text], 1, further_claims=[[published["ferry"], published["橋"], 10**12]]
    ).shares
    assert len(shares) == 1
    assert more.keys() == {*shares, published["ferry"]}


def test_common_words_lead_to_claims_in_pairs_alone(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        publish(make_claim(f"Masks {number} harm children."))
        publish(make_claim(f"Vaccines {number} harm nobody."))
    both = publish(make_claim("Vaccines in masks."))
    common = CommonWords(9_000, dict.fromkeys(["masks", "vaccines", "vacci"], 5_000))
    monkeypatch.setattr(shared_words, "get_common_words", lambda: common)
    [shares] = find_claims_sharing_words(["vaccines masks"], 10).shares
    assert shares.keys() == {both.pk}
    assert shares[both.pk] > 0.9


def test_common_words_count_for_candidates_found_by_others(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publish(make_claim("Zeppelin masks."))
    other = publish(make_claim("Zeppelin ferries."))
    monkeypatch.setattr(shared_words, "get_common_words", lambda: CommonWords(9_000, {"masks": 5_000}))
    [shares] = find_claims_sharing_words(["masks on zeppelin"], 10).shares
    assert shares[one.pk] > shares[other.pk] > 0


def test_the_rarest_words_lead_until_enough_claims_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    common = CommonWords(100_000, {"a": 300, "b": 500, "c": 600, "d": 2_000})
    forms = dict.fromkeys("abcdx", 1.0)
    assert shared_words._choose_leading_forms(forms, common) == {"x", "a", "b"}
    assert shared_words._choose_leading_forms({"d": 1.0}, common) == set()


def test_common_words_are_those_found_by_the_last_analyze(published: dict[str, int]) -> None:
    assert shared_words.get_common_words().claims == {}
    update_statistics("claims_statedwords")
    shared_words.load_common_words.cache_clear()
    found = shared_words.get_common_words()
    assert [found.claim_count, found.claims["the"], found.claims["volcano"]] == [
        7,
        pytest.approx(3),
        pytest.approx(1),
    ]
    assert (found.rarity("the") or 9) < (found.rarity("volcano") or 0)
    assert found.rarity("zeppelin") is None


def test_drafts_are_never_found(published: dict[str, int], checker: User) -> None:
    make_draft(make_claim("A zeppelin crashed into the lighthouse."), checker, title="Zeppelin")
    assert find_claims_sharing_words(["zeppelin lighthouse crashed"], 10).shares == [{}]
    assert "zeppelin" in find_claims_sharing_words(["zeppelin lighthouse crashed"], 10).unknown_forms


def test_withdrawn_claims_are_never_found(published: dict[str, int], editor: User) -> None:
    claim = Claim.objects.get(pk=published["ferry"])
    workflow.move(claim.verdicts.get(state="published"), "retract", by=editor, note="It was wrong.")
    [shares] = find_claims_sharing_words(["The ferry sank in the harbour last night."], 10).shares
    assert published["ferry"] not in shares


def test_words_that_a_claim_is_corrected_to_take_the_place_of_the_old_ones(publish: Publish) -> None:
    claim = publish(make_claim("The zeppelin landed."))
    Claim.objects.filter(pk=claim.pk).update(statement="The airship landed.")
    assert best("zeppelin") == claim.pk
    publish(claim, summary="Again.", correction_kind="correction", correction_note="It was an airship.")
    assert (best("airship"), best("zeppelin")) == (claim.pk, None)


def test_the_share_equals_that_of_the_database(published: dict[str, int]) -> None:
    text = "The bridge in the harbour never cost forty million dollars."
    found = find_claims_sharing_words([text], 10)
    own, other = split_words([text, "The harbour bridge cost forty million euros."])
    assert found.shares[0][published["bridge"]] == pytest.approx(
        compute_shares(build_forms(own), build_forms(other), found.rarity), rel=0.02
    )
