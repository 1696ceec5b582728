"""The list of links, and the notes for readers, in a real browser: on a wide screen and on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.links import watched_links
from claims.features.links.models import LinkState
from claims.models import Claim
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.seat import seat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["seat"]  # a fixture

SENTENCE = "The council of Brunnholm sold three ferries."


@pytest.fixture
def claim(publish: Any) -> Claim:
    claim = make_claim(SENTENCE)
    long = "https://post.example/2024/" + "a-very-long-address-" * 8
    found: list[tuple[Source, dict[str, Any]]] = [
        (
            make_source(SENTENCE, title="Ferries of Brunnholm are sold", url=long),
            {"outcome": "gone", "http_status": 404},
        ),
        (
            make_source(SENTENCE, title="The harbour in the north", url="https://harbour.example/north"),
            {"outcome": "moved", "moved_to": long + "moved", "http_status": 200},
        ),
        (
            make_source(SENTENCE, title="A report"),
            {"outcome": "changed", "lost_quotes": 2, "http_status": 200},
        ),
    ]
    for source, _facts in found:
        make_appearance(claim, source, SENTENCE)
    publish(claim)
    watched_links.update_watched_links()
    for number, (source, facts) in enumerate(found):
        now = timezone.now() - timedelta(days=number)
        LinkState.objects.filter(pk=source.pk).update(since=now, checked_at=now, written_at=now, **facts)
        Source.objects.filter(pk=source.pk).update(archived_url=f"https://archive.example/{source.pk}")
    return claim


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_and_show_the_result(seat: Any, editor: User, claim: Claim, width: int) -> None:
    desk = seat(editor, viewport={"width": width, "height": 900})
    gone = LinkState.objects.get(outcome="gone")
    for path, words in (
        ("/admin/links/linkstate/?queue=links", "Use the new address"),
        (f"/admin/links/linkstate/{gone.pk}/change/", "Status of this link"),
        (f"/claims/{claim.pk}/", "Read the archived copy"),
        (f"/sources/{gone.pk}/", "no longer at its address"),
    ):
        page = desk.open(path)
        assert words in page.content()
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path
    assert desk.trouble == []
