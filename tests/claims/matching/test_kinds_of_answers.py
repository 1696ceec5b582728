"""Which kind an answer is, as ranking and judgement say together, by words alone."""

from collections.abc import Callable

import pytest

from claims.matching.answers import match_published_text
from claims.models import Claim
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        # A number, a name or a denial beside a word in common makes no opposite.
        "Wages of nurses have dropped by 2.2 percent.",
        "The mayor did not visit the school on Friday.",
        "I am not running against the governor.",
        "Has anybody read the report about the harbour?",
    ],
)
def test_unrelated_claims_do_not_contradict_a_text(publish: Callable[..., Claim], text: str) -> None:
    publish(make_claim("The government raised taxes on families by $2.2 billion."))
    publish(make_claim("The mayor of Elsterstadt closed two hospitals in 2019."))
    publish(make_claim("The governor said he would pay for the bridge himself."))
    assert [passage.kind for passage in match_published_text(text).passages] in (["nothing"], ["related"])


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (
            "The mayor of Elsterstadt closed 3 hospitals in 2019.",
            "related",
            "The text says 3, the claim says 2.",
        ),
        (
            "The mayor of Elsterstadt opened 2 hospitals in 2019.",
            "related",
            "The text says opened, the claim says closed.",
        ),
        ("Mayor of Elsterstadt closed 2 hospitlas in 2019!!", "same", "Both use nearly the same words."),
    ],
)
def test_answers_are_returned_with_their_reason(
    publish: Callable[..., Claim], text: str, kind: str, reason: str
) -> None:
    publish(make_claim("The mayor of Elsterstadt closed 2 hospitals in 2019."))
    [passage] = match_published_text(text).passages
    [match] = passage.matches
    assert (match.kind, match.reasons) == (kind, (reason,))
