"""Sitemaps: valid, true, stable, and of nothing that may not be found."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from claims.features.discovery import sitemap_parts
from claims.features.discovery.sitemap_text import SitemapPage, build_sitemap, format_w3c_time
from claims.models import Claim, Claimant, Publication, Topic
from claims.public.pages.page_addresses import list_alternates
from claims.review import workflow
from tests.claims.features.discovery.sitemap_site import (
    MOST_BYTES,
    entries,
    part_of,
    path_of,
    read,
    whole_site,
)
from tests.claims.public.pages.test_head import LARGE_PICTURES, canonicals, languages, robots
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.reader_pages import correct, page

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
HOSTILE = '</loc><script>alert("1")</script> & &amp; ]]> \u202e <?php'


def claims_listed(client: Client) -> list[str]:
    """The canonical addresses of claims that the sitemaps list."""
    own = {entry.alternates["x-default"] for entry in whole_site(client) if entry.alternates}
    return sorted(
        path_of(address) for address in own if "/claims/" in address and path_of(address) != "/claims/"
    )


@pytest.mark.slow
def test_an_empty_ledger_has_valid_sitemaps(client: Client) -> None:
    parts = [path_of(part.address) for part in read(client, "/sitemap.xml")]
    assert parts == ["/sitemap-pages.xml", "/sitemap-news.xml"]
    assert read(client, "/sitemap-news.xml") == []
    pages = [path_of(page.address) for page in read(client, "/sitemap-pages.xml")]
    assert {"/methodology/", "/corrections/", "/de/check/"} <= set(pages)
    assert all(client.get(path).status_code == 200 for path in pages)


def test_a_claim_is_listed_in_all_languages_each_of_which_names_all(client: Client, publish: Publish) -> None:
    claim = publish()
    found = [entry for entry in read(client, part_of("claims", claim.pk)) if "/claims/" in entry.address]
    entry = Publication.objects.get()
    path = claim.get_absolute_url()
    assert found[0].alternates == dict(list_alternates(path))
    assert {one.address for one in found} == set(found[0].alternates.values())
    assert all(one.alternates == found[0].alternates for one in found)
    assert {one.changed_at for one in found} == {entry.published_at.replace(microsecond=0)}


def test_a_claim_is_listed_with_its_picture_of_now(
    client: Client, publish: Publish, checker: User, editor: User, settings: Any
) -> None:
    claim = publish()
    correct(claim, checker, editor)
    (part,) = [part for part in read(client, "/sitemap.xml") if "claims" in part.address]
    pictures = {entry.pictures for entry in read(client, path_of(part.address))}
    assert pictures == {(f"{settings.SITE_URL}/claims/{claim.pk}/image.png?version=2",)}
    assert client.get(f"/claims/{claim.pk}/image.png?version=2").status_code == 200


def test_withdrawn_claims_are_in_no_sitemap(
    client: Client, publish: Publish, editor: User, checker: User
) -> None:
    kept, retracted = publish(), publish()
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    target, merged = publish(), publish()
    workflow.move(merged, "merge", by=editor, into=target)
    assert claims_listed(client) == sorted(one.get_absolute_url() for one in (kept, target))
    assert {entry.title for entry in read(client, "/sitemap-news.xml")} == {
        f"False: {one.statement}" for one in (kept, target)
    }


def test_sources_are_listed_while_a_published_claim_names_them(
    client: Client, publish: Publish, editor: User
) -> None:
    named, unnamed = make_source("The quay was sold."), make_source("The dock is dry.")
    claim = make_claim("The quay was sold.")
    make_appearance(claim, named, "The quay was sold.")
    publish(claim)
    listed = {path_of(entry.alternates["x-default"]) for entry in whole_site(client) if entry.alternates}
    assert f"/sources/{named.pk}/" in listed
    assert f"/sources/{unnamed.pk}/" not in listed
    for path in listed:
        if path.startswith("/sources/"):
            assert client.get(path).status_code == 200
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert f"/sources/{named.pk}/" not in {path_of(entry.address) for entry in whole_site(client)}


def test_a_part_whose_claims_were_all_withdrawn_is_removed(
    client: Client, publish: Publish, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap_parts, "IDS_PER_PART", 1)
    claim = publish()
    path = f"/sitemap-claims-{claim.pk}.xml"
    assert path in [path_of(part.address) for part in read(client, "/sitemap.xml")]
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert path not in [path_of(part.address) for part in read(client, "/sitemap.xml")]
    assert client.get(path).status_code == 404


def test_a_part_in_which_nothing_changed_stays_as_it_was(
    client: Client, publish: Publish, editor: User, checker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap_parts, "IDS_PER_PART", 1)
    with travel("2026-05-01T12:00:00Z", tick=False):
        first, second = publish(), publish()
    paths = [f"/sitemap-claims-{one.pk}.xml" for one in (first, second)]
    before = [client.get(path) for path in paths]
    index = {path_of(part.address): part.changed_at for part in read(client, "/sitemap.xml")}
    with travel("2026-05-02T12:00:00Z", tick=False):
        correct(second, checker, editor)
        publish()
    after = {path_of(part.address): part.changed_at for part in read(client, "/sitemap.xml")}
    assert after[paths[0]] == index[paths[0]] == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert after[paths[1]] == datetime(2026, 5, 2, 12, tzinfo=UTC)
    again = [
        client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code
        for path, answer in zip(paths, before, strict=True)
    ]
    assert again == [304, 200]


def test_a_retraction_changes_when_its_part_changed(
    client: Client, publish: Publish, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with travel("2026-05-01T12:00:00Z", tick=False):
        publish()
        claim = publish()
    with travel("2026-05-02T12:00:00Z", tick=False):
        workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    (part,) = [part for part in read(client, "/sitemap.xml") if "claims" in part.address]
    assert part.changed_at == datetime(2026, 5, 2, 12, tzinfo=UTC)


def test_news_is_of_two_days_and_of_the_newsroom_itself(client: Client, publish: Publish) -> None:
    now = datetime.now(UTC)
    with travel(now - timedelta(days=2, hours=1), tick=False):
        publish(make_claim("The quay was sold."))
    with travel(now - timedelta(days=1), tick=False):
        publish(make_claim(f"The bridge {HOSTILE} was closed."))
    publish(make_claim("The tunnel was opened."))
    titles = [entry.title for entry in read(client, "/sitemap-news.xml")]
    assert titles == [
        "False: The tunnel was opened.",
        f"False: The bridge {HOSTILE} was closed.",
    ]


@pytest.mark.parametrize(
    "tag, said",
    [("en", "en"), ("pt-BR", "pt"), ("zh-Hans", "zh-cn"), ("zh-Hant-HK", "zh-tw"), ("kab", "kab")],
)
def test_languages_are_those_of_google_news(tag: str, said: str) -> None:
    assert sitemap_parts.format_news_language(tag) == said


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(
    client: Client, publish: Publish, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claims = [publish() for _ in range(count)]
    for path, queries in (
        ("/sitemap.xml", 4),
        ("/sitemap-pages.xml", 3),
        (part_of("claims", claims[-1].pk), 1),
        ("/sitemap-news.xml", 2),
    ):
        with django_assert_num_queries(queries):
            assert client.get(path).status_code == 200, path


@pytest.mark.slow
def test_a_full_part_is_no_longer_than_the_protocol_allows(settings: Any) -> None:
    pictures = [f"https://facts.example.org/media/{number:064d}.jpg" for number in range(4)]
    pages = [
        SitemapPage(f"/claims/{10**9 + number}/{'long-slug-' * 8}/", datetime.now(UTC), pictures)
        for number in range(sitemap_parts.IDS_PER_PART)
    ]
    content = build_sitemap(pages).encode()
    assert len(entries(content)) == sitemap_parts.IDS_PER_PART * len(settings.LANGUAGES)
    assert len(content) < MOST_BYTES // 2


@pytest.mark.parametrize(
    "address", ["claims-0", "claims-1000000", "claims-99999999999999999999", "people-1", "snapshots-1"]
)
def test_there_are_no_other_parts(client: Client, publish: Publish, address: str) -> None:
    publish()
    assert client.get(f"/sitemap-{address}.xml").status_code == 404


def test_moments_have_their_zone_and_are_true() -> None:
    at = datetime.fromisoformat("2026-05-01T23:59:59.999999+02:00")
    assert format_w3c_time(at) == "2026-05-01T21:59:59Z"


def test_the_answer_is_the_same_for_everyone(
    client: Client, publish: Publish, editor: User, settings: Any
) -> None:
    path = part_of("claims", publish().pk)
    plain = client.get(path)
    client.force_login(editor)
    other = client.get(path, headers={"Accept-Language": "ko", "Host": "127.0.0.1"})
    assert other.content == plain.content
    assert not other.cookies
    assert "Cookie" not in other.get("Vary", "")


def test_sitemap_canonical_and_languages_agree_and_are_reciprocal(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    publish(make_claim("The bridge was closed.", claimant=claimant, topics=[topic]))
    listed = whole_site(client)
    known = {entry.address: entry for entry in listed if entry.alternates}
    assert len(known) > 40
    for address, entry in known.items():
        document = page(client, path_of(address))
        assert canonicals(document) == [address]
        assert robots(document) == LARGE_PICTURES
        assert languages(document) == entry.alternates
        assert address in entry.alternates.values()
        for other in entry.alternates.values():
            assert known[other].alternates == entry.alternates


@pytest.mark.parametrize("name", ["Köln & Umland", "서울", "النقل العام"])
def test_names_in_any_script_have_one_address_everywhere(client: Client, publish: Publish, name: str) -> None:
    topic = Topic.objects.create(name=name, slug="t")
    publish(make_claim("The bridge was closed.", topics=[topic]))
    (address,) = {entry.alternates["x-default"] for entry in read(client, part_of("topics", topic.pk))}
    assert address.isascii()
    path = path_of(address)
    document = page(client, path)
    assert canonicals(document) == [address]
    assert f"<{address}index.md>" in client.get(path)["Link"]
    plain = client.get(f"{path}index.md")
    assert plain.status_code == 200
    assert f'<{address}>; rel="canonical"' in plain["Link"]
