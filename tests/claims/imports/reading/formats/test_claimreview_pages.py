"""Web pages → the ClaimReviews in their markup."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.formats import claimreview_pages
from claims.imports.reading.raw_record import Refusal
from tests.helpers.import_records import STATEMENTS, codes, found, opened, page, read, review, statements
from tests.helpers.sweeps import sweep

EN, DE, FR, BN = (STATEMENTS[code] for code in ("en", "de", "fr", "bn"))
ADDRESS = "https://example.org/1"


def script(statement: str = EN, **properties: Any) -> str:
    return json.dumps(review(statement, **properties), ensure_ascii=False)


class TestDateAndHeadlineOfThePage:
    HEAD = (
        '<title>Nordblick</title><meta property="og:title" content="What the bridge cost">'
        '<meta property="article:published_time" content="2024-03-05T08:00:00+01:00">'
    )

    def test_date_and_headline_if_the_markup_has_none(self) -> None:
        (one,) = found(page(script(EN), head=self.HEAD))
        assert (one["title"], one["reviewed_on"]) == ("What the bridge cost", "2024-03-05")

    def test_the_markup_comes_first(self) -> None:
        (one,) = found(page(script(EN, datePublished="2024-03-04", headline="Nine years"), head=self.HEAD))
        assert (one["title"], one["reviewed_on"]) == ("Nine years", "2024-03-04")

    def test_a_page_adds_no_date_to_reviews_of_other_pages(self) -> None:
        (one,) = found(page(script(EN, url="https://elsewhere.example/1"), head=self.HEAD))
        assert "reviewed_on" not in one


class TestJsonLd:
    @sweep("code", STATEMENTS)
    def test_in_every_language(self, code: str) -> None:
        assert [one["statement"] for one in found(page(script(STATEMENTS[code])))] == [STATEMENTS[code]]

    @pytest.mark.parametrize(
        "kind", ["application/ld+json", "application/ld+json; charset=utf-8", " Application/LD+JSON "]
    )
    def test_however_its_type_is_written(self, kind: str) -> None:
        assert len(found(page(script(), kind=kind))) == 1

    @pytest.mark.parametrize("kind", ["application/json", "text/javascript", "module"])
    def test_no_other_script_is_read(self, kind: str) -> None:
        assert codes(read(page(script(), kind=kind))) == ["no ClaimReview"]

    @sweep(
        ("before", "behind"),
        [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("<![CDATA[", "]]>"), ("\ufeff", ";")],
    )
    def test_in_any_wrapper(self, before: str, behind: str) -> None:
        assert [one["statement"] for one in found(page(before + script(FR) + behind))] == [FR]

    def test_all_blocks_are_read(self) -> None:
        results = read(page('{"@type": "WebSite"}', script(EN), "", script(DE), "[" + script(FR) + "]"))
        assert statements(results) == [EN, DE, FR]
        assert [one.location.position for one in results] == ["block 2", "block 4", "block 5"]

    def test_a_broken_block_is_reported_and_the_others_are_read(self) -> None:
        results = read(page(script(EN), script(DE)[:-9], '{"@type": "WebSite', script(FR)))
        assert (statements(results), codes(results)) == ([EN, FR], ["broken JSON"])
        (refusal,) = [one for one in results if isinstance(one, Refusal)]
        assert refusal.location.position == "block 2"

    def test_references_lead_to_other_blocks(self) -> None:
        organisation = '{"@id": "#us", "@type": "Organization", "name": "Nordblick"}'
        (one,) = found(page(script(author={"@id": "#us"}), organisation))
        assert one["publisher"] == "Nordblick"


MICRODATA = f"""
<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Nine years</h1>
<div itemprop="review" itemscope itemtype="https://schema.org/ClaimReview" itemref="rating nowhere">
  <link itemprop="url" href="{ADDRESS}"><p itemprop="claimReviewed">{BN}</p>
  <span itemprop="author" itemscope itemtype="https://schema.org/Organization"><b itemprop="name">Setu</b></span>
  <div itemprop="itemReviewed" itemscope itemtype="https://schema.org/Claim">
    <span itemprop="author" itemscope itemtype="https://schema.org/Person"><i itemprop="name">Mina Das</i></span>
    <time itemprop="datePublished" datetime="2024-01-02">last week</time>
    <a itemprop="appearance" href="https://paper.example/1">one</a>
    <a itemprop="appearance" href="https://paper.example/2">two</a>
  </div>
  <meta itemprop="datePublished" content="2024-01-09">
</div></article>
<p id="rating" itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">
  <span itemprop="alternateName">মিথ্যা</span> <data itemprop="ratingValue" value="1">one star</data></p>
"""
RDFA = f"""
<div vocab="https://schema.org/" typeof="ClaimReview" resource="#r">
  <a property="url" href="{ADDRESS}">here</a><p property="schema:claimReviewed">{BN}</p>
  <span property="author" typeof="Organization"><b property="name">Setu</b></span>
  <div property="itemReviewed" typeof="Claim">
    <span property="author" typeof="Person"><i property="name">Mina Das</i></span>
    <time property="datePublished" datetime="2024-01-02">last week</time>
    <a property="appearance" href="https://paper.example/1">one</a>
    <a property="appearance" href="https://paper.example/2">two</a>
  </div>
  <meta property="datePublished" content="2024-01-09">
  <p property="reviewRating" typeof="Rating"><span property="alternateName">মিথ্যা</span>
  <span property="ratingValue" content="1">one star</span></p>
</div>
"""
MARKED_UP = {
    "statement": BN,
    "claimant": "Mina Das",
    "claimant_kind": "Person",
    "claimed_on": "2024-01-02",
    "appearances": ["https://paper.example/1", "https://paper.example/2"],
    "publisher": "Setu",
    "rating": "মিথ্যা",
    "rating_value": "1",
    "review_url": ADDRESS,
    "reviewed_on": "2024-01-09",
}


class TestElements:
    @pytest.mark.parametrize(("body", "more"), [(MICRODATA, {"title": "Nine years"}), (RDFA, {})])
    def test_everything_in_the_elements(self, body: str, more: dict[str, str]) -> None:
        assert found(page(body=body)) == [MARKED_UP | more]

    def test_one_review_in_three_syntaxes_is_one(self) -> None:
        json_ld = script(BN, url=ADDRESS, author={"name": "Setu"}, reviewRating={"alternateName": "মিথ্যা"})
        results = read(page(json_ld, json_ld, body=MICRODATA + RDFA))
        assert [str(one.location) for one in results] == ["file, block 1"]

    def test_two_verdicts_on_one_claim_are_two(self) -> None:
        both = [
            script(BN, author={"name": name}, reviewRating={"alternateName": "False"})
            for name in ("Setu", "Nodi")
        ]
        assert [one["publisher"] for one in found(page(*both))] == ["Setu", "Nodi"]

    @pytest.mark.parametrize(
        "body",
        [
            MICRODATA[MICRODATA.index("<div itemprop") :],
            RDFA.replace('typeof="ClaimReview"', 'property="review" typeof="ClaimReview"'),
        ],
        ids=["microdata", "RDFa"],
    )
    def test_part_of_nothing_is_a_review_all_the_same(self, body: str) -> None:
        """Pages mark independent items as properties, as templates often do."""
        (one,) = found(page(body=body))
        assert (one["statement"], one["publisher"]) == (BN, "Setu")

    def test_part_of_another_is_found_once(self) -> None:
        assert statements(read(page(body=MICRODATA))) == [BN]
        body = '<p itemscope itemtype="https://schema.org/WebPage" itemref="r"></p><div id="r">' + MICRODATA[
            MICRODATA.index("<div itemprop") :
        ].replace("</article>", "</div>")
        assert statements(read(page(body=body))) == [BN]

    def test_references_in_circles_end(self) -> None:
        body = (
            '<div id="a" itemscope itemtype="https://schema.org/ClaimReview" itemref="b">'
            '<i itemprop="claimReviewed">x</i></div>'
            '<div id="b" itemprop="review" itemscope itemtype="https://schema.org/ClaimReview" itemref="a b"></div>'
        )
        assert "x" in statements(read(page(body=body)))


class TestWhatThePageSays:
    HEAD = (
        f"<link rel=canonical href='{ADDRESS}'><meta property='og:site_name' content='Nordblick'>"
        "<meta property='og:title' content='Nine years?'>"
    )

    def test_fills_missing_values(self) -> None:
        assert found(page(script(), head=self.HEAD)) == [
            {
                "statement": EN,
                "rating": "False",
                "review_url": ADDRESS,
                "title": "Nine years?",
                "review_language": "en",
                "publisher": "Nordblick",
            }
        ]

    def test_does_not_replace_existing_values(self) -> None:
        own: dict[str, Any] = {
            "url": f"{ADDRESS}?page=2",
            "headline": "Ten?",
            "inLanguage": "de",
            "author": {"name": "Setu"},
        }
        (one,) = found(page(script(**own), head=self.HEAD))
        assert (one["review_url"], one["title"], one["review_language"], one["publisher"]) == (
            f"{ADDRESS}?page=2",
            "Ten?",
            "de",
            "Setu",
        )

    def test_a_page_that_only_quotes_the_review_is_skipped(self) -> None:
        """A site that collects reviews says so by `sdPublisher`; its page is not that of the review."""
        ours = {"@type": "Organization", "name": "Nordblick"}
        quoted = script(author={"name": "Setu"}, sdPublisher=ours)
        assert found(page(quoted, head=self.HEAD), url=ADDRESS) == [
            {"statement": EN, "rating": "False", "publisher": "Setu"}
        ]
        (own,) = found(page(script(author=ours, sdPublisher=ours), head=self.HEAD), url=ADDRESS)
        assert (own["review_url"], own["title"]) == (ADDRESS, "Nine years?")

    def test_the_address_it_was_fetched_at(self) -> None:
        (one,) = found(page(script(author={"url": "/about"})), url=ADDRESS)
        assert (one["review_url"], one["publisher_url"]) == (ADDRESS, "https://example.org/about")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_every_encoding(encoding: str) -> None:
    markup = f"<html><meta charset={encoding}><script type='application/ld+json'>{script(FR)}</script></html>"
    assert [one["statement"] for one in found(markup.encode(encoding))] == [FR]


def test_a_page_without_markup() -> None:
    (refusal,) = read(page())
    assert isinstance(refusal, Refusal)
    assert (refusal.code, str(refusal.location)) == ("no ClaimReview", "file, the whole page")


def test_a_page_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimreview_pages, "MAX_BYTES", 100)
    assert codes(read(page(script()))) == ["too large"]


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"<html>", b"<script type='application/ld+json'>", b"<p itemscope>"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, before: bytes) -> None:
    assert len(list(claimreview_pages.read(opened(before + content), {}))) >= 1


@settings(deadline=None)
@given(st.integers(0, 255), st.data())
def test_damage_costs_nothing_before_it(byte: int, data: st.DataObject) -> None:
    whole = page(script(EN), script(DE), script(FR))
    second = whole.index(b"<script", whole.index(b"</script>"))
    at = data.draw(st.integers(second, len(whole) - 1))
    for damaged in (
        whole[:at],
        whole[:at] + bytes([byte]) + whole[at + 1 :],
        whole[:at] + bytes([byte]) + whole[at:],
    ):
        assert statements(claimreview_pages.read(opened(damaged), {}))[:1] == [EN]
