"""The card of a claim, which other sites show in a frame."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from playwright.sync_api import Browser, Frame
from pytest_django import DjangoAssertNumQueries
from pytest_django.live_server_helper import LiveServer

from claims.features.embeds.cards import build_frame_html, estimate_card_height
from claims.models import Claim, Claimant, Publication, Rating, RatingScale
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.parallel import served
from tests.helpers.reader_pages import bring_out, correct, page, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
SITE = "http://localhost:8000"


def card(client: Client, claim: Claim, query: str = "", **headers: str) -> html.HtmlElement:
    return page(client, f"/claims/{claim.pk}/card/{query}", **headers)


def test_the_card_has_claimant_statement_and_rating(
    client: Client, publish: Publish, claimant: Claimant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claim = publish(make_claim("The tunnel is safe.", claimant=claimant, claimed_on=date(2026, 2, 14)))
    with django_assert_num_queries(1):
        document = card(client, claim)
    assert words(document.cssselect(".embed")[0]) == (
        "Rated False The tunnel is safe. Mara Lindqvist, Minister of Transport, 14 February 2026 "
        "The accounts show a different sum. Factcheck Newsroom Reviewed 1 March 2026 Read the full fact check"
    )
    url = Publication.objects.get().document["url"]
    assert {link.get("href") for link in document.cssselect("a, link[rel=canonical]")} == {url}
    # In the frame itself the page could not be shown.
    assert {(a.get("target"), a.get("rel")) for a in document.cssselect("a")} == {("_blank", "noopener")}
    assert document.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    assert document.cssselect("script") == []


def test_any_site_may_frame_a_card_and_no_other_page(client: Client, publish: Publish) -> None:
    claim = publish()
    framed = client.get(f"/claims/{claim.pk}/card/")
    assert "X-Frame-Options" not in framed
    policy = dict(part.strip().partition(" ")[::2] for part in framed["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "*"
    assert policy["default-src"] == "'self'"
    assert policy["style-src"].startswith("'self' 'sha256-")
    for path in (
        "/",
        claim.get_absolute_url(),
        f"/claims/{claim.pk}/versions/1/",
        "/claims/987654/card/",
        "/feeds/claims.atom",
        "/oembed/",
        "/admin/",
        "/accounts/login/",
        f"/api/v1/claims/{claim.pk}/",
    ):
        response = client.get(path)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"], path


def test_card_is_kept_until_it_changes(client: Client, publish: Publish, checker: User, editor: User) -> None:
    claim = publish()
    first = client.get(f"/claims/{claim.pk}/card/")
    assert first["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" not in first.get("Vary", "")
    again = client.get(f"/claims/{claim.pk}/card/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert "X-Frame-Options" not in again
    correct(claim, checker, editor)
    changed = client.get(f"/claims/{claim.pk}/card/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_corrected_claim_says_so(client: Client, publish: Publish, checker: User, editor: User) -> None:
    claim = publish()
    true = Rating.objects.get(code="true", scale__publisher__is_house=True)
    correct(claim, checker, editor, rating=true, correction_note="We read the wrong report.")
    document = card(client, claim)
    assert words(document.cssselect(".badge")[0]) == "True"
    assert words(document.cssselect(".corrected")[0]).startswith("Correction, ")
    assert words(document.cssselect(".note")[0]) == "We read the wrong report."


def test_retracted_claim_shows_no_verdict(client: Client, publish: Publish, editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    document = card(client, claim)
    assert words(document.cssselect(".badge")[0]) == "Retracted"
    text = words(document.cssselect(".embed")[0])
    assert "We no longer stand by our verdict on this claim. The audit was forged." in text
    assert "False" not in text
    assert "The accounts show" not in text


def test_merged_claim_shows_the_one_that_took_its_place(
    client: Client, publish: Publish, editor: User
) -> None:
    claim, target = publish(make_claim("The tunnel is safe.")), publish(make_claim("The tunnel holds."))
    workflow.move(claim, "merge", by=editor, into=target)
    assert words(card(client, claim).cssselect("h1")[0]) == "The tunnel holds."
    workflow.move(Claim.objects.get(pk=claim.pk), "unmerge", by=editor)
    assert words(card(client, claim).cssselect("h1")[0]) == "The tunnel is safe."


def test_every_publishers_verdict_is_shown(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    other = Publisher.objects.create(name="Gazette")
    scale = RatingScale.objects.create(publisher=other, name="Stars", version="1", language="en")
    rating = Rating.objects.create(scale=scale, code="half", label="Half so", rating_class="mixed")
    bring_out(make_draft(claim, checker, publisher=other, rating=rating), checker, editor)
    badges = words(card(client, claim).cssselect(".badges")[0])
    assert badges == "Rated False Factcheck Newsroom Rated Half so Gazette"


@pytest.mark.parametrize("path", ["/claims/0/card/", "/claims/987654/card/", f"/claims/{10**30}/card/"])
def test_unpublished_claims_have_no_card(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_drafts_have_no_card_and_change_none(client: Client, publish: Publish, checker: User) -> None:
    public, secret = publish(), make_claim("Quillfeather did it.")
    make_draft(secret, checker, summary="Quillfeather")
    make_draft(
        public, checker, summary="Quillfeather", correction_kind="update", correction_note="Quillfeather"
    )
    assert client.get(f"/claims/{secret.pk}/card/").status_code == 404
    assert "Quillfeather" not in card(client, public).text_content()


def test_editors_words_are_text_and_never_markup(
    client: Client, publish: Publish, claimant: Claimant
) -> None:
    attack = '"><img src=x onerror=alert(1)>'
    claimant.name = claimant.job_title = attack
    claimant.save()
    claim = publish(make_claim(f"{attack} is so.", claimant=claimant), summary=attack)
    document = card(client, claim)
    assert [img.get("src") for img in document.cssselect("img")] == ["/static/logo.svg"]
    assert document.cssselect(".embed")[0].text_content().count(attack) == 4
    embedding = page(client, claim.get_absolute_url()).cssselect(".embedding")[0]
    assert embedding.cssselect("iframe, img") == []
    (pasted,) = html.fragments_fromstring(embedding.cssselect("code")[0].text)
    assert pasted.tag == "iframe"
    assert pasted.get("title") == f"Fact check by Factcheck Newsroom: {attack} is so."


@pytest.mark.parametrize(
    "language, direction", [("ar", "rtl"), ("fa-IR", "rtl"), ("ko", "ltr"), ("fi", "ltr")]
)
def test_card_runs_in_the_direction_of_the_claim(
    client: Client, publish: Publish, language: str, direction: str
) -> None:
    document = card(client, publish(make_claim("النفق آمن", language=language)))
    assert document.get("dir") == direction
    assert document.get("lang") == "en"  # of our own words
    assert document.cssselect("h1")[0].get("lang") == language


@pytest.mark.parametrize("theme, told", [("dark", "dark"), ("light", "light"), ("pink", None), ("", None)])
def test_embedder_may_choose_the_theme(
    client: Client, publish: Publish, theme: str, told: str | None
) -> None:
    assert card(client, publish(), f"?theme={theme}").get("data-theme") == told


def test_reader_page_is_never_at_the_address_of_the_card(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("Card!"))
    assert claim.get_absolute_url() == f"/claims/{claim.pk}/claim/"
    assert words(page(client, claim.get_absolute_url()).cssselect("h1")[0]) == "Card!"


def test_claim_page_offers_the_frame(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    code, _widget = page(client, claim.get_absolute_url()).cssselect(".embedding code")
    (pasted,) = html.fragments_fromstring(code.text)
    assert pasted.get("src") == f"{SITE}/claims/{claim.pk}/card/"
    assert client.get(pasted.get("src").removeprefix(SITE)).status_code == 200
    assert "False" not in code.text  # it is pasted for years


def test_claim_page_offers_the_widget(client: Client, publish: Publish) -> None:
    claim = publish(make_claim('The "tunnel" is <b>safe</b>.'))
    _frame, code = page(client, claim.get_absolute_url()).cssselect(".embedding code")
    element, script = html.fragments_fromstring(code.text)
    assert (element.tag, element.get("src")) == ("factcheck-claim", f"{SITE}/claims/{claim.pk}/")
    assert int(element.get("height")) == estimate_card_height(Publication.objects.get().document, 600)
    (link,) = element
    assert link.get("href") == f"{SITE}{claim.get_absolute_url()}"
    assert link.text == 'Fact check by Factcheck Newsroom: The "tunnel" is <b>safe</b>.'
    assert (script.get("src"), script.get("async")) == (f"{SITE}/widget.js", "")
    assert client.get("/widget.js").status_code == 200
    assert "False" not in code.text  # it is pasted for years


@pytest.mark.parametrize("query, scripts", [("", 0), ("?report=height", 1), ("?report=all", 0)])
def test_the_card_has_a_script_only_if_the_widget_requests_its_height(
    client: Client, publish: Publish, query: str, scripts: int
) -> None:
    assert len(card(client, publish(), query).cssselect("script")) == scripts


def test_shared_claim_shows_its_verdict(client: Client, publish: Publish, editor: User) -> None:
    claim = publish(make_claim("The tunnel is safe."))

    def shared() -> dict[str, str]:
        metas = page(client, claim.get_absolute_url()).cssselect(
            "meta[property^='og:'], meta[name^='twitter:']"
        )
        return {meta.get("property") or meta.get("name"): meta.get("content") for meta in metas}

    told = shared()
    assert told["og:title"] == "False: The tunnel is safe."
    assert told["og:description"] == "The accounts show a different sum."
    assert told["twitter:card"] == "summary_large_image"
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    told = shared()
    assert told["og:title"] == "Retracted: The tunnel is safe."
    assert told["og:description"] == "The audit was forged."


# In a browser


@contextmanager
def another_site(folder: Path) -> Iterator[str]:
    """A site of another origin that serves these files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


TEXTS = {
    "en": (
        "The harbour bridge cost nine million euros, and was done a year early. ",
        "The accounts show more. ",
    ),
    "ar": ("قال الوزير إن الجسر الجديد كلف خزينة الدولة تسعة ملايين دينار. ", "الرقم لا يشمل كلفة الطرق. "),
    "ko": ("새 다리를 짓는 데 세금 구백만 유로가 들었다고 장관이 말했다. ", "감사 결과는 다르다. "),
}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 390, 700])
@pytest.mark.parametrize("language", TEXTS)
def test_card_fits_into_its_frame_on_another_site(
    live_server: LiveServer,
    chromium: Browser,
    publish: Publish,
    tmp_path: Path,
    settings: Any,
    language: str,
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    statement, summary = TEXTS[language]
    for times in (1, 4):
        publish(make_claim(statement * times, language=language), summary=summary * times)
    documents = [publication.document for publication in Publication.objects.current()]
    frames = [build_frame_html(d, width=width, height=estimate_card_height(d, width)) for d in documents]
    content = "".join(frames).replace('loading="lazy"', "")
    (tmp_path / "index.html").write_text(f"<!doctype html><meta charset=utf-8>{content}", encoding="utf-8")
    with another_site(tmp_path) as site, new_context(chromium) as context:
        problems: list[str] = []
        shown = context.new_page()
        shown.on("console", lambda message: problems.append(message.text))
        shown.goto(f"{site}/index.html", wait_until="networkidle")
        cards = shown.frames[1:]
        assert [words_of(card) for card in cards] == [d["statement"].strip() for d in documents]
        for card_frame in cards:
            seen, needed = card_frame.evaluate("[innerHeight, document.documentElement.scrollHeight]")
            assert needed <= seen
            assert card_frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [text for text in problems if "favicon" not in text and "404" not in text] == []


def words_of(card_frame: Frame) -> str:
    return " ".join(card_frame.locator("h1").inner_text().split())
