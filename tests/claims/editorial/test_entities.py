"""Sources, claimants, topics and ratings: found, or added once."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.editorial import named_sources
from claims.models import Claimant, Rating, RatingScale, Topic
from sources.http.fetch_errors import FetchError
from sources.models import Publisher, Snapshot, Source
from sources.source_kinds import Material
from tests.helpers.newsroom import make_snapshot, make_source
from tests.helpers.newsroom_tool import pointers, tool
from tests.helpers.parallel import at_once
from tests.helpers.sweeps import sweep

TEXT = "The minister said the bridge cost 90 million euros. It was paid from the road fund, he added."


# Sources --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_source_is_found_by_its_address_and_kept_as_it_is(contributor: User) -> None:
    known = make_source(url="https://news.example.org/bridge", title="The bridge")
    answer = tool(contributor).post(
        "sources/", {"url": "http://news.example.org/bridge/?utm_source=x", "title": "Other"}
    )
    assert (answer.status_code, answer.json()["id"], answer.json()["title"]) == (200, known.pk, "The bridge")
    assert answer["Location"].endswith(f"/sources/{known.pk}/")
    assert Source.objects.count() == 1


@pytest.mark.django_db
def test_a_source_that_is_not_known_is_added(contributor: User) -> None:
    answer = tool(contributor).post(
        "sources/",
        {
            "url": "https://news.example.org/bridge",
            "title": "The bridge",
            "kind": "report",
            "publisher": "The Gazette",
            "byline": "Kim",
            "published_on": "2026-02-28",
            "language": "en",
        },
    )
    assert answer.status_code == 201
    source = Source.objects.get()
    assert (source.created_by, source.kind, source.publisher and source.publisher.name) == (
        contributor,
        "report",
        "The Gazette",
    )
    body = answer.json()
    assert {key: body[key] for key in ("title", "byline", "published_on", "language", "latest_snapshot")} == {
        "title": "The bridge",
        "byline": "Kim",
        "published_on": "2026-02-28",
        "language": "en",
        "latest_snapshot": None,
    }


@pytest.mark.django_db
def test_a_text_becomes_the_latest_snapshot_once(contributor: User) -> None:
    asking = tool(contributor)
    body = {"url": "https://news.example.org/bridge", "title": "The bridge", "text": TEXT}
    first = asking.post("sources/", body)
    assert (first.status_code, first.json()["latest_snapshot"]) == (201, 1)
    again = asking.post("sources/", body)
    assert (again.status_code, again.json()["latest_snapshot"]) == (200, 1)
    changed = asking.post("sources/", body | {"text": TEXT + " Nobody was surprised."})
    assert (changed.json()["id"], changed.json()["latest_snapshot"]) == (first.json()["id"], 2)
    path = first["Location"]
    assert [row["number"] for row in asking.get(f"{path}snapshots/").json()["results"]] == [2, 1]
    shown = asking.get(f"{path}snapshots/1/").json()
    assert (shown["text"], shown["source"]) == (TEXT, first.json()["id"])
    assert Snapshot.objects.get(number=1).captured_by == contributor


@pytest.mark.django_db
def test_an_address_is_captured_on_request(contributor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://news.example.org/bridge"
    monkeypatch.setattr(named_sources, "fetch", lambda address: address)
    monkeypatch.setattr(
        Material,
        "fetched",
        lambda address: Material(TEXT.encode(), url=address, final_url=address, content_type="text/plain"),
    )
    answer = tool(contributor).post("sources/", {"url": url, "title": "The bridge", "capture": True})
    assert (answer.status_code, answer.json()["latest_snapshot"], answer.json()["url"]) == (201, 1, url)


@pytest.mark.django_db
def test_an_address_without_content_is_not_stored_as_a_source(
    contributor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(address: str) -> Any:
        raise FetchError("timed_out", f"{address} did not answer.")

    monkeypatch.setattr(named_sources, "fetch", fetch)
    refusal = tool(contributor).post("sources/", {"url": "https://news.example.org/x", "capture": True})
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/url"])
    assert not Source.objects.exists()


@sweep("address", ["http://127.0.0.1/", "http://169.254.169.254/latest/", "http://localhost/"], undone=True)
@pytest.mark.django_db
def test_nothing_is_fetched_from_the_servers_own_network(contributor: User, address: str) -> None:
    refusal = tool(contributor).post("sources/", {"url": address, "capture": True})
    assert refusal.status_code in (400, 422)
    assert not Source.objects.exists()


@sweep(
    "body, status, place",
    [
        ({}, 400, "#/url"),
        ({"url": "https://news.example.org/x"}, 422, "#"),
        ({"url": "ftp://news.example.org/x", "title": "x"}, 422, "#"),
        ({"url": "nothing"}, 400, "#/url"),
        ({"title": "x", "capture": True}, 400, "#/url"),
        ({"url": "https://news.example.org/x", "capture": True, "text": "x"}, 400, "#/capture"),
        ({"url": "https://news.example.org/x", "capture": "yes"}, 400, "#/capture"),
        ({"title": "x", "kind": "rumour"}, 400, "#/kind"),
        ({"title": "x", "language": "tlhh"}, 422, "#"),
        ({"title": "x", "publisher": 5}, 400, "#/publisher"),
        ({"title": "x", "published_on": "yesterday"}, 400, "#/published_on"),
        ({"title": "x", "text": "   "}, 422, "#/text"),
    ],
    undone=True,
)
@pytest.mark.django_db
def test_a_source_is_read_strictly(contributor: User, body: dict[str, Any], status: int, place: str) -> None:
    refusal = tool(contributor).post("sources/", body)
    assert (refusal.status_code, pointers(refusal)) == (status, [place])
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_sources_are_searched_whether_or_not_anything_published_mentions_them(contributor: User) -> None:
    source = make_source(url="https://news.example.org/bridge", title="The bridge")
    make_source(title="Something else")
    asking = tool(contributor)
    for query in ("url=https://news.example.org/bridge%23top", "q=bridge"):
        assert [row["id"] for row in asking.get(f"sources/?{query}").json()["results"]] == [source.pk]


@pytest.mark.django_db(transaction=True)
def test_the_same_new_address_at_once_is_one_source(contributor: User) -> None:
    body = {"url": "https://news.example.org/bridge", "title": "The bridge", "publisher": "The Gazette"}
    tools = [tool(contributor) for _ in range(3)]
    answers = at_once(*(lambda t=t: t.post("sources/", body) for t in tools))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert (Source.objects.count(), Publisher.objects.filter(name="The Gazette").count()) == (1, 1)


# Claimants and topics -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_claimant_is_found_by_name_and_kept_as_it_is(contributor: User, claimant: Claimant) -> None:
    asking = tool(contributor)
    found = asking.post("claimants/", {"name": "MARA LINDQVIST", "job_title": "Pilot"})
    assert (found.status_code, found.json()["id"], found.json()["job_title"]) == (
        200,
        claimant.pk,
        "Minister of Transport",
    )
    made = asking.post(
        "claimants/",
        {"name": "Port Authority", "kind": "organization", "same_as": ["https://port.example.org/"]},
    )
    assert made.status_code == 201
    assert made.json() == {
        "id": Claimant.objects.get(name="Port Authority").pk,
        "name": "Port Authority",
        "kind": "organization",
        "job_title": "",
        "affiliation": "",
        "country": "",
        "same_as": ["https://port.example.org/"],
        "notes": "",
    }


@pytest.mark.django_db
def test_a_topic_is_found_by_name_or_slug_and_kept_as_it_is(editor: User, topic: Topic) -> None:
    asking = tool(editor)
    for body in ({"name": "transport"}, {"name": "Traffic", "slug": "transport"}):
        found = asking.post("topics/", body)
        assert (found.status_code, found.json()["id"], found.json()["name"]) == (200, topic.pk, "Transport")
    made = asking.post("topics/", {"name": "Häfen und Fähren", "parent": topic.pk})
    assert (made.status_code, made.json()["slug"], made.json()["parent"]) == (
        201,
        "häfen-und-fähren",
        topic.pk,
    )


@pytest.mark.parametrize("resource, model", [("claimants", Claimant), ("topics", Topic)])
@pytest.mark.django_db(transaction=True)
def test_the_same_new_name_at_once_is_one_thing(editor: User, resource: str, model: Any) -> None:
    tools = [tool(editor) for _ in range(3)]
    answers = at_once(*(lambda t=t: t.post(f"{resource}/", {"name": "Harbours"}) for t in tools))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert model.objects.filter(name="Harbours").count() == 1


@sweep(
    "resource, body, place",
    [
        ("claimants", {}, "#/name"),
        ("claimants", {"name": ""}, "#/name"),
        ("claimants", {"name": "x" * 201}, "#/name"),
        ("claimants", {"name": "x", "kind": "robot"}, "#/kind"),
        ("claimants", {"name": "x", "country": "Germany"}, "#/country"),
        ("claimants", {"name": "x", "same_as": ["nowhere"]}, "#/same_as/0"),
        ("topics", {"name": "x", "slug": "no spaces"}, "#/slug"),
        ("topics", {"name": "x", "children": []}, "#/children"),
    ],
    undone=True,
)
@pytest.mark.django_db
def test_claimants_and_topics_are_read_strictly(
    editor: User, resource: str, body: dict[str, Any], place: str
) -> None:
    refusal = tool(editor).post(f"{resource}/", body)
    assert (refusal.status_code, pointers(refusal)) == (400, [place])


@sweep(
    "resource, body, status, places",
    [
        ("topics", {"name": "x", "parent": 999_999}, 422, ["#/parent"]),
        ("verdicts", {"claim": 999_999}, 422, ["#/claim"]),
        ("verdicts", {"claim": 0}, 422, ["#/claim"]),
        ("verdicts", {"claim": 2**64, "rating": 999_999}, 422, ["#/claim", "#/rating"]),
        ("verdicts", {"claim": "999999"}, 400, ["#/claim"]),
        ("verdicts", {"claim": 999_999, "ratings": 1}, 400, ["#/claim", "#/ratings"]),
        (
            "claims",
            {"statement": "x", "language": "en", "topics": [999_998, 999_999]},
            422,
            ["#/topics/0", "#/topics/1"],
        ),
    ],
    undone=True,
)
@pytest.mark.django_db
def test_missing_rows_and_invalid_values_have_different_errors(
    editor: User, resource: str, body: dict[str, Any], status: int, places: list[str]
) -> None:
    refusal = tool(editor).post(f"{resource}/", body)
    assert (refusal.status_code, pointers(refusal)) == (status, places)


@pytest.mark.django_db
def test_a_name_that_makes_no_slug_is_refused_and_not_stored(editor: User) -> None:
    refusal = tool(editor).post("topics/", {"name": "!!!"})
    assert (refusal.status_code, pointers(refusal)) == (400, ["#/slug"])
    assert not Topic.objects.exists()


@pytest.mark.django_db
def test_ratings_are_listed_before_they_are_used(contributor: User) -> None:
    other = Publisher.objects.create(name="Other Checkers")
    scale = RatingScale.objects.create(publisher=other, name="Stars", version="1", language="en")
    odd = Rating.objects.create(scale=scale, code="odd", label="Odd")
    asking = tool(contributor)
    shown = asking.get(f"ratings/?publisher={other.pk}").json()["results"]
    assert [(row["id"], row["code"], row["publisher"]["name"]) for row in shown] == [
        (odd.pk, "odd", "Other Checkers")
    ]
    assert asking.get(f"ratings/{odd.pk}/").json() == shown[0]


@pytest.mark.django_db
def test_the_text_of_a_snapshot_is_read_by_number(contributor: User) -> None:
    source = make_source(TEXT)
    make_snapshot(source, "Shortened.")
    asking = tool(contributor)
    listed = asking.get(f"sources/{source.pk}/snapshots/?ordering=number").json()["results"]
    assert [(row["number"], "text" in row) for row in listed] == [(1, False), (2, False)]
    assert asking.get(f"sources/{source.pk}/snapshots/2/").json()["text"] == "Shortened."
