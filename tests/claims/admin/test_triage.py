"""Triage without a script: permissions, refusals, and two people who decide at once."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from claims.admin.triage_decisions import find_other_viewers, reserve_proposals
from claims.models import Claim, Repeat, Topic, Transition, TriageReservation
from claims.review import verdict_drafts, workflow
from tests.helpers.desk import said
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

PAGE = "/admin/claims/claim/triage/"


def proposals(number: int) -> list[Claim]:
    said = ("Snow is black.", "Ferries never sink.", "Taxes doubled overnight.", "Nobody voted in May.")
    return [make_claim(said[one], state="proposed", score=0.9 - one / 100) for one in range(number)]


def decide(client: Client, claim: Claim, action: str, seen: int = 0, **asked: Any) -> Any:
    values = {"seen": seen, "list": "queue=triage", "since": "0", "here": claim.pk, **asked}
    return client.post(f"{PAGE}{claim.pk}/{action}/", values, follow=True)


def as_json(client: Client, address: str, **asked: Any) -> tuple[int, Any]:
    answer = client.post(
        PAGE + address, {"since": "0", "all": "9", **asked}, headers={"Accept": "application/json"}
    )
    return answer.status_code, answer.json()


def test_one_after_the_other_without_a_script(client: Client, checker: User) -> None:
    first, second, third = proposals(3)
    client.force_login(checker)
    page = client.get(PAGE, {"queue": "triage"})
    assert (page.context["claim"], page.context["then"], str(page.context["progress"])) == (
        first,
        second.pk,
        "0 of 3 decided, 0 of them declined",
    )
    answer = decide(client, first, "decline", reason="Too vague.", then=second.pk)
    assert said(answer) == ["Declined."]
    assert (answer.context["claim"], str(answer.context["progress"])) == (
        second,
        "1 of 3 decided, 1 of them declined",
    )
    undone = client.post(
        f"{PAGE}undo/", {"undo": answer.context["undo"], "list": "queue=triage", "since": "0"}, follow=True
    )
    assert said(undone) == ["Undone."]
    assert [claim.state for claim in Claim.objects.order_by("pk")] == ["proposed"] * 3
    first.refresh_from_db()
    assert first.reason == ""
    assert third.pk in [one.pk for article in undone.context["articles"] for one in article.proposals]


def test_the_lists_filters_and_order_hold(client: Client, checker: User, topic: Topic) -> None:
    make_claim("The bridge is long.", state="proposed")
    right = make_claim("The bridge is wide.", state="proposed", topics=[topic])
    make_claim("The bridge is old.", state="accepted", topics=[topic])
    client.force_login(checker)
    page = client.get(f"{PAGE}?topics__id__exact={topic.pk}&q=bridge&columns=id&group=article")
    assert [one.pk for article in page.context["articles"] for one in article.proposals] == [right.pk]
    lost = client.get(PAGE, {"no_such": "1"}, follow=True)
    assert said(lost) == ["These filters do not exist. All proposals are shown."]


def test_proposals_of_an_article_are_grouped(client: Client, checker: User) -> None:
    one, other, again, nowhere = proposals(4)
    paper, radio = make_source("It is so.", title="Paper"), make_source("It is so.", title="Radio")
    for claim, source in ((one, paper), (other, radio), (again, paper)):
        make_appearance(claim, source, "It is so")
    client.force_login(checker)
    listed = client.get(PAGE, {"queue": "triage"}).context["articles"]
    assert [(article.title, [each.pk for each in article.proposals]) for article in listed] == [
        ("Paper", [one.pk, again.pk]),
        ("Radio", [other.pk]),
        ("Without an article", [nowhere.pk]),
    ]


def test_proposals_by_people_come_before_those_from_articles(client: Client, checker: User) -> None:
    unlikely, likely = (make_claim(f"Found, {score}.", state="proposed", score=score) for score in (0.2, 0.9))
    first, second = (make_claim(f"Written, {number}.", state="proposed") for number in (1, 2))
    order = [claim.pk for claim in (first, second, likely, unlikely)]
    client.force_login(checker)
    articles = client.get(PAGE, {"queue": "triage"}).context["articles"]
    assert [one.pk for article in articles for one in article.proposals] == order
    listed = client.get(reverse("admin:claims_claim_changelist"), {"queue": "triage"}).context["cl"]
    assert [claim.pk for claim in listed.result_list] == order
    proposed = client.get(reverse("admin:teamwork_assignment_board")).context["columns"][0]
    assert [card["pk"] for card in proposed["cards"]] == order


def test_triage_of_an_unsorted_list_begins_with_what_most_needs_a_check(
    client: Client, checker: User
) -> None:
    likely, unlikely = (make_claim(f"Found, {score}.", state="proposed", score=score) for score in (0.9, 0.6))
    client.force_login(checker)
    assert client.get(PAGE).context["claim"] == likely
    assert client.get(PAGE, {"o": "-1"}).context["claim"] == likely
    assert client.get(PAGE, {"o": "1"}).context["claim"] == unlikely


def test_people_without_permission_to_triage_are_refused(client: Client, contributor: User) -> None:
    claim = make_claim(state="proposed", created_by=contributor)
    client.force_login(contributor)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}{claim.pk}/").status_code == 403
    for action in ("accept", "decline", "merge", "topic", "assign"):
        assert client.post(f"{PAGE}{claim.pk}/{action}/", {"seen": "0", "reason": "x"}).status_code == 403
    assert client.post(f"{PAGE}undo/", {"undo": f"accept-{claim.pk}-1"}).status_code == 403
    assert Transition.objects.count() == TriageReservation.objects.count() == 0


def test_only_editors_merge(client: Client, checker: User, editor: User) -> None:
    claim, stays = make_claim(state="proposed"), make_claim()
    client.force_login(checker)
    status, answer = as_json(client, f"{claim.pk}/merge/", seen="0", into=stays.pk)
    assert (status, answer["done"]) == (403, [])
    client.force_login(editor)
    status, answer = as_json(client, f"{claim.pk}/merge/", seen="0", into=stays.pk)
    assert (status, answer["done"], answer["progress"]) == (
        200,
        [claim.pk],
        "1 of 9 decided, 0 of them declined",
    )
    claim.refresh_from_db()
    assert (claim.state, claim.merged_into) == ("merged", stays)
    status, answer = as_json(client, "undo/", undo=answer["undo"])
    claim.refresh_from_db()
    assert (status, claim.state, claim.merged_into) == (200, "proposed", None)


def test_the_second_person_to_decide_sees_who_was_first(client: Client, checker: User, editor: User) -> None:
    claim = make_claim("The ferry sank.", state="proposed")
    workflow.move(claim, "decline", by=editor, note="It did not.")
    client.force_login(checker)
    status, answer = as_json(client, f"{claim.pk}/accept/", seen="0")
    assert status == 409
    assert answer["errors"] == [
        {"claim": claim.pk, "message": "“The ferry sank.”: Edith decided first: Decline (“It did not.”)."}
    ]
    assert answer["done"] == []
    # A second click does nothing either.
    again = make_claim(state="proposed")
    assert as_json(client, f"{again.pk}/accept/", seen="0")[0] == 200
    assert as_json(client, f"{again.pk}/accept/", seen="0")[0] == 409
    assert Transition.objects.filter(claim=again).count() == 1


def test_several_are_decided_each_by_itself(client: Client, checker: User, editor: User) -> None:
    one, other, gone = proposals(3)
    workflow.move(gone, "accept", by=editor)
    client.force_login(checker)
    also = [f"{other.pk}-0", f"{gone.pk}-0", "garbage", "1-2-3", f"{one.pk}-0"]
    status, answer = as_json(client, f"{one.pk}/decline/", seen="0", also=also, note="Off topic.")
    assert (status, answer["message"], answer["done"]) == (200, "Declined. 2 claims.", [one.pk, other.pk])
    assert [each["claim"] for each in answer["errors"]] == [gone.pk]
    assert dict(Claim.objects.values_list("pk", "state")) == {
        one.pk: "declined",
        other.pk: "declined",
        gone.pk: "accepted",
    }


def test_a_decision_with_later_work_cannot_be_undone(client: Client, checker: User) -> None:
    claim = make_claim(state="proposed")
    client.force_login(checker)
    _status, answer = as_json(client, f"{claim.pk}/accept/", seen="0")
    verdict_drafts.create_draft(Claim.objects.get(pk=claim.pk), author=checker)
    status, refused = as_json(client, "undo/", undo=answer["undo"])
    claim.refresh_from_db()
    assert (status, refused["done"], claim.state) == (409, [], "accepted")
    assert "it cannot go back to triage" in refused["errors"][0]["message"]


def test_garbage_is_refused(client: Client, checker: User) -> None:
    claim = make_claim(state="proposed")
    client.force_login(checker)
    assert client.get(f"{PAGE}{claim.pk}/accept/").status_code == 404
    assert client.post(f"{PAGE}{claim.pk}/publish/").status_code == 404
    assert client.post(f"{PAGE}{claim.pk}/undo/").status_code == 404
    assert as_json(client, f"{claim.pk}/decline/", seen="0", note=" ")[0] == 409
    assert as_json(client, f"{claim.pk}/topic/", seen="0", topic="No such topic")[0] == 409
    assert as_json(client, "999999/accept/", seen="0")[0] == 409
    undone = "accept-1 x-1-1 accept-x-1 topic-1-99 " * 3
    assert as_json(client, "undo/", undo=undone)[0] == 409
    assert client.get(PAGE, {"at": "999999"}).status_code == 404
    assert client.get(PAGE, {"at": "9" * 20}).status_code == 200
    assert client.get(PAGE, {"since": "x"}).status_code == 200
    claim.refresh_from_db()
    assert claim.state == "proposed"


def test_information_for_the_decision_is_shown(
    client: Client, checker: User, publish: Any, topic: Topic
) -> None:
    known = publish(make_claim("The tunnel cost 240 million euros."))
    claim = make_claim("The tunnel cost 240 million euros, he said.", state="proposed", topics=[topic])
    source = make_source("The tunnel cost 240 million euros, he said. Then it rained.")
    make_appearance(claim, source, "The tunnel cost 240 million euros")
    Repeat.objects.create(
        claim=known, source=source, exact="The tunnel", proposal=claim, origin="article", confidence=0.9
    )
    client.force_login(checker)
    page = client.get(PAGE, {"at": claim.pk})
    shown = page.context
    assert [one["claim"] for one in shown["existing_checks"]] == [known]
    assert [near.claim for near in shown["similar"]] == [known]
    assert shown["topics"] == [topic]
    text = page.content.decode()
    assert "<mark>The tunnel cost 240 million euros</mark>, he said. Then it rained." in text
    assert text.count("Already checked") >= 2


def test_turns_are_ones_own_and_end(checker: User, editor: User) -> None:
    one, other, third = proposals(3)
    assert reserve_proposals([one.pk, other.pk], by=checker) == {one.pk, other.pk}
    assert reserve_proposals([other.pk, third.pk], by=editor) == {third.pk}
    assert find_other_viewers([one.pk, other.pk, third.pk], person=editor) == {
        one.pk: "Chris",
        other.pk: "Chris",
    }
    # The next proposal releases the current one, and one that is idle for minutes is free again.
    assert reserve_proposals([one.pk], by=checker) == {one.pk}
    assert reserve_proposals([other.pk], by=editor) == {other.pk}
    TriageReservation.objects.update(until="2020-01-01T00:00:00Z")
    assert reserve_proposals([one.pk], by=editor) == {one.pk}


@pytest.mark.parametrize("number", [1, 3])
def test_the_screen_costs_the_same_for_any_queue(
    number: int, client: Client, checker: User, settings: Any
) -> None:
    settings.FEATURES = []
    for claim in proposals(number):
        make_appearance(claim, make_source("It is so."), "It is so")
    client.force_login(checker)
    client.get(PAGE, {"queue": "triage"})
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE, {"queue": "triage"}).status_code == 200
    # The session, the person and their permissions; the list's own; the proposals and who looks at which; the claim
    # with everything needed to decide, similar claims, the choices, and the header of every page.
    assert len(queries) == 36


def press(client: Client, claim: Claim, action: str, button: Any, **typed: str) -> Any:
    """Send the form of the move as a browser does: its fields in their order, with the button that was pressed."""
    form = next(button.iterancestors("form"))
    fields = [
        (control.get("name"), typed.get(control.get("id"), control.get("value", "")))
        for control in form.iter("input", "button")
        if control.get("name") and (control.tag == "input" or control is button)
    ]
    return client.post(
        f"{PAGE}{claim.pk}/{action}/",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        follow=True,
    )


def buttons_of(client: Client, claim: Claim, action: str) -> list[Any]:
    page = html.document_fromstring(client.get(PAGE, {"at": claim.pk}).content.decode())
    return page.cssselect(f"form[action$='/{claim.pk}/{action}/'] button")


def test_each_button_does_what_it_says(client: Client, editor: User, topic: Topic) -> None:
    rivers = Topic.objects.create(name="Rivers and lakes")
    make_claim(state="proposed", topics=[topic, rivers])
    first, second = (
        make_claim(f"Ferry number {number} sank in the strait in 1987.", state="proposed")
        for number in (1, 2)
    )
    client.force_login(editor)
    *listed, own = buttons_of(client, first, "topic")
    assert [said(press(client, first, "topic", button)) for button in listed] == [
        ["Topic added."],
        ["Topic added."],
    ]
    assert said(press(client, second, "topic", own, **{"triage-topic": "rivers AND lakes"})) == [
        "Topic added."
    ]
    assert [set(claim.topics.all()) for claim in (first, second)] == [{topic, rivers}, {rivers}]
    kept = make_claim("A ferry sank in the strait in 1987, number 1.")
    choice, *_others = buttons_of(client, first, "merge")
    assert said(press(client, first, "merge", choice)) == ["Merged."]
    first.refresh_from_db()
    assert (first.state, first.merged_into) == ("merged", kept)
