"""The claim's page and list: quotes that are found in their source, and two people on one page."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.models import Appearance, Claim, Claimant
from claims.review import verdict_drafts, workflow
from sources.models import Publisher, Source
from tests.helpers.desk import Desk, said
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
    assert "Possible passage: … said the bridge cost 90 million euros. [Ferries ran late on] Tuesday." in page
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


def test_new_words_are_located_again_and_old_ones_keep_their_position(desk: Desk, editor: User) -> None:
    claim, source = make_claim(), make_source(TEXT)
    appearance = make_appearance(claim, source, "Ferries ran late on Tuesday")
    desk.sign_in(editor).save(claim, context="The winter timetable.")
    appearance.refresh_from_db()
    assert appearance.start == TEXT.index("Ferries ran late on Tuesday")
    desk.save(claim, **{"appearances-0-exact": "The minister said"})
    appearance.refresh_from_db()
    assert (appearance.exact, appearance.start) == ("The minister said", TEXT.index("The minister said"))
    assert appearance.prefix.endswith("late on Monday. ")


# Editing --------------------------------------------------------------------------------------------------------------


def test_the_second_person_to_save_is_warned_and_overwrites_nothing(
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
        assert "Opened in 2025." in page  # the typed text is still there to be copied
    claim.refresh_from_db()
    assert claim.context == "Opened in 2024."


def test_a_new_appearance_makes_an_open_page_old_too(desk: Desk, editor: User) -> None:
    claim, source = make_claim(), make_source(TEXT)
    desk.sign_in(editor)
    mine = desk.form(claim)
    make_appearance(claim, source, "Ferries ran late on Monday")
    assert "Not saved:" in desk.save(claim, mine, context="x").content.decode()


def test_texts_in_review_cannot_be_edited_by_anyone(desk: Desk, checker: User, editor: User) -> None:
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


def test_a_checker_saves_a_claim_and_starts_its_check_with_one_button(client: Client, checker: User) -> None:
    client.force_login(checker)
    address = reverse("admin:claims_claim_add")
    assert 'name="start_check"' in client.get(address).content.decode()
    values = {"statement": "Trams are free.", "language": "en", "start_check": "1"} | NO_ROWS
    response = client.post(address, values)
    claim = Claim.objects.get()
    draft = claim.verdicts.get()
    assert response["Location"] == f"/admin/claims/claim/{claim.pk}/change/#verdict"
    assert (claim.state, draft.state, draft.author) == ("accepted", "draft", checker)
    assert 'name="start_check"' not in client.get(response["Location"]).content.decode()


def test_a_contributor_proposes_even_with_the_name_of_the_button(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    address = reverse("admin:claims_claim_add")
    assert 'name="start_check"' not in client.get(address).content.decode()
    values = {"statement": "Trams are free.", "language": "en", "start_check": "1"} | NO_ROWS
    client.post(address, values)
    assert (Claim.objects.get().state, Claim.objects.get().verdicts.count()) == ("proposed", 0)


def test_each_inline_says_what_it_is_for_and_its_button_what_it_adds(desk: Desk, checker: User) -> None:
    draft = make_draft(make_claim(), author=checker)
    page = html.document_fromstring(desk.sign_in(checker).text(draft.claim))
    groups = page.cssselect("[data-inline-formset]")
    assert [json.loads(group.get("data-inline-formset"))["options"]["addText"] for group in groups] == [
        "Add evidence",
        "Add an appearance",
        "Add a picture, recording or video",
    ]
    assert "the source, and the exact words in it" in page.text_content()


def test_claims_with_work_cannot_be_deleted(desk: Desk, client: Client, editor: User) -> None:
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
    verdict_drafts.create_draft(quoted, author=checker)
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
    assert told.startswith(f"A claim with the same statement already exists: {link} (Accepted).")
    assert [message for message in add(client, "Buses are free.") if "already" in message] == []


def test_the_same_statement_is_no_way_to_learn_of_drafts(client: Client, contributor: User) -> None:
    make_claim("Trams are free.")
    client.force_login(contributor)
    assert [message for message in add(client, "Trams are free.") if "already" in message] == []


def test_a_refused_save_leaves_the_claim_on_top_as_it_is(desk: Desk, editor: User) -> None:
    claim = make_claim("Trams are free.")
    page = desk.sign_in(editor).save(claim, statement="Trams cost nothing.", claimed_on="never")
    assert page.context["claim"].statement == "Trams are free."


def test_a_new_claim_is_in_the_newsrooms_language_unless_another_is_chosen(desk: Desk, editor: User) -> None:
    Publisher.objects.filter(is_house=True).update(language="pt-BR")
    add = reverse("admin:claims_claim_add")
    page = desk.sign_in(editor).client.get(add)
    assert page.context["adminform"].form["language"].value() == "pt-BR"
    asked = desk.client.get(add, {"language": "ko"})
    assert asked.context["adminform"].form["language"].value() == "ko"
