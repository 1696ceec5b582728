"""The page of a claim, and the page that explains its rating."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from lxml import html
from pytest_django import DjangoAssertNumQueries, Settings

from claims.models import Claim, Claimant, Evidence, Publication, Rating, Topic
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.reader_pages import bring_out, correct, page, statements, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.mark.parametrize("count", [1, 3])
def test_claim_page_costs_three_queries_whatever_its_length(
    client: Client,
    publish: Publish,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    settings: Settings,
) -> None:
    settings.FEATURES = []
    source = make_source("First we said one. Then we said two. At last we said three.")
    claim = make_claim()
    for exact in ("said one", "said two", "said three")[:count]:
        make_appearance(claim, source, exact)
    publish(claim)
    for _ in range(count - 1):
        correct(claim, checker, editor)
    with django_assert_num_queries(3):
        document = page(client, claim.get_absolute_url())
    assert len(document.cssselect(".appearances li")) == count
    assert len(document.cssselect(".history li")) == count


def test_claim_page_shows_everything_published(
    client: Client, checker: User, editor: User, claimant: Claimant, topic: Topic
) -> None:
    claimant.same_as = ["https://www.wikidata.org/wiki/Q0"]
    claimant.save()
    paper = Publisher.objects.create(name="Harbour Gazette", url="https://gazette.example")
    source = make_source(
        "The minister spoke. She said that the tunnel is safe, and left.",
        title="A minister speaks", publisher=paper, published_on=date(2026, 2, 15), byline="I. Arroyo",
    )  # fmt: skip
    claim = make_claim(
        "The tunnel is safe.",
        claimant=claimant,
        claimed_on=date(2026, 2, 14),
        context="The road tunnel.",
        topics=[topic],
    )
    claim.first_appearance = first = make_appearance(claim, source, "the tunnel is safe")
    claim.save()
    draft = make_draft(
        claim,
        checker,
        byline="Chris Novak",
        valid_as_of=date(2026, 2, 28),
        recheck_on=date(2026, 9, 1),
        url="https://facts.example/t",
    )
    report = make_source(title="Inspection report", url="", archived_url="https://archive.example/report")
    Evidence.objects.create(
        verdict=draft, source=report, stance="context", note="Lists the leaks.", exact="three leaks"
    )
    bring_out(draft, checker, editor)
    document = page(client, claim.get_absolute_url())
    assert words(document.cssselect("h1")[0]) == "The tunnel is safe."
    assert (
        words(document.cssselect(".subtitle")[0]) == "Mara Lindqvist, Minister of Transport, 14 February 2026"
    )
    assert words(document.cssselect(".context")[0]) == "The road tunnel."
    (verdict,) = document.cssselect(".verdict")
    assert words(verdict.cssselect("h2")[0]) == "Rated False by Factcheck Newsroom"
    assert words(verdict.cssselect(".summary")[0]) == "The accounts show a different sum."
    assert verdict.cssselect(".prose strong")[0].text == "audited"
    details = {words(t): words(t.getnext()) for t in verdict.cssselect(".details dt")}
    assert details == {
        "Reviewed": "1 March 2026",
        "True as of": "28 February 2026",
        "Next check": "1 September 2026",
        "Author": "Chris Novak, Factcheck Newsroom",
        "Methodology": "House scale, version 1",
        "Full review": "facts.example",
    }
    assert [words(h) for h in verdict.cssselect(".evidence h4")] == [
        "Refutes the claim (1)",
        "Gives context (1)",
    ]
    item = verdict.cssselect(".evidence li")[1]
    assert words(item) == "Inspection report ArticleArchived copy Lists the leaks. three leaks"
    assert [a.get("href") for a in item.cssselect("a")] == [
        f"/sources/{report.pk}/",
        "https://archive.example/report",
    ]
    (appearance,) = document.cssselect(".appearances li")
    assert (
        words(appearance.cssselect(".quote")[0])
        == "…e minister spoke. She said that the tunnel is safe, and left.…"
    )
    assert appearance.cssselect("mark")[0].text == "the tunnel is safe"
    seen = date_format(timezone.localtime(source.snapshots.get().captured_at), "j F Y")
    assert words(appearance).endswith(
        "A minister speaks Harbour GazetteI. ArroyoArticle15 February 2026Open at example.org "
        "First known appearanceRead the claim in the text"
        f"The source still contained this quote on {seen}."
    )
    link = f"/sources/{source.pk}/snapshots/1/#appearance-{first.pk}"
    assert link in [a.get("href") for a in appearance.cssselect("a")]
    assert "https://www.wikidata.org/wiki/Q0" in [a.get("href") for a in document.cssselect(".about a")]


def test_the_markup_of_a_claim_page_agrees_with_its_text(client: Client, publish: Publish) -> None:
    claim = publish(make_claim('The "tunnel" </script> is safe & sound.'))
    document = page(client, claim.get_absolute_url())
    script, _article = document.cssselect("script[type='application/ld+json']")
    markup = json.loads(script.text)
    url = Publication.objects.get().document["url"]
    assert (markup["@type"], markup["claimReviewed"], markup["url"]) == ("ClaimReview", claim.statement, url)
    assert document.cssselect("link[rel=canonical]")[0].get("href") == url
    assert document.cssselect("meta[property='og:title']")[0].get("content") == f"False: {claim.statement}"
    assert (
        document.cssselect("meta[name=description]")[0].get("content") == "The accounts show a different sum."
    )


def test_editors_words_are_text_and_never_markup(
    client: Client, publish: Publish, claimant: Claimant
) -> None:
    attack = "<img src=x onerror=alert(1)>"
    claimant.name = claimant.job_title = f"{attack} name"
    claimant.save()
    source = make_source(f"It says {attack} here.", title=f"{attack} title", byline=attack)
    claim = make_claim(f"{attack} is a claim.", claimant=claimant, context=attack)
    make_appearance(claim, source, attack)
    publish(claim, summary=attack, explanation=attack, byline=attack)
    for path in (
        "/",
        claim.get_absolute_url(),
        f"/sources/{source.pk}/",
        f"/claims/?claimant={claimant.pk}&q=claim",
    ):
        document = page(client, path)
        assert [img.get("src") for img in document.cssselect("img")] == ["/static/logo.svg"], path
        assert attack in document.text_content(), path


@pytest.mark.parametrize("slug", ["wrong", "The-Tunnel", "tunnel%2Fis", "%E0%A4"])
def test_wrong_slug_leads_to_the_right_one(client: Client, publish: Publish, slug: str) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    response = client.get(f"/claims/{claim.pk}/{slug}/")
    if slug == "tunnel%2Fis":  # a slash ends the slug, so no page has this address
        assert response.status_code == 404
    else:
        assert (response.status_code, response["Location"]) == (
            301,
            f"/claims/{claim.pk}/the-tunnel-is-safe/",
        )


def test_address_without_slug_leads_to_the_page(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("터널은 안전하다", language="ko"))
    response = client.get(f"/claims/{claim.pk}/")
    assert (response.status_code, response["Location"]) == (301, claim.get_absolute_url())
    assert words(page(client, response["Location"]).cssselect("h1")[0]) == "터널은 안전하다"


def test_merged_claim_leads_to_its_target(client: Client, publish: Publish, editor: User) -> None:
    claim, target = publish(), publish()
    address = claim.get_absolute_url()
    workflow.move(claim, "merge", by=editor, into=target)
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (301, target.get_absolute_url())
    # No longer than a page: a merge can be undone.
    assert response["Cache-Control"] == client.get(target.get_absolute_url())["Cache-Control"]
    workflow.move(Claim.objects.get(pk=claim.pk), "unmerge", by=editor)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/claims/{}/", "/claims/{}/x/", "/claims/{}/versions/1/", "/sources/{}/"])
@pytest.mark.parametrize("number", [0, 999_999_999, 10**30])
def test_unpublished_claims_return_404(client: Client, path: str, number: int) -> None:
    response = client.get(path.format(number))
    assert response.status_code == 404
    assert words(html.document_fromstring(response.content.decode()).cssselect("h1")[0]) == "Page not found"


def test_retracted_claim_says_so(client: Client, publish: Publish, editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    document = page(client, claim.get_absolute_url())
    notice = words(document.cssselect(".notice")[0])
    assert notice.startswith("Retracted, ")
    assert notice.endswith("We no longer stand by our verdict on this claim. The audit was forged.")
    assert document.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    assert document.cssselect(".verdict, .badge, script[type]") == []
    assert statements(page(client, "/claims/")) == []


def test_a_changed_verdict_is_reported_at_the_top(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    true = Rating.objects.get(code="true", scale__publisher__is_house=True)
    correct(claim, checker, editor, kind="update", rating=true, summary="The new audit confirms it.")
    document = page(client, claim.get_absolute_url())
    notice, heading = document.cssselect(".notice, h1")
    assert words(notice.cssselect("h2")[0]).startswith("Update, ")
    assert "A new audit. Earlier rating: False New rating: True" in words(notice)
    assert heading.tag == "h1"
    assert [words(li.cssselect("p")[0]).rsplit(" · ", 1)[0] for li in document.cssselect(".history li")] == [
        "Version 2 · Update",
        "Version 1 · First publication",
    ]


def test_clarification_stays_in_the_history(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    correct(claim, checker, editor, kind="clarification")
    document = page(client, claim.get_absolute_url())
    assert document.cssselect(".notice") == []
    assert "A new audit." in words(document.cssselect(".history")[0])


def test_an_old_version_shows_the_text_of_then(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    correct(claim, checker, editor, summary="The sum was right after all.")
    document = page(client, f"/claims/{claim.pk}/versions/1/")
    assert words(document.cssselect(".verdict .summary")[0]) == "The accounts show a different sum."
    notice = words(document.cssselect(".notice")[0])
    assert notice.startswith("You are reading an earlier version Version 1, published ")
    assert notice.endswith("Correction: A new audit.")
    # Our label has the direction of the page, the note that of its own text.
    assert words(document.cssselect(".notice p[dir=auto]")[0]) == "A new audit."
    assert document.cssselect("script[type='application/ld+json']") == []
    assert words(document.cssselect(".cite")[0]).endswith(f"/claims/{claim.pk}/versions/1/")
    in_german = page(client, f"/de/claims/{claim.pk}/versions/1/")
    assert f"„{claim.statement}“, Fassung 1, " in words(in_german.cssselect(".cite")[0])
    assert document.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    newest = client.get(f"/claims/{claim.pk}/versions/2/")
    assert (newest.status_code, newest["Location"]) == (302, claim.get_absolute_url())
    assert client.get(f"/claims/{claim.pk}/versions/3/").status_code == 404


def test_methodology_defines_every_rating(client: Client) -> None:
    document = page(client, "/methodology/")
    rows = {
        words(li.cssselect(".badge")[0]): words(li.cssselect("p")[1])
        for li in document.cssselect(".scale > li")
    }
    assert rows == {r.label: r.definition for r in Rating.objects.filter(scale__publisher__is_house=True)}
    assert len(rows) == 10


def test_link_to_a_ratings_meaning_leads_there(client: Client, publish: Publish) -> None:
    claim = publish()
    link = next(a.get("href") for a in page(client, claim.get_absolute_url()).cssselect(".verdict header a"))
    path, _, fragment = link.partition("#")
    assert words(page(client, path).get_element_by_id(fragment)).startswith("False ")


@pytest.mark.parametrize("path", ["/", "/claims/1/x/", "/sources/1/", "/methodology/"])
def test_pages_only_answer_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
