"""oEmbed: the address of a claim's page is answered with a frame that shows its card."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree, html
from pytest_django import DjangoAssertNumQueries

from claims.ledger.document.claim_document import render
from claims.models import Claim, Publication
from claims.review import workflow
from tests.helpers.broken_rules import as_committed
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import correct, page, words
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows
from tests.helpers.tampering import as_owner_of_tables

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
SITE = "http://localhost:8000"


@pytest.fixture(scope="module")
def claim(publish: Publish) -> Claim:
    return publish(make_claim("The tunnel is safe."))


def ask(client: Client, url: str, **parameters: str | int) -> Any:
    return client.get(f"/oembed/?{urlencode({'url': url, **parameters})}")


def answer(client: Client, url: str, **parameters: str | int) -> dict[str, Any]:
    response = ask(client, url, **parameters)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    found: dict[str, Any] = response.json()
    return found


def frame(found: dict[str, Any]) -> html.HtmlElement:
    (element,) = html.fragments_fromstring(found["html"])
    return element


def test_the_answer_has_the_members_of_the_standard(client: Client, claim: Claim) -> None:
    found = answer(client, Publication.objects.get().document["url"])
    shown = frame(found)
    height = found["height"]
    assert dict(shown.attrib) == {
        "src": f"{SITE}/claims/{claim.pk}/card/",
        "title": "Fact check by Factcheck Newsroom: The tunnel is safe.",
        "width": "600",
        "height": str(height),
        "style": "border:0;max-width:100%",
        "loading": "lazy",
    }
    del found["html"]
    assert found == {
        "version": "1.0",
        "type": "rich",
        "title": "False: The tunnel is safe.",
        "author_name": "Factcheck Newsroom",
        "author_url": SITE,
        "provider_name": "Factcheck Newsroom",
        "provider_url": SITE,
        "cache_age": 3600,
        "width": 600,
        "height": height,
    }


def test_xml_says_the_same(client: Client, publish: Publish) -> None:
    attack = '</title>]]> & <b onclick="x">\x0b'
    claim = publish(make_claim(attack))
    as_json = answer(client, f"{SITE}/claims/{claim.pk}/")
    response = ask(client, f"{SITE}/claims/{claim.pk}/", format="xml")
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag == "oembed"
    as_xml = {child.tag: child.text for child in root}
    assert as_xml == {name: str(value).replace("\x0b", "") for name, value in as_json.items()}
    assert frame(as_json).get("title").endswith(': </title>]]> & <b onclick="x">')
    assert len(frame(as_json)) == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000/claims/{pk}/the-tunnel-is-safe/",
        "http://localhost:8000/claims/{pk}/",
        "http://localhost:8000/claims/{pk}",
        "http://localhost:8000/claims/{pk}/an-older-slug/",
        "http://localhost:8000/claims/{pk}/%ED%84%B0%EB%84%90/?utm_source=letter&fbclid=1#verdict-3",
        "https://LOCALHOST:8000/claims/{pk}/",
        " http://localhost:8000/claims/{pk}/ ",
    ],
)
def test_every_address_of_the_page_is_known(client: Client, claim: Claim, address: str) -> None:
    found = answer(client, address.format(pk=claim.pk))
    assert found["title"] == "False: The tunnel is safe."


@pytest.mark.parametrize(
    "address",
    [
        "http://other.example/claims/{pk}/",
        "http://localhost:9000/claims/{pk}/",
        "http://localhost:8000@other.example/claims/{pk}/",
        "http://localhost:8000.other.example/claims/{pk}/",
        "ftp://localhost:8000/claims/{pk}/",
        "//localhost:8000/claims/{pk}/",
        "/claims/{pk}/",
        "http://localhost:8000/",
        "http://localhost:8000/claims/",
        "http://localhost:8000/claims/{pk}/versions/1/",
        "http://localhost:8000/claims/{pk}/card/",
        "http://localhost:8000/api/v1/claims/{pk}/",
        "http://localhost:8000/claims/0/",
        "http://localhost:8000/claims/99999999999999999999999/",
        "http://localhost:8000/claims/" + "9" * 1900 + "/",
        "http://localhost:port/claims/{pk}/",
        "http://[::1/claims/{pk}/",
        "javascript:alert(1)",
    ],
)
def test_every_other_address_is_not_found(client: Client, claim: Claim, address: str) -> None:
    response = ask(client, address.format(pk=claim.pk))
    assert response.status_code == 404
    assert [error["parameter"] for error in response.json()["errors"]] == ["url"]


def test_unpublished_claim_is_not_found(client: Client, checker: User) -> None:
    secret = make_claim("Quillfeather did it.")
    make_draft(secret, checker)
    response = ask(client, f"{SITE}/claims/{secret.pk}/quillfeather-did-it/")
    assert response.status_code == 404
    assert "Quillfeather" not in response.content.decode()


@pytest.mark.parametrize(
    "asked, width",
    [({}, 600), ({"maxwidth": 320}, 320), ({"maxwidth": 5000}, 700), ({"maxwidth": 1}, 1)],
)
def test_card_is_as_wide_as_it_may_be(
    client: Client, claim: Claim, asked: dict[str, int], width: int
) -> None:
    found = answer(client, f"{SITE}/claims/{claim.pk}/", **asked)
    assert (found["width"], frame(found).get("width")) == (width, str(width))


def test_narrow_cards_are_taller_within_the_limit(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("The tunnel is safe, said the minister. " * 5))
    url = f"{SITE}/claims/{claim.pk}/"
    wide, narrow = (answer(client, url, maxwidth=width)["height"] for width in (700, 320))
    assert 200 < wide < narrow < 1000
    low = answer(client, url, maxwidth=320, maxheight=150)
    assert (low["height"], frame(low).get("height")) == (150, "150")


def test_a_long_claim_does_not_fill_the_embedding_page(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("The tunnel is safe, said the minister. " * 250))
    assert answer(client, f"{SITE}/claims/{claim.pk}/")["height"] == 1500


@pytest.mark.parametrize("form", ["yaml", "JSON", "html"])
def test_unknown_format_is_not_implemented(client: Client, claim: Claim, form: str) -> None:
    """As the standard asks (section 2.3.4)."""
    response = ask(client, f"{SITE}/claims/{claim.pk}/", format=form)
    assert (response.status_code, response["Content-Type"]) == (501, "application/problem+json")


@pytest.mark.parametrize(
    "query, parameter",
    [
        ("", "url"),
        ("?url=", "url"),
        ("?url={url}&maxwidth=0", "maxwidth"),
        ("?url={url}&maxwidth=wide", "maxwidth"),
        ("?url={url}&maxheight=-1", "maxheight"),
        ("?url={url}&maxheight=1&maxheight=2", "maxheight"),
        ("?url={url}&url={url}", "url"),
    ],
)
def test_invalid_parameters_are_named(client: Client, claim: Claim, query: str, parameter: str) -> None:
    response = client.get("/oembed/" + query.format(url=f"{SITE}/claims/{claim.pk}/"))
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_parameters_of_consumers_own_are_ignored(client: Client, claim: Claim) -> None:
    """They send `dnt`, `lang` and the like, and some of the known ones without a value."""
    url = f"{SITE}/claims/{claim.pk}/"
    assert answer(client, url, dnt=1, lang="de", maxwidth="", format="") == answer(client, url)


def test_retracted_claim_says_so(client: Client, claim: Claim, editor: User) -> None:
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    found = answer(client, f"{SITE}/claims/{claim.pk}/")
    assert found["title"] == "Retracted: The tunnel is safe."
    assert found["author_name"] == "Factcheck Newsroom"
    assert frame(found).get("src") == f"{SITE}/claims/{claim.pk}/card/"


def test_merged_claim_is_answered_with_the_one_that_took_its_place(
    client: Client, claim: Claim, publish: Publish, editor: User
) -> None:
    target = publish(make_claim("The tunnel holds."))
    workflow.move(claim, "merge", by=editor, into=target)
    found = answer(client, f"{SITE}/claims/{claim.pk}/")
    assert found["title"] == "False: The tunnel holds."
    assert frame(found).get("src") == f"{SITE}/claims/{target.pk}/card/"


def test_a_merged_claim_says_so_if_its_target_is_not_public(client: Client, claim: Claim) -> None:
    as_committed()
    entry = Publication.objects.get()
    entry.pk, entry.version, entry.sequence = None, 2, 0
    entry.status, entry.kind, entry.merged_into_id = "merged", "merge", 987_654
    entry.body = render({**entry.document, "status": "merged", "merged_into": 987_654, "verdicts": []})
    entry.body_sha256 = hashlib.sha256(entry.body.encode()).hexdigest()
    # Its verdict stays published here, which only the owner's entries may leave out.
    with as_owner_of_tables():
        entry.save(force_insert=True)
    found = answer(client, f"{SITE}/claims/{claim.pk}/")
    assert found["title"] == "Merged into another claim: The tunnel is safe."
    shown = words(page(client, f"/claims/{claim.pk}/card/").cssselect(".embed")[0])
    assert "The other claim is not published, so there is no verdict to show." in shown


def test_a_repeated_request_returns_the_correction(
    client: Client,
    claim: Claim,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    url = f"{SITE}/claims/{claim.pk}/"
    with django_assert_num_queries(1):
        first = ask(client, url)
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    address = f"/oembed/?{urlencode({'url': url})}"
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    correct(claim, checker, editor, code="true")
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.json()["title"] == "True: The tunnel is safe."
    # Code pasted years ago must not show outdated content.
    assert again.json()["html"].replace(str(again.json()["height"]), "") == first.json()["html"].replace(
        str(first.json()["height"]), ""
    )


def test_claim_page_leads_to_its_answer_in_both_forms(client: Client, claim: Claim) -> None:
    links = page(client, claim.get_absolute_url()).cssselect("link[type$='+oembed']")
    assert [link.get("rel") for link in links] == ["alternate", "alternate"]
    found = {link.get("type"): client.get(link.get("href").removeprefix(SITE)) for link in links}
    assert all(link.get("href").startswith(f"{SITE}/oembed/?") for link in links)
    assert found["application/json+oembed"].json()["title"] == "False: The tunnel is safe."
    assert (
        etree.fromstring(found["text/xml+oembed"].content).findtext("title") == "False: The tunnel is safe."
    )


def test_earlier_version_leads_to_no_answer(
    client: Client, claim: Claim, checker: User, editor: User
) -> None:
    correct(claim, checker, editor)
    earlier = page(client, f"/claims/{claim.pk}/versions/1/")
    assert earlier.cssselect("link[type$='+oembed'], .embedding") == []


def test_pages_of_other_sites_may_ask(client: Client, claim: Claim) -> None:
    response = client.get(
        f"/oembed/?url={SITE}/claims/{claim.pk}/",
        headers={"Origin": "https://blog.example", "Accept-Language": "ko"},
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Language" not in response.get("Vary", "")
    assert client.post("/oembed/").status_code == 405


@pytest.mark.slow
@hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(address=st.text() | st.text().map(lambda rest: f"{SITE}/claims/{rest}"))
def test_no_address_brings_it_down(client: Client, address: str) -> None:
    query = urlencode({"url": address}, errors="surrogatepass")
    assert client.get(f"/oembed/?{query}").status_code in (400, 404)


@pytest.mark.parametrize("path", ["/oembed/?url={site}/claims/{id}/", "/claims/{id}/card/"])
def test_frames_name_the_present_address_of_the_site(
    path: str, client: Client, claim: Claim, settings: Any
) -> None:
    def read() -> str:
        answer = client.get(path.format(site=settings.SITE_URL, id=claim.pk))
        assert answer.status_code == 200
        return answer.content.decode()

    before = read()
    settings.SITE_URL = "https://facts.example.org"
    after = read()
    assert SITE not in after
    assert after.count(settings.SITE_URL) == before.count(SITE) > 0
