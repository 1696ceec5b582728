"""The list of claims: several at once, by article, and filters that combine."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.articles.detection.check_worthiness import CheckBand, choose_band
from claims.models import Claim, Claimant, Topic, Transition
from claims.review import workflow
from tests.helpers.desk import said
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

LIST = "/admin/claims/claim/"


def act(client: Client, claims: list[Claim], action: str, **more: Any) -> Any:
    chosen = {"action": action, "_selected_action": [claim.pk for claim in claims], **more}
    return client.post(LIST, chosen, follow=True)


def test_several_are_merged_side_by_side_and_back(client: Client, editor: User) -> None:
    claims = [make_claim(f"The ferry sank {number} times.") for number in (1, 2, 3)]
    client.force_login(editor)
    page = act(client, claims, "merge_selected")
    assert [side["claim"] for side in page.context["sides"]] == claims
    seen = page.context["seen"]
    done = act(client, claims, "merge_selected", is_confirmed="1", seen=seen, stays=claims[1].pk)
    assert said(done) == ["2 claims changed."]
    assert dict(Claim.objects.values_list("pk", "merged_into")) == {
        claims[0].pk: claims[1].pk,
        claims[1].pk: None,
        claims[2].pk: claims[1].pk,
    }
    for merged in Claim.objects.filter(state="merged"):
        workflow.move(merged, "unmerge", by=editor)
    assert set(Claim.objects.values_list("state", "merged_into")) == {("accepted", None)}


def test_one_that_stays_is_among_them_and_there_are_two(client: Client, editor: User) -> None:
    one, other, third = make_claim(), make_claim(), make_claim()
    client.force_login(editor)
    assert said(act(client, [one], "merge_selected")) == ["Select from 2 to 12 claims to merge."]
    for stays in ("", "x", str(third.pk)):
        page = act(client, [one, other], "merge_selected", is_confirmed="1", stays=stays)
        assert page.context["kind"] == "merge"
    assert Claim.objects.filter(state="merged").count() == 0


def test_claims_moved_since_the_page_was_loaded_are_not_declined(
    client: Client, checker: User, editor: User
) -> None:
    one, other = make_claim("A.", state="proposed"), make_claim("B.", state="proposed")
    client.force_login(checker)
    seen = act(client, [one, other], "decline_selected").context["seen"]
    workflow.move(one, "accept", by=editor)
    done = act(client, [one, other], "decline_selected", is_confirmed="1", seen=seen, reason="Too vague.")
    assert said(done) == [
        "“A.” was not changed. Edith decided first: Accept for checking.",
        "1 claim changed.",
    ]
    assert dict(Claim.objects.values_list("pk", "state")) == {one.pk: "accepted", other.pk: "declined"}


def test_several_are_filed(client: Client, checker: User, topic: Topic) -> None:
    one, other = make_claim(), make_claim("B.", topics=[topic])
    client.force_login(checker)
    page = act(client, [one, other], "add_topic_to_selected")
    assert list(page.context["topics"]) == [(topic.pk, "Transport")]
    done = act(client, [one, other], "add_topic_to_selected", is_confirmed="1", topic=topic.pk)
    assert said(done) == [
        "“B.” was not changed. The claim already has the topic “Transport”.",
        "1 claim changed.",
    ]
    assert set(topic.claims.all()) == {one, other}


@pytest.mark.parametrize(
    "action", ["accept_selected", "decline_selected", "add_topic_to_selected", "merge_selected"]
)
def test_without_permission_no_action_is_offered_or_carried_out(
    action: str, client: Client, contributor: User, topic: Topic
) -> None:
    claims = [make_claim(state="proposed", created_by=contributor) for _number in range(2)]
    client.force_login(contributor)
    assert action not in client.get(LIST).content.decode()
    act(client, claims, action, is_confirmed="1", reason="x", topic=topic.pk, stays=claims[0].pk)
    assert Transition.objects.count() == topic.claims.count() == 0


def test_not_everything_at_once(client: Client, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.admin.claim_bulk.MAX_SELECTED", 1)
    claims = [make_claim(state="proposed"), make_claim(state="proposed")]
    client.force_login(editor)
    assert said(act(client, claims, "accept_selected")) == [
        "No more than 1 claims at once. Filter the list, or select fewer."
    ]
    assert Transition.objects.count() == 0


def by_article(client: Client, **asked: str) -> list[tuple[str, str]]:
    listed = client.get(LIST, {"group": "article", **asked}).context["cl"].result_list
    return [(claim.statement, str(getattr(claim, "article_heading", ""))) for claim in listed]


@pytest.mark.parametrize("most", [5_000, 1])
def test_claims_are_listed_below_their_article(
    most: int, client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.admin.claim_list.MAX_ORDERED_CLAIMS", most)
    paper, radio = make_source("It is so.", title="A <i>paper</i>"), make_source("It is so.", title="Radio")
    for statement, source in (("A.", paper), ("B.", radio), ("C.", paper), ("D.", radio)):
        make_appearance(make_claim(statement), source, "It is so")
    make_claim("E.")
    client.force_login(editor)
    listed = by_article(client)
    assert [statement for statement, _heading in listed] == (
        ["D.", "B.", "C.", "A.", "E."] if most > 1 else ["E.", "D.", "B.", "C.", "A."]
    )
    headings = {statement: heading for statement, heading in listed if heading}
    assert set(headings) == {"D.", "C.", "E."}
    assert headings["C."] == (
        '<span class="list-group"><span dir="auto">A &lt;i&gt;paper&lt;/i&gt;</span> · 2 claims</span>'
    )


@pytest.mark.parametrize("number", [1, 3])
def test_by_article_costs_the_same_whatever_its_length(number: int, client: Client, editor: User) -> None:
    for _claim in range(number):
        make_appearance(make_claim(), make_source("It is so."), "It is so")
    client.force_login(editor)
    client.get(LIST)
    with CaptureQueriesContext(connection) as usual:
        client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST, {"group": "article"})
    assert len(queries) == len(usual) + 1  # whether they are few enough to be ordered


# Filters --------------------------------------------------------------------------------------------------------------

DAY = date(2026, 1, 10)
LANGUAGES, STATES = ("en", "de", "pt-BR"), ("proposed", "accepted", "declined")


def narrowed(client: Client, asked: dict[str, Any]) -> set[int]:
    return {claim.pk for claim in client.get(LIST, {**asked, "all": ""}).context["cl"].queryset}


@pytest.fixture
def varied() -> list[Claim]:
    """Claims of all languages, states, people and topics."""
    people = [Claimant.objects.create(name=name) for name in ("Ada", "Bo")]
    topics = [Topic.objects.create(name=name, slug=name.lower()) for name in ("Air", "Bread")]
    return [
        make_claim(
            language=LANGUAGES[number % 3],
            state=STATES[number % 3 - 1] if number % 2 else STATES[number % 3],
            reason="For the record.",
            claimant=people[number % 2] if number % 5 else None,
            claimed_on=DAY + timedelta(days=number) if number % 4 else None,
            score=number / 24 if number % 7 else None,
            topics=[topic for at, topic in enumerate(topics) if number >> at & 1],
        )
        for number in range(24)
    ]


def test_filters_work_alone_and_combined(varied: list[Claim], client: Client, editor: User) -> None:
    client.force_login(editor)
    people, topics = list(Claimant.objects.order_by("pk")), list(Topic.objects.order_by("pk"))
    filed = {claim.pk: {topic.pk for topic in claim.topics.all()} for claim in varied}

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "language": st.sampled_from(LANGUAGES),
                "state__exact": st.sampled_from(STATES),
                "claimant__id__exact": st.sampled_from([person.pk for person in people]),
                "topics__id__exact": st.sampled_from([topic.pk for topic in topics]),
                "claimed_on_from": st.integers(0, 20).map(lambda days: (DAY + timedelta(days)).isoformat()),
                "claimed_on_to": st.integers(0, 20).map(lambda days: (DAY + timedelta(days)).isoformat()),
                "worth": st.sampled_from([*map(str, CheckBand), "none"]),
            },
        )
    )
    def narrow(asked: dict[str, Any]) -> None:
        assert narrowed(client, asked) == {
            claim.pk for claim in varied if is_meant(claim, asked, filed[claim.pk])
        }

    narrow()


def is_meant(claim: Claim, asked: dict[str, Any], topics: set[int]) -> bool:
    """The same in plain Python."""
    worth = "none" if claim.score is None else str(choose_band(claim.score))
    day = claim.claimed_on.isoformat() if claim.claimed_on else ""
    return all(
        {
            "language": claim.language == value,
            "state__exact": claim.state == value,
            "claimant__id__exact": claim.claimant_id == value,
            "topics__id__exact": value in topics,
            "claimed_on_from": day != "" and day >= str(value),
            "claimed_on_to": day != "" and day <= str(value),
            "worth": worth == value,
        }[name]
        for name, value in asked.items()
    )
