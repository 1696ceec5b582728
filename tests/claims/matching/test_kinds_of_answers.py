"""Which kind an answer is, as ranking and judgement say together, by words alone."""

from collections.abc import Callable

import pytest

from claims.matching.answers import answered
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
def test_what_has_nothing_to_do_with_a_text_is_not_its_opposite(
    publish: Callable[..., Claim], text: str
) -> None:
    publish(make_claim("The government raised taxes on families by $2.2 billion."))
    publish(make_claim("The mayor of Elsterstadt closed two hospitals in 2019."))
    publish(make_claim("The governor said he would pay for the bridge himself."))
    assert [passage.kind for passage in answered(text).passages] == ["nothing"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "The mayor of Elsterstadt closed three hospitals in 2019.",
            "The text says three, the claim says two.",
        ),
        (
            "The mayor of Elsterstadt did not close two hospitals in 2019.",
            "One of them denies what the other says.",
        ),
    ],
)
def test_the_opposite_is_told_with_its_reason(publish: Callable[..., Claim], text: str, reason: str) -> None:
    publish(make_claim("The mayor of Elsterstadt closed two hospitals in 2019."))
    [passage] = answered(text).passages
    [match] = passage.matches
    assert (match.kind, match.reasons) == ("contradicts", (reason,))
