"""Nothing unpublished can be reached through the API: not by list, id, filter, search or error message.

The newsroom below holds secrets of every kind, all marked by one word, beside one published claim.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import (
    Claim,
    Claimant,
    Cluster,
    ClusterMember,
    Evidence,
    Rating,
    RatingScale,
    Topic,
    Verdict,
)
from claims.review import verdict_drafts, workflow
from factcheck.routes import LIST_RESOURCES
from sources.models import Publisher, Source
from tests.helpers.empty_results import empty, text_of
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.newsroom import rating as house_rating
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic
from tests.helpers.sweeps import sweep

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
SECRET = "Quillfeather"


@dataclass
class Secrets:
    """Secret values, by the resource that would reveal them."""

    claims: Claim
    verdicts: Verdict
    sources: Source
    publishers: Publisher
    claimants: Claimant
    topics: Topic
    ratings: Rating
    clusters: Cluster


def cluster_of(title: str, *claims: Claim) -> Cluster:
    """A published cluster; readers see it if two of its claims are published."""
    cluster = Cluster.objects.create(title=title, language="en")
    ClusterMember.objects.bulk_create(ClusterMember(cluster=cluster, claim=claim) for claim in claims)
    Cluster.objects.filter(pk=cluster.pk).update(state="published", published_at=cluster.created_at)
    return cluster


@pytest.fixture(scope="module")
def public(publish: Publish, claimant: Claimant, topic: Topic) -> Claim:
    claim = make_claim(
        "The ferry sank.", claimant=claimant, topics=[topic], reason=f"Chosen because of {SECRET}.", score=0.5
    )
    source = make_source(
        "He said the ferry sank.",
        notes=f"{SECRET} told us",
        publisher=Publisher.objects.create(name="Gazette"),
    )
    make_appearance(claim, source, "the ferry sank")
    Claimant.objects.filter(pk=claimant.pk).update(notes=f"Ask {SECRET}.")
    cluster_of("Ferries that sink", publish(claim), publish(make_claim("The ferry was sunk.")))
    return claim


@pytest.fixture(scope="module")
def secrets(public: Claim, checker: User) -> Secrets:
    publisher = Publisher.objects.create(
        name=f"{SECRET} Checkers", domain="quillfeather.example", kind="civil_society"
    )
    scale = RatingScale.objects.create(
        publisher=publisher, name=f"{SECRET} scale", version="1", language="en"
    )
    rating = Rating.objects.create(scale=scale, code="quillfeather", label=SECRET, rating_class="satire")
    claimant = Claimant.objects.create(
        name=f"Ada {SECRET}", country="NO", same_as=["https://quillfeather.example/ada"]
    )
    topic = Topic.objects.create(name=SECRET, slug="quillfeather")
    text = f"She said that {SECRET} did it."
    source = make_source(
        text, title=f"{SECRET} memo", url="https://quillfeather.example/memo", publisher=publisher
    )
    claim = make_claim(
        f"{SECRET} did it.",
        claimant=claimant,
        topics=[topic],
        language="no",
        claimed_on=date(2020, 2, 2),
        context=SECRET,
    )
    make_appearance(claim, source, f"{SECRET} did it")
    draft = make_draft(
        claim, checker, publisher=publisher, rating=rating, summary=SECRET, reviewed_on=date(2020, 2, 2)
    )
    Evidence.objects.create(verdict=draft, source=source, stance="refutes", note=SECRET)
    workflow.move(draft, "submit", by=checker)
    # On the published claim: a new appearance, a new topic and a new version of the verdict, none of them published.
    make_appearance(public, source, "She said")
    public.topics.add(topic)
    revised = verdict_drafts.create_draft(
        public, author=checker, summary=f"In truth {SECRET} did it.", rating=house_rating("satire")
    )
    Evidence.objects.create(verdict=revised, source=source, stance="supports", note=SECRET)
    Claim.objects.filter(pk=public.pk).update(
        statement=f"The ferry sank because of {SECRET}.", claimant=claimant
    )
    # Claims in the other states.
    proposed = make_claim(f"{SECRET} proposed.", state="proposed", claimant=claimant, topics=[topic])
    make_claim(f"{SECRET} declined.", state="declined", reason="No.", claimant=claimant, topics=[topic])
    # In a cluster that is public, and in one whose claims are not.
    ClusterMember.objects.create(cluster=public.clusters.get(), claim=claim)
    cluster = cluster_of(f"What {SECRET} did", claim, proposed, public)
    return Secrets(claim, draft, source, publisher, claimant, topic, rating, cluster)


@pytest.mark.slow
@sweep("name", LIST_RESOURCES, undone=True)
def test_lists_show_only_published_rows(client: Client, secrets: Secrets, name: str) -> None:
    page = text_of(client, f"/api/v1/{name}/?page_size=200&count=exact")
    assert SECRET.lower() not in page.lower()
    assert '"count":0' not in page  # there is something that could have shown it


@sweep("name", LIST_RESOURCES, undone=True)
def test_details_of_published_rows_show_nothing_else(client: Client, secrets: Secrets, name: str) -> None:
    for item in client.get(f"/api/v1/{name}/").json()["results"]:
        assert SECRET.lower() not in text_of(client, f"/api/v1/{name}/{item['id']}/").lower()


@sweep("name", LIST_RESOURCES, undone=True)
def test_unpublished_thing_cannot_be_distinguished_from_one_that_does_not_exist(
    client: Client, secrets: Secrets, name: str
) -> None:
    known = getattr(secrets, name).pk
    answers = []
    for pk in (known, 987_654):
        response = client.get(f"/api/v1/{name}/{pk}/", headers={"x-request-id": "asked"})
        answers.append(
            (
                response.status_code,
                response.content.decode().replace(f"/{pk}/", "/ID/"),
                dict(response.headers),
            )
        )
        del answers[-1][2]["Content-Length"]  # that of the id
    assert answers[0][0] == 404
    assert answers[0] == answers[1]


@sweep("moment", ["", "?as_of=2099-01-01", "?as_of=2026-01-01"], undone=True)
def test_unpublished_claim_has_no_past_either(client: Client, secrets: Secrets, moment: str) -> None:
    path = f"/api/v1/claims/{secrets.claims.pk}/"
    assert client.get(path + moment).status_code in (400, 404)
    assert client.get(f"{path}versions/").status_code == 404
    assert client.get(f"{path}quotes/").status_code == 404
    assert client.get(f"{path}versions/1/").status_code == 404


def test_versions_of_a_published_claim_show_only_published_data(
    client: Client, public: Claim, secrets: Secrets
) -> None:
    for path in ("versions/", "versions/1/", "quotes/"):
        assert SECRET not in text_of(client, f"/api/v1/claims/{public.pk}/{path}")


CLAIM_FILTERS = [
    f"q={SECRET}",
    f"q={SECRET[1:]}",
    f"q={SECRET}&spelling=exact",
    f"q={SECRET}&highlight=true",
    "language=no",
    "claimant={claimants}",
    "topic={topics}",
    "topic=quillfeather",
    "cluster={clusters}",
    "source={sources}",
    "appears_in={sources}",
    "source_domain=quillfeather.example",
    "source_url=https://quillfeather.example/memo",
    "review_url=https://quillfeather.example/review",
    "publisher={publishers}",
    "publisher=quillfeather.example",
    "publisher_kind=civil_society",
    "rating={ratings}",
    "rating=quillfeather",
    "rating_class=satire",
    "reviewed_before=2020-12-31",
    "claimed_before=2020-12-31",
    "published_before=2020-12-31",
    "updated_before=2020-12-31",
    "has=correction",
    "status=retracted,merged",
    "as_of=2020-12-31",
]


@sweep("query", CLAIM_FILTERS, undone=True)
def test_no_filter_of_claims_reaches_a_draft(client: Client, secrets: Secrets, query: str) -> None:
    ids = {name: getattr(secrets, name).pk for name in LIST_RESOURCES}
    assert empty(client, f"/api/v1/claims/?{query.format(**ids)}")


def test_every_filter_of_claims_is_among_these() -> None:
    paging = {"page_size", "cursor", "count", "ordering", "fields", "view"}
    mirrored = {"claimed_after", "reviewed_after", "published_after", "updated_after"}
    tried = {part.split("=")[0] for query in CLAIM_FILTERS for part in query.split("&")}
    assert tried == set(LIST_RESOURCES["claims"].list_query.base_filters) - paging - mirrored


@sweep(
    "path",
    [
        f"verdicts/?q={SECRET}",
        "verdicts/?claim={claims}",
        "verdicts/?claimant={claimants}",
        "verdicts/?topic={topics}",
        "verdicts/?topic=quillfeather",
        "verdicts/?publisher={publishers}",
        "verdicts/?publisher=quillfeather.example",
        "verdicts/?publisher_kind=civil_society",
        "verdicts/?rating={ratings}",
        "verdicts/?rating=quillfeather",
        "verdicts/?rating_class=satire",
        "verdicts/?language=no",
        "verdicts/?reviewed_before=2020-12-31",
        f"sources/?q={SECRET}",
        f"sources/?q={SECRET}+told",
        "sources/?publisher={publishers}",
        "sources/?publisher=quillfeather.example",
        "sources/?url=https://quillfeather.example/memo",
        f"publishers/?q={SECRET}",
        "publishers/?kind=civil_society",
        "publishers/?domain=quillfeather.example",
        f"claimants/?q={SECRET}",
        "claimants/?country=NO",
        "claimants/?same_as=https://quillfeather.example/ada",
        f"topics/?q={SECRET}",
        "topics/?slug=quillfeather",
        f"ratings/?q={SECRET}",
        "ratings/?publisher={publishers}",
        "ratings/?publisher=quillfeather.example",
        "ratings/?code=quillfeather",
        "ratings/?rating_class=satire",
    ],
    undone=True,
)
def test_no_filter_of_other_things_reaches_a_draft(client: Client, secrets: Secrets, path: str) -> None:
    assert empty(
        client, "/api/v1/" + path.format(**{name: getattr(secrets, name).pk for name in LIST_RESOURCES})
    )
