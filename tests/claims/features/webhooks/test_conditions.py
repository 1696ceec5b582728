"""Which filters an endpoint can have: those of the API, as strictly read."""

from typing import Any

import pytest
from django.contrib.admin import autodiscover, site
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as quickly
from hypothesis import strategies as st

from claims.features.webhooks.conditions import WebhookQuery, check_filter
from claims.features.webhooks.models import WebhookEndpoint
from claims.ledger.queries.claim_filters import ClaimListQuery
from factcheck.api.pagination import ORDERING_PARAMETER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "given_text, kept",
    [
        ("", ""),
        ("  rating=false ", "rating=false"),
        ("?rating=false&topic=transport", "rating=false&topic=transport"),
        ("/api/v1/claims/?rating=false", "rating=false"),
        ("https://facts.example.org/api/v1/claims/?rating=false", "rating=false"),
        ("https://facts.example.org/api/v1/claims/", ""),
        ("source_url=https://example.org/a?b=c", "source_url=https://example.org/a?b=c"),
    ],
)
def test_is_kept_as_a_query_string(given_text: str, kept: str) -> None:
    assert check_filter(given_text) == kept


@pytest.mark.parametrize(
    "text, sentences",
    [
        ("colour=red", ["`colour` is not a parameter of this address."]),
        ("raiting=false", ["`raiting` is not a parameter of this address. Did you mean rating?"]),
        (
            "page_size=10",
            ["`page_size` controls how a list is shown; a webhook accepts only filters on claims."],
        ),
        ("as_of=2026-01-01", ["`as_of` controls how a list is shown"]),
        ("status=retracted", ["`status`: leave it out. Webhooks always report"]),
        ("rating_class=lie", ["`rating_class`: “lie”: give one of true, mostly_true"]),
        ("rating=", ["`rating`: the value is empty"]),
        ("reviewed_after=yesterday", ["`reviewed_after`: “yesterday”: give a date"]),
        (
            "reviewed_after=2026-01-01&reviewed_after=2026-01-02",
            ["`reviewed_after`: give this parameter once, not 2 times."],
        ),
        ("colour=red&claimant=x", ["`colour` is not", "`claimant`: “x”: give a whole number"]),
    ],
)
def test_conditions_refused_by_the_api_are_refused_in_the_same_words(text: str, sentences: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        check_filter(text)
    assert len(refused.value.messages) == len(sentences)
    for message, sentence in zip(refused.value.messages, sentences, strict=True):
        assert message.startswith(sentence)


def test_conditions_are_all_those_of_the_list_of_claims() -> None:
    shown = {"page_size", "cursor", "count", ORDERING_PARAMETER, "as_of", "status"}
    assert WebhookQuery.base_filters.keys() >= {
        "q",
        "rating",
        "publisher",
        "has",
        "updated_after",
        "source_url",
    }
    assert not WebhookQuery.base_filters.keys() & shown
    assert WebhookQuery.base_filters.keys() < ClaimListQuery.base_filters.keys()


@pytest.mark.slow
@quickly(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_every_condition_is_stored_or_refused_with_a_message(text: str) -> None:
    try:
        kept = check_filter(text)
    except ValidationError as refusal:
        messages = refusal.messages
    else:
        messages = ["kept"] if check_filter(kept) == kept else []
    assert messages
    assert all(messages)


def test_endpoint_refuses_address_and_filter_together(settings: Any, rf: RequestFactory) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False
    autodiscover()
    form = site.get_model_admin(WebhookEndpoint).get_form(rf.get("/"))(
        {"name": "Post", "url": "http://10.0.0.1/hook", "filter": "colour=red"}
    )
    assert form.errors.keys() == {"url", "filter"}
