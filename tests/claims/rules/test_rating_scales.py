"""A verdict is rated on a scale of its own publisher, whichever row changes."""

import pytest
from django.contrib.auth.models import User

from claims.models import RatingScale
from sources.models import Publisher
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, make_draft, rating, rating_of

pytestmark = pytest.mark.django_db

RULE = "verdict_is_rated_on_its_publishers_scale"
INSERT = (
    "INSERT INTO claims_verdict (claim_id, publisher_id, rating_id, version, origin, byline, title, summary,"
    " explanation, language, url, correction_kind, correction_note, state, review_round, required_signoffs, edited_by,"
    " reply_rule, media_authenticity_category, original_media_context, original_media_url, is_restored)"
    " VALUES (%s, %s, %s, 1, 'imported', '', '', '', '', 'en', '', '', '', 'published', 0, 1, '{}',"
    " 'not_due', '', '', '', false)"
)


@pytest.fixture
def others() -> Publisher:
    return Publisher.objects.create(name="Harbour Facts")


def test_inserting_a_verdict_of_another_publisher(others: Publisher) -> None:
    claim = make_claim()
    refused(INSERT, claim.pk, others.pk, rating("true").pk, match=RULE)
    assert sql(INSERT, claim.pk, others.pk, rating_of(others, "true").pk) == 1


def test_rating_a_draft(checker: User, others: Publisher) -> None:
    draft = make_draft(make_claim(), checker)
    theirs = rating_of(others)
    refused("UPDATE claims_verdict SET rating_id = %s WHERE id = %s", theirs.pk, draft.pk, match=RULE)
    assert sql("UPDATE claims_verdict SET rating_id = %s WHERE id = %s", rating("true").pk, draft.pk) == 1
    assert sql("UPDATE claims_verdict SET rating_id = NULL WHERE id = %s", draft.pk) == 1


def test_giving_a_scale_to_another_publisher(others: Publisher, house: Publisher) -> None:
    scale = rating_of(others).scale
    refused(
        "UPDATE claims_ratingscale SET publisher_id = %s WHERE id = %s",
        house.pk,
        scale.pk,
        match="ratingscale_publisher_is_fixed",
    )
    assert sql("UPDATE claims_ratingscale SET name = 'Five steps' WHERE id = %s", scale.pk) == 1


def test_moving_a_rating(others: Publisher, house: Publisher) -> None:
    theirs = rating_of(others)
    move = "UPDATE claims_rating SET scale_id = %s WHERE id = %s"
    refused(move, rating().scale_id, theirs.pk, match="rating_stays_with_its_publisher")
    refused(
        move, 999_999, theirs.pk, match="rating_stays_with_its_publisher"
    )  # written later, as it might be
    newer = RatingScale.objects.create(publisher=others, name="Its own", version="2", language="en")
    assert sql(move, newer.pk, theirs.pk) == 1
