"""The claim's page and list: triage, quotes that are found in their source, moves, and two people on one page."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import Appearance, Claim, Claimant, Publication, Topic, Transition
from claims.review import verdict_drafts, workflow
from sources.models import Publisher, Source
from tests.helpers.desk import Desk, buttons, said
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

TEXT = "Ferries ran late on Monday. The minister said the bridge cost 90 million euros. Ferries ran late on Tuesday."

#: What the form of a new claim sends of its places and its media where there are none.
NO_ROWS = {f"{rows}-{name}_FORMS": "0" for rows in ("appearances", "media") for name in ("TOTAL", "INITIAL")}


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def new_appearance(source: Source, quote: str, number: int = 0, **more: str) -> dict[str, str]:
    row = {"source": str(source.pk), "exact": quote, "prefix": "", "suffix": ""} | more
    return {"appearances-TOTAL_FORMS": str(number + 1)} | {
        f"appearances-{number}-{k}": v for k, v in row.items()
    }


# Quotes ---------------------------------------------------------------------------------------------------------------


def test_a_pasted_quote_is_found_in_the_source(desk: Desk, contributor: User) -> None:
    claim, source = make_claim(state="proposed", created_by=contributor), make_source(TEXT)
    response = desk.sign_in(contributor).save(
        claim, **new_appearance(source, " the  bridge cost 90 million euros ")
    )
    assert said(response) == ["Saved."]
    appearance = claim.appearances.get()
    assert (appearance.exact, appearance.anchor) == ("the bridge cost 90 million euros", "anchored")
    assert appearance.snapshot is not None
    assert appearance.snapshot.text[appearance.start : appearance.end] == appearance.exact
    assert "Monday. The minister said <mark>the bridge cost 90 million euros</mark>. Ferries" in desk.text(
        claim
    )


def test_a_quote_that_is_not_in_the_source_is_refused_in_plain_words(desk: Desk, editor: User) -> None:
    claim, source = make_claim(), make_source(TEXT)
    page = desk.sign_in(editor).save(claim, **new_appearance(source, "the tunnel cost 90 million euros"))
    assert "The text does not contain this quote." in page.content.decode()
    assert claim.appearances.count() == 0


def test_an_ambiguous_quote_shows_its_places_and_is_settled_by_the_words_before(
    desk: Desk, editor: User
) -> None:
    claim, source = make_claim(), make_source(TEXT)
    page = desk.sign_in(editor).save(claim, **new_appearance(source, "Ferries ran late on")).content.decode()
    assert "2 times" in page
    assert "There: … said the bridge cost 90 million euros. [Ferries ran late on] Tuesday." in page
    desk.save(claim, **new_appearance(source, "Ferries ran late on", prefix="90 million euros."))
    assert claim.appearances.get().start == TEXT.rindex("Ferries")


def test_a_source_without_a_snapshot_keeps_the_quote_without_an_anchor(desk: Desk, editor: User) -> None:
    claim = make_claim()
    desk.sign_in(editor).save(claim, **new_appearance(make_source(), "Heard on the radio."))
    appearance = claim.appearances.get()
    assert (appearance.exact, appearance.anchor, appearance.start) == (
        "Heard on the radio.",
        "unanchored",
        None,
    )


def test_new_words_are_looked_up_again_and_old_ones_stay_where_they_are(desk: Desk, editor: User) -> None:
    claim, source = make_claim(), make_source(TEXT)
    appearance = make_appearance(claim, source, "Ferries ran late on Tuesday")
    desk.sign_in(editor).save(claim, context="The winter timetable.")
    appearance.refresh_from_db()
    assert appearance.start == TEXT.index("Ferries ran late on Tuesday")
    desk.save(claim, **{"appearances-0-exact": "The minister said"})
    appearance.refresh_from_db()
    assert (appearance.exact, appearance.start) == ("The minister said", TEXT.index("The minister said"))
    assert appearance.prefix.endswith("late on Monday. ")


# Moves ----------------------------------------------------------------------------------------------------------------


def test_the_whole_way_of_a_claim(desk: Desk, client: Client, checker: User, editor: User) -> None:
    claim = make_claim("The bridge cost 90 million euros.", state="proposed")
    desk.sign_in(checker)
    assert desk.move(claim, "accept", note="It decides the budget.") == [
        "Accept for checking: done. The state is “Accepted”."
    ]
    client.post(reverse("admin:claims_claim_draft", args=[claim.pk]))
    verdict = claim.verdicts.get()
    assert (verdict.author, verdict.state) == (checker, "draft")
    page = desk.text(verdict)
    assert "Still missing before review" in page
    assert "evidence with an address or a snapshot" in page
    rating = verdict.publisher.rating_scales.get().ratings.get(code="false")
    content = {"rating": rating.pk, "summary": "It cost 120 million.", "reviewed_on": "2026-03-01"}
    evidence = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-0-source": make_source().pk,
        "evidence-0-stance": "refutes",
    }
    response = desk.save(verdict, **content, **evidence, **{"evidence-0-position": "0"})
    assert said(response) == ["Saved."]
    assert client.get(desk.page(verdict)).context["missing"] == []
    assert desk.move(verdict, "submit") == ["Submit for review: done. The state is “In review”."]
    desk.sign_in(editor)
    verdict.refresh_from_db()
    assert desk.move(verdict, "sign_off") == ["Sign off: done. The state is “In review”."]
    [told] = desk.move(verdict, "publish")
    public = reverse("claim", args=[claim.pk, claim.slug])
    assert told.startswith("Publish: done. The state is “Published”. ")
    assert f'href="{public}"' in told
    assert Publication.objects.current().get(claim=claim).document["verdicts"][0]["rating"]["code"] == "false"


@pytest.mark.parametrize(
    ("role", "state", "expected"),
    [
        ("contributor", "proposed", set()),
        ("checker", "proposed", {"accept", "decline"}),
        ("checker", "accepted", {"decline", "reconsider"}),
        ("editor", "proposed", {"accept", "decline", "merge"}),
        ("editor", "accepted", {"decline", "merge", "reconsider"}),
    ],
)
def test_only_legal_moves_are_buttons(
    role: str, state: str, expected: set[str], desk: Desk, request: pytest.FixtureRequest
) -> None:
    desk.sign_in(request.getfixturevalue(role))
    assert buttons(desk.text(make_claim(state=state))) == expected


def test_what_stands_in_the_way_is_said_and_not_offered(desk: Desk, editor: User, publish: Any) -> None:
    page = desk.sign_in(editor).text(publish())
    assert "decline" not in buttons(page)
    assert "The claim has a published verdict. Retract that first." in page


def test_a_forbidden_move_is_a_403_and_changes_nothing(desk: Desk, contributor: User) -> None:
    claim = make_claim(state="proposed", created_by=contributor)
    address = f"/admin/claims/claim/{claim.pk}/move/accept/"
    assert desk.sign_in(contributor).client.post(address, {"last_move": "0"}).status_code == 403
    claim.refresh_from_db()
    assert claim.state == "proposed"


@pytest.mark.parametrize(
    ("action", "asked", "refusal"),
    [
        ("publish", {}, "“publish” is not possible while the state is “Proposed”."),
        ("decline", {"note": " "}, "A note is needed: Why it is not checked."),
        ("merge", {}, "Name another claim to merge into."),
        ("merge", {"into": "no number"}, "Name another claim to merge into."),
        ("merge", {"into": "999999999"}, "Name another claim to merge into."),
        ("accept", {"kind": "joke"}, "Choose the kind of change."),
    ],
)
def test_a_wrong_move_is_a_message(
    action: str, asked: dict[str, str], refusal: str, desk: Desk, editor: User
) -> None:
    claim = make_claim(state="proposed")
    assert desk.sign_in(editor).move(claim, action, **asked) == [refusal]
    assert Transition.objects.count() == 0


def test_a_second_click_does_nothing_twice(desk: Desk, editor: User, publish: Any, topic: Topic) -> None:
    claim = publish()
    claim.topics.add(topic)
    desk.sign_in(editor)
    seen = claim.transitions.filter(verdict=None).order_by("pk").values_list("pk", flat=True).last() or 0
    asked = {"seen": seen, "note": "Filed under transport.", "kind": "clarification"}
    [told] = desk.move(claim, "republish", **asked)
    assert told.startswith("Publish changed appearances and topics: done. The state is “Accepted”. ")
    assert desk.move(claim, "republish", **asked) == [
        "That had been done already, by Edda. Nothing was done twice."
    ]
    kinds = claim.publications.order_by("version").values_list("kind", flat=True)
    assert list(kinds) == ["publication", "clarification"]


def test_an_old_page_moves_nothing(desk: Desk, checker: User, editor: User) -> None:
    claim = make_claim(state="proposed")
    workflow.move(claim, "accept", by=checker)
    assert desk.sign_in(editor).move(claim, "decline", seen=0, note="Not ours.") == [
        "Meanwhile somebody has moved this on. Nothing was done: look at it as it is now."
    ]
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_a_move_is_never_made_by_following_a_link(desk: Desk, client: Client, editor: User) -> None:
    claim = make_claim(state="proposed")
    desk.sign_in(editor)
    assert client.get(reverse("admin:claims_claim_move", args=[claim.pk, "accept"])).status_code == 302
    assert client.get(reverse("admin:claims_claim_draft", args=[claim.pk])).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.verdicts.count()) == ("proposed", 0)


def test_a_move_needs_the_token_against_forged_requests(editor: User) -> None:
    claim = make_claim(state="proposed")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    assert browser.post(reverse("admin:claims_claim_move", args=[claim.pk, "accept"])).status_code == 403


def test_merge_and_its_undoing(desk: Desk, editor: User) -> None:
    claim, target = make_claim(), make_claim()
    assert desk.sign_in(editor).move(claim, "merge", into=target.pk, note="The same sentence.") == [
        "Merge into another claim: done. The state is “Merged”."
    ]
    assert str(target) in desk.text(claim)
    claim.refresh_from_db()
    assert desk.move(claim, "unmerge", note="Two bridges.") == [
        "Undo the merge: done. The state is “Accepted”."
    ]


# Several at once ------------------------------------------------------------------------------------------------------


def select(claims: list[Claim], action: str, **more: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [claim.pk for claim in claims], **more}


def test_several_are_accepted_and_refusals_named(desk: Desk, client: Client, checker: User) -> None:
    proposed, declined = (
        make_claim(state="proposed"),
        make_claim("Old news.", state="declined", reason="Too old."),
    )
    desk.sign_in(checker)
    response = client.post(
        reverse("admin:claims_claim_changelist"), select([proposed, declined], "accept_selected"), follow=True
    )
    assert said(response) == [
        "Not done: “Old news.” “accept” is not possible while the state is “Declined”.",
        "1 claim: done.",
    ]
    proposed.refresh_from_db()
    assert proposed.state == "accepted"


def test_several_are_declined_with_one_reason(desk: Desk, client: Client, checker: User) -> None:
    claims = [make_claim(state="proposed"), make_claim(state="proposed")]
    desk.sign_in(checker)
    address = reverse("admin:claims_claim_changelist")
    asked = client.post(address, select(claims, "decline_selected"))
    assert "why they are not checked" in asked.content.decode()
    assert {claim.state for claim in Claim.objects.all()} == {"proposed"}
    empty = client.post(address, select(claims, "decline_selected", asked="1", words=" "))
    assert "Write why" in empty.content.decode()
    client.post(address, select(claims, "decline_selected", asked="1", words="Forecasts."))
    assert set(Claim.objects.values_list("state", "reason")) == {("declined", "Forecasts.")}


def test_who_cannot_triage_is_offered_no_action(desk: Desk, client: Client, contributor: User) -> None:
    claim = make_claim(state="proposed")
    desk.sign_in(contributor)
    address = reverse("admin:claims_claim_changelist")
    assert "accept_selected" not in client.get(address).content.decode()
    client.post(address, select([claim], "accept_selected"))
    claim.refresh_from_db()
    assert claim.state == "proposed"


# Editing --------------------------------------------------------------------------------------------------------------


def test_who_saves_second_is_told_and_overwrites_nothing(
    desk: Desk, client: Client, checker: User, editor: User
) -> None:
    claim = make_claim()
    desk.sign_in(editor)
    mine = desk.form(claim)
    client.force_login(checker)
    desk.save(claim, context="Opened in 2024.")
    client.force_login(editor)
    for _attempt in range(2):  # sending the same page again must not overwrite either
        page = desk.save(claim, mine, context="Opened in 2025.").content.decode()
        assert "Not saved: Chris changed this page" in page
        assert "Opened in 2025." in page  # what was typed is still there to be copied
    claim.refresh_from_db()
    assert claim.context == "Opened in 2024."


def test_a_new_appearance_makes_an_open_page_old_too(desk: Desk, editor: User) -> None:
    claim, source = make_claim(), make_source(TEXT)
    desk.sign_in(editor)
    mine = desk.form(claim)
    make_appearance(claim, source, "Ferries ran late on Monday")
    assert "Not saved:" in desk.save(claim, mine, context="x").content.decode()


def test_words_under_review_are_fixed_for_everybody(desk: Desk, checker: User, editor: User) -> None:
    claim = make_claim("The bridge cost 90 million euros.")
    workflow.move(make_draft(claim, checker), "submit", by=checker)
    desk.sign_in(editor).save(claim, statement="The bridge was free.", context="Nothing.")
    claim.refresh_from_db()
    assert (claim.statement, claim.context) == ("The bridge cost 90 million euros.", "")


def test_contributors_edit_proposals_only(desk: Desk, client: Client, contributor: User) -> None:
    proposed = make_claim(state="proposed", created_by=contributor)
    accepted = make_claim(created_by=contributor)
    desk.sign_in(contributor)
    assert 'name="_save"' in desk.text(proposed)
    assert 'name="_save"' not in desk.text(accepted)
    assert client.post(desk.page(accepted), {"statement": "x"}).status_code == 403


def test_a_claim_added_by_hand_is_a_proposal_of_its_finder(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    client.post(
        reverse("admin:claims_claim_add"),
        {"statement": "Trams are free.", "language": "en", "state": "accepted"} | NO_ROWS,
    )
    claim = Claim.objects.get()
    assert (claim.created_by, claim.state) == (contributor, "proposed")


def test_what_was_worked_on_cannot_be_deleted(desk: Desk, client: Client, editor: User) -> None:
    untouched, touched = make_claim(), make_claim(state="proposed")
    workflow.move(touched, "accept", by=editor)
    desk.sign_in(editor)
    for claim, left in ((untouched, 0), (touched, 1)):
        client.post(reverse("admin:claims_claim_delete", args=[claim.pk]), {"post": "yes"})
        assert Claim.objects.filter(pk=claim.pk).count() == left


def test_the_list_is_found_by_quote_and_by_queue(client: Client, checker: User, claimant: Claimant) -> None:
    low, high = make_claim(state="proposed", score=0.2), make_claim(state="proposed", score=0.9)
    quoted = make_claim()
    make_appearance(quoted, make_source(TEXT), "Ferries ran late on Monday")
    client.force_login(checker)
    address = reverse("admin:claims_claim_changelist")
    assert list(client.get(address, {"queue": "triage"}).context["cl"].result_list) == [high, low]
    assert list(client.get(address, {"q": "ferries monday"}).context["cl"].result_list) == [quoted]
    assert list(client.get(address, {"queue": "unchecked"}).context["cl"].result_list) == [quoted]
    verdict_drafts.draft(quoted, author=checker)
    assert list(client.get(address, {"queue": "unchecked"}).context["cl"].result_list) == []
    assert list(client.get(address, {"judged": "open"}).context["cl"].result_list) == [quoted]


def test_orphaned_quotes_are_a_queue(client: Client, checker: User) -> None:
    claim = make_claim()
    appearance = make_appearance(claim, make_source(TEXT), "Ferries ran late on Monday")
    make_claim()
    Appearance.objects.filter(pk=appearance.pk).update(anchor="orphaned")
    client.force_login(checker)
    answer = client.get(reverse("admin:claims_claim_changelist"), {"queue": "orphaned"})
    assert list(answer.context["cl"].result_list) == [claim]


# The same words -------------------------------------------------------------------------------------------------------


def add(client: Client, statement: str) -> list[str]:
    """Add a claim; the messages that its page then shows."""
    address = reverse("admin:claims_claim_add")
    return said(client.post(address, {"statement": statement, "language": "en"} | NO_ROWS, follow=True))


def test_the_same_statement_is_pointed_out(client: Client, checker: User) -> None:
    known = make_claim("Trams are free.")
    client.force_login(checker)
    (told,) = (message for message in add(client, "trams are  free") if "already" in message)
    link = f'<a href="/admin/claims/claim/{known.pk}/change/">Trams are free.</a>'
    assert told.startswith(f"The same statement is there already: {link} (Accepted).")
    assert [message for message in add(client, "Buses are free.") if "already" in message] == []


def test_the_same_statement_is_no_way_to_learn_of_drafts(client: Client, contributor: User) -> None:
    make_claim("Trams are free.")
    client.force_login(contributor)
    assert [message for message in add(client, "Trams are free.") if "already" in message] == []


def test_a_refused_save_leaves_the_claim_on_top_as_it_is(desk: Desk, editor: User) -> None:
    claim = make_claim("Trams are free.")
    page = desk.sign_in(editor).save(claim, statement="Trams cost nothing.", claimed_on="never")
    assert page.context["claim"].statement == "Trams are free."


def test_a_new_claim_is_in_the_newsrooms_language_unless_somebody_says_another(
    desk: Desk, editor: User
) -> None:
    Publisher.objects.filter(is_house=True).update(language="pt-BR")
    add = reverse("admin:claims_claim_add")
    page = desk.sign_in(editor).client.get(add)
    assert page.context["adminform"].form["language"].value() == "pt-BR"
    asked = desk.client.get(add, {"language": "ko"})
    assert asked.context["adminform"].form["language"].value() == "ko"
