"""Pictures inside an explanation: those of the claim, as soon as readers may see them, and no others."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.admin.media_preview import render_explanation
from claims.ledger.document.markdown import is_safe, make_links_absolute, to_html
from claims.ledger.verification.checked_entries import find_misrendered
from claims.models import Claim
from sources.models import MediaObject
from tests.helpers.desk import Desk
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_claim, make_draft

NAME = f"/media/{'ab' * 32}.jpg"


def address(media: MediaObject) -> str:
    return f"/media/{media.public_sha256}.jpg"


def shown(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<img src="([^"]*)" alt="([^"]*)"', html)


def test_only_named_pictures_with_an_alternative_text_are_embedded() -> None:
    cases = {
        f"![A bridge]({NAME})": [(NAME, "A bridge")],
        f"![]({NAME})": [],
        "![A bridge](https://elsewhere.example.com/a.jpg)": [],
        "![A bridge](//elsewhere.example.com/media/a.jpg)": [],
        "![A bridge](data:image/png;base64,AAAA)": [],
        f"![A bridge]({NAME.replace('ab', 'cd')})": [],
        f'<img src="{NAME}" alt="A bridge">': [],
        f'[![A "bridge"]({NAME})](https://example.org/)': [(NAME, "A &quot;bridge&quot;")],
    }
    html = {text: to_html(text, pictures={NAME}) for text in cases}
    assert {text: shown(made) for text, made in html.items()} == cases
    assert [text for text in cases if shown(to_html(text))] == []
    assert [text for text, made in html.items() if not is_safe(made)] == []
    hostile = '<p><img src="https://elsewhere.example.com/a.jpg" alt="A bridge"></p>\n'
    assert not is_safe(hostile)
    at = make_links_absolute(
        to_html(f"![A bridge]({NAME})", pictures={NAME}), "https://facts.example.org/claims/1/a/"
    )
    assert shown(at) == [(f"https://facts.example.org{NAME}", "A bridge")]


@pytest.mark.django_db
def test_readers_see_the_pictures_of_the_claim_alone(
    client: Client, archive: Path, publish: Callable[..., Claim]
) -> None:
    claim, other = make_claim(), make_claim()
    own, hidden = make_media(1), make_media(2, show=False)
    for media in (own, hidden):
        make_claim_media(claim, media)
    of_a_draft = make_claim_media(make_claim(), make_media(3)).media
    of_another = make_claim_media(other, make_media(4)).media
    publish(other)
    text = "\n\n".join(f"![Words]({address(each)})" for each in (own, hidden, of_a_draft, of_another))
    publish(claim, explanation=text)
    page = client.get(f"/claims/{claim.pk}/{claim.slug}/").content.decode()
    body = client.get(f"/api/v1/claims/{claim.pk}/").json()
    assert [name for name, words in shown(page) if words == "Words"] == [address(own)]
    assert shown(body["verdicts"][0]["explanation_html"]) == [(address(own), "Words")]
    statuses = [client.get(address(each)).status_code for each in (own, hidden, of_a_draft, of_another)]
    assert statuses == [200, 404, 404, 200]
    assert list(find_misrendered(body)) == []
    body["media"] = []
    assert len(list(find_misrendered(body))) == 1


@pytest.mark.slow
@pytest.mark.django_db
def test_the_desk_shows_them_before_they_are_public(client: Client, archive: Path, checker: User) -> None:
    claim = make_claim()
    media = make_claim_media(claim).media
    text = f"![Words]({address(media)})"
    make_draft(claim, checker, explanation=text)
    client.force_login(checker)
    form = Desk(client).form(claim)
    at_the_desk = [(reverse("admin:sources_mediaobject_file", args=[media.pk]), "Words")]
    preview = client.post(reverse("admin:claims_claim_preview", args=[claim.pk]), form).json()["page"]
    assert [each for each in shown(preview) if each[1] == "Words"] == at_the_desk
    assert shown(render_explanation(text, claim)) == at_the_desk
    page = client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert f'data-picture="{address(media)}"' in page
    assert client.get(address(media)).status_code == 404
