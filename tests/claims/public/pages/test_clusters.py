"""The page of a cluster."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Cluster
from claims.public.pages import clusters as cluster_page
from claims.review import clusters
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page, statements, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture
def cluster(publish: Publish, editor: User) -> Cluster:
    later = publish(make_claim("Bahnen sind gratis.", language="de", claimed_on=date(2026, 2, 14)))
    earlier = publish(make_claim("Trams are free.", claimed_on=date(2026, 1, 5)))
    made = Cluster.objects.create(title="Free trams", language="en", description="Told\n\n<b>twice</b>.")
    clusters.add(made, [later, earlier], by=editor)
    return clusters.move(made, "published", by=editor)


def test_shows_the_rumour_and_its_claims_the_earliest_first(client: Client, cluster: Cluster) -> None:
    document = page(client, cluster.get_absolute_url())
    assert words(document.cssselect("h1")[0]) == "Free trams"
    assert [words(part) for part in document.cssselect(".context p")] == ["Told", "<b>twice</b>."]
    assert statements(document) == ["Trams are free.", "Bahnen sind gratis."]
    facts = [words(part) for part in document.cssselect(".about dd")]
    assert facts[:4] == ["5 January 2026", "German, English", "1 publisher", "False: 2"]


def test_drafts_are_not_shown(client: Client, cluster: Cluster, editor: User) -> None:
    before = client.get(cluster.get_absolute_url())
    clusters.add(cluster, [make_claim("Xylograph.", language="fr", claimed_on=date(1999, 1, 1))], by=editor)
    after = client.get(cluster.get_absolute_url())
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])


def test_the_address_is_completed_and_kept(client: Client, cluster: Cluster) -> None:
    for path in (f"/clusters/{cluster.pk}/", f"/clusters/{cluster.pk}/another-title/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, f"/clusters/{cluster.pk}/free-trams/")


@pytest.mark.parametrize("state", ["draft", "dissolved"])
def test_is_there_only_while_it_is_published(
    client: Client, cluster: Cluster, editor: User, state: str
) -> None:
    clusters.move(cluster, state, by=editor)
    client.force_login(editor)
    assert client.get(cluster.get_absolute_url()).status_code == 404
    assert client.get(f"/clusters/{cluster.pk}/").status_code == 404


def test_a_new_title_is_a_new_page(client: Client, cluster: Cluster) -> None:
    before = client.get(cluster.get_absolute_url())
    cluster.description = "Told three times."
    cluster.save()
    after = client.get(cluster.get_absolute_url(), headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, "three times" in after.content.decode()) == (200, True)
    assert client.get(cluster.get_absolute_url(), headers={"If-None-Match": after["ETag"]}).status_code == 304


def test_shared_links_are_in_the_language_of_the_page(
    client: Client, cluster: Cluster, settings: Any
) -> None:
    for prefix in ("", "/de"):
        path = f"{prefix}{cluster.get_absolute_url()}"
        [told] = page(client, path).cssselect("meta[property='og:url']")
        assert told.get("content") == f"{settings.SITE_URL}{path}"


def test_costs_two_queries(
    client: Client, cluster: Cluster, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        page(client, cluster.get_absolute_url())


def test_more_than_are_listed(client: Client, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_page, "CLAIMS_PER_CLUSTER", 1)
    document = page(client, cluster.get_absolute_url())
    assert statements(document) == ["Trams are free."]
    assert "Not all claims are listed" in words(document)


def test_the_list_shows_the_newest_first_and_costs_two_queries(
    client: Client, cluster: Cluster, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = Cluster.objects.create(title="Gratis-Bahnen", language="de")
    clusters.add(other, [member.claim for member in cluster.members.all()], by=editor)
    assert statements(page(client, "/clusters/")) == ["Free trams"]
    clusters.move(other, "published", by=editor)
    with django_assert_num_queries(2):  # the page, and the languages
        document = page(client, "/clusters/")
    assert statements(document) == ["Gratis-Bahnen", "Free trams"]
    assert words(document.cssselect(".facts")[0]) == "2 checked claimsGerman, Englishsince 5 January 2026"


def test_the_list_has_pages(
    client: Client, cluster: Cluster, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_page, "CLUSTERS_PER_PAGE", 1)
    other = Cluster.objects.create(title="Gratis-Bahnen", language="de")
    clusters.add(other, [member.claim for member in cluster.members.all()], by=editor)
    clusters.move(other, "published", by=editor)
    (older,) = page(client, "/clusters/").cssselect("a[rel=next]")
    assert statements(page(client, older.get("href"))) == ["Free trams"]
    assert client.get("/clusters/?cursor=nonsense").status_code == 404


def test_none_is_published_yet(client: Client) -> None:
    assert words(page(client, "/clusters/").cssselect(".empty")[0]) == "No rumour has been published yet."


def test_the_list_is_searched_and_divided_by_language(client: Client, cluster: Cluster, editor: User) -> None:
    other = Cluster.objects.create(title="Gratis-Bahnen", language="de")
    clusters.add(other, [member.claim for member in cluster.members.all()], by=editor)
    Cluster.objects.create(title="Xylograph", language="fr")
    clusters.move(other, "published", by=editor)
    document = page(client, "/clusters/")
    chips = [(words(one), one.get("href")) for one in document.cssselect(".by-language a")]
    assert chips == [
        ("All languages", "/clusters/"),
        ("German 1", "/clusters/?language=de"),
        ("English 1", "/clusters/?language=en"),
    ]
    assert statements(page(client, "/clusters/?language=de")) == ["Gratis-Bahnen"]
    assert statements(page(client, "/clusters/?q=TRAMS")) == ["Free trams"]
    assert words(page(client, "/clusters/?q=zzz").cssselect(".empty")[0]) == "No rumour matches. Show all"
    assert words(document.cssselect(".tally")[0]) == "False 2"
    for refused in ("?language=x y", "?q=%00", f"?q={'a' * 600}"):
        assert client.get(f"/clusters/{refused}").status_code == 404
