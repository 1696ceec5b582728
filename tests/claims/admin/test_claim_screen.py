"""The claim screen: the verdict is written on it and saved with the claim, by people with permission only."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.admin.scheduling import describe_remaining_time
from claims.models import Claim, Evidence, ScheduledPublication, Verdict
from claims.review import scheduled_publications, verdict_drafts, workflow
from tests.helpers.desk import Desk, buttons, said, sent_back
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person, rating

TEXT = "The minister said the bridge cost 90 million euros. Ferries ran late."


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


@pytest.fixture
def claim(db: None) -> Claim:
    claim = make_claim("The bridge cost 90 million euros.")
    make_appearance(claim, make_source(TEXT), "the bridge cost 90 million euros")
    return claim


@pytest.fixture
def draft(claim: Claim, checker: User) -> Verdict:
    return make_draft(claim, checker)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# Written there --------------------------------------------------------------------------------------------------------


def test_claim_verdict_and_evidence_are_saved_together(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    source = make_source("It cost 120 million in all.")
    answer = desk.sign_in(checker).save(
        claim,
        context="Opened in 2024.",
        **{
            "verdicts-0-summary": "It cost 120 million.",
            "evidence-TOTAL_FORMS": "2",
            "evidence-1-source": source.pk,
            "evidence-1-stance": "refutes",
            "evidence-1-position": "1",
            "evidence-1-exact": "cost 120 million",
        },
    )
    assert said(answer) == ["Saved."]
    assert (fresh(claim).context, fresh(draft).summary) == ("Opened in 2024.", "It cost 120 million.")
    assert list(draft.evidence.values_list("stance", "exact")) == [
        ("refutes", ""),
        ("refutes", "cost 120 million"),
    ]


def test_an_error_in_one_part_keeps_the_text_typed_in_the_other(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    typed = {"verdicts-0-reviewed_on": "never", "context": "Typed, too."}
    page = desk.sign_in(checker).save(claim, **typed).content.decode()
    assert "Enter a valid date." in page
    assert "Typed, too." in page
    assert (fresh(claim).context, fresh(draft).reviewed_on) == ("", draft.reviewed_on)


@pytest.mark.parametrize(
    ("role", "writes"), [("checker", True), ("editor", True), ("administrator", True), ("colleague", False)]
)
def test_permissions_to_edit(
    role: str, writes: bool, desk: Desk, claim: Claim, draft: Verdict, request: pytest.FixtureRequest
) -> None:
    page = desk.sign_in(request.getfixturevalue(role)).text(claim)
    assert ('name="verdicts-0-summary"' in page) is writes
    assert ("data-live-preview" in page) is writes
    assert draft.summary in page


def test_people_who_may_not_read_drafts_see_none(
    desk: Desk, contributor: User, checker: User, claim: Claim, draft: Verdict
) -> None:
    Claim.objects.filter(pk=claim.pk).update(created_by=contributor)
    scheduled(draft, checker)
    page = desk.sign_in(contributor).text(claim)
    assert claim.statement in page
    for secret in (draft.summary, "Chris", "Kim", "Will be published on", "audited", "submitted the verdict"):
        assert secret not in page


def test_another_persons_draft_cannot_be_edited_by_sending_its_id(
    desk: Desk, checker: User, colleague: User, claim: Claim, draft: Verdict
) -> None:
    form = desk.sign_in(checker).form(claim)
    page = desk.sign_in(colleague).save(
        claim, form, **{"verdicts-0-summary": "Mine now.", "context": "Mine."}
    )
    assert "is not yours" in page.content.decode()
    assert (fresh(draft).summary, fresh(claim).context) == (draft.summary, "")


def test_a_verdict_of_another_claim_is_not_written_by_naming_it(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    other = make_draft(make_claim(), checker)
    sent = {"verdicts-0-id": str(other.pk), "verdicts-0-summary": "Elsewhere."}
    desk.sign_in(checker).save(claim, None, **sent)
    assert (fresh(other).summary, fresh(draft).summary) == (draft.summary, draft.summary)


def test_an_editor_who_edits_the_verdict_there_cannot_sign_it_off(
    desk: Desk, editor: User, checker: User, claim: Claim, draft: Verdict
) -> None:
    desk.sign_in(editor).save(claim, context="Only the claim.")
    assert fresh(draft).edited_by == []
    desk.save(claim, **{"evidence-0-note": "The accounts of 2023."})
    assert fresh(draft).edited_by == [editor.pk]
    workflow.move(draft, "submit", by=checker)
    assert "sign_off" not in buttons(desk.text(claim))


def test_save_and_submit(desk: Desk, checker: User, claim: Claim, draft: Verdict) -> None:
    desk.sign_in(checker)
    incomplete = desk.form(claim) | {"verdicts-0-summary": "", "_submit": "1"}
    messages = said(desk.client.post(desk.page(claim), incomplete, follow=True))
    assert messages == ["Saved, but not submitted. Not ready yet. Missing: a summary."]
    complete = desk.form(claim) | {"verdicts-0-summary": "It cost more.", "_submit": "1"}
    answer = desk.client.post(desk.page(claim), complete, follow=True)
    assert said(answer) == ["Saved and submitted for review."]
    assert (fresh(draft).state, fresh(draft).summary) == ("in_review", "It cost more.")
    assert 'name="verdicts-0-summary"' not in answer.content.decode()


# Two at once ----------------------------------------------------------------------------------------------------------


def test_editing_the_claim_does_not_conflict_with_editing_the_verdict(
    desk: Desk, checker: User, editor: User, claim: Claim, draft: Verdict
) -> None:
    mine = desk.sign_in(checker).client.get(desk.page(claim))
    desk.sign_in(editor).save(claim, context="Opened in 2024.")
    desk.sign_in(checker)
    page = desk.save(claim, as_shown(mine), **{"verdicts-0-summary": "Half an hour of work."})
    assert "Not saved: Edith changed this page" in page.content.decode()
    assert fresh(draft).summary == draft.summary
    again = desk.client.post(desk.page(claim), as_shown(page) | {"_save": "1"}, follow=True)
    assert said(again) == ["Saved."]
    assert (fresh(claim).context, fresh(draft).summary) == ("Opened in 2024.", "Half an hour of work.")


def test_two_people_who_edit_one_field_choose_a_version(
    desk: Desk, checker: User, editor: User, claim: Claim, draft: Verdict
) -> None:
    mine = desk.sign_in(checker).client.get(desk.page(claim))
    desk.sign_in(editor).save(draft, summary="The editor’s words.")  # on the verdict's own page
    desk.sign_in(checker)
    page = desk.save(claim, as_shown(mine), **{"verdicts-0-summary": "The author’s words."}).content.decode()
    assert "The editor’s words." in page
    assert "The author’s words." in page
    assert fresh(draft).summary == "The editor’s words."


def test_a_verdict_submitted_meanwhile_cannot_be_edited(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    mine = as_shown(desk.sign_in(checker).client.get(desk.page(claim)))
    workflow.move(draft, "submit", by=checker)
    for typed in ({"verdicts-0-summary": "Too late."}, {"evidence-0-note": "Too late."}):
        page = desk.save(claim, mine, **typed).content.decode()
        assert "this verdict is no longer a draft (In review)" in page
        assert "Too late." in page  # to be copied
    assert (fresh(draft).summary, draft.evidence.get().note) == (draft.summary, "The audited accounts.")


def test_a_verdict_deleted_meanwhile_is_reported(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    mine = as_shown(desk.sign_in(checker).client.get(desk.page(claim)))
    verdict_drafts.discard(draft, by=checker)
    page = desk.save(claim, mine, context="Typed.", **{"verdicts-0-summary": "Lost?"}).content.decode()
    assert "the draft verdict was deleted" in page
    assert fresh(claim).context == ""


def as_shown(response: Any) -> dict[str, Any]:
    """The form data that a browser sends from a page, including the initial values."""
    context = response.context
    extra = {name: context[key] for name, key in (("_base", "base"), ("_merge", "merge")) if context.get(key)}
    return sent_back(response) | extra


# What can be done -----------------------------------------------------------------------------------------------------


def scheduled(draft: Verdict, checker: User) -> ScheduledPublication:
    verdict = workflow.move(draft, "submit", by=checker)
    verdict = workflow.move(verdict, "sign_off", by=person("kim", "Fact-checker"))
    boss = User.objects.create_superuser("boss")
    return scheduled_publications.schedule(verdict, timezone.now() + timedelta(hours=3), by=boss)


def test_a_missing_value_links_to_its_field(desk: Desk, checker: User, claim: Claim) -> None:
    verdict_drafts.create_draft(claim, author=checker)
    page = desk.sign_in(checker).text(claim)
    for place in (
        "id_verdicts-0-rating_0",
        "id_verdicts-0-summary",
        "id_verdicts-0-reviewed_on",
        "evidence-group",
    ):
        assert f'href="#{place}"' in page
        assert f'id="{place}"' in page
    assert 'name="evidence-0-source"' in page  # a first one is there to be filled in


def test_moves_of_the_verdict_lead_back_to_the_claim(
    desk: Desk, checker: User, editor: User, claim: Claim, draft: Verdict
) -> None:
    workflow.move(draft, "submit", by=checker)
    desk.sign_in(editor)
    assert buttons(desk.text(claim)) == {"decline", "merge", "sign_off", "request_changes"}
    last = draft.transitions.values_list("pk", flat=True).first()
    address = reverse("admin:claims_verdict_move", args=[draft.pk, "sign_off"])
    answer = desk.client.post(address, {"last_move": last, "from_claim": "1"})
    assert answer["Location"] == desk.page(claim)


def test_a_correction_begins_there_and_shows_its_note_first(
    desk: Desk, checker: User, publish: Any, claim: Claim
) -> None:
    publish(claim)
    desk.sign_in(checker)
    assert "Correct or update" in desk.text(claim)
    answer = desk.client.post(reverse("admin:claims_claim_draft", args=[claim.pk]))
    assert answer["Location"] == f"{desk.page(claim)}#verdict"
    page = desk.text(claim)
    assert page.index('name="verdicts-0-correction_note"') < page.index('name="verdicts-0-summary"')


def test_a_distance_has_its_largest_unit() -> None:
    minutes = (1, 119, 120, 47 * 60 + 59, 48 * 60, 567 * 60 + 24)
    assert [describe_remaining_time(timedelta(minutes=number)) for number in minutes] == [
        *("in 1 minute", "in 119 minutes", "in 2 hours"),
        *("in 47 hours", "in 2 days", "in 23 days"),
    ]


def test_a_moment_is_set_and_cancelled_there(
    desk: Desk, checker: User, colleague: User, editor: User, claim: Claim, draft: Verdict, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    verdict = workflow.move(draft, "submit", by=checker)
    address = reverse("admin:claims_verdict_schedule", args=[verdict.pk])
    assert "Publish later" not in desk.sign_in(editor).text(claim)  # no one has signed it off
    workflow.move(verdict, "sign_off", by=colleague)
    day = timezone.localdate() + timedelta(days=30)
    with timezone.override("Europe/Berlin"):
        page = desk.text(claim)
        assert "Publish later" in page
        assert "Europe/Berlin, UTC+" in page
        asked = {"publish_at": f"{day}T18:30", "shown_id": "", "from_claim": "1"}
        [messages] = said(desk.client.post(address, asked, follow=True))
        made = ScheduledPublication.objects.get()
        assert messages.startswith("Will be published on ")
        assert f"{timezone.localtime(made.publish_at):%Y-%m-%dT%H:%M}" == asked["publish_at"]
        assert "Will be published on" in desk.text(claim)
        assert said(desk.client.post(address, {"publish_at": "", "shown_id": made.pk}, follow=True)) == [
            "Enter the date and time."
        ]
        assert said(desk.client.post(address, asked | {"publish_at": "garbage"}, follow=True)) == [
            "Enter a valid date/time."
        ]
    desk.sign_in(checker)
    assert "Change the time" not in desk.text(claim)
    assert desk.client.post(address, {"cancel": "1", "shown_id": made.pk}).status_code == 403
    assert ScheduledPublication.objects.get().outcome == ""
    desk.sign_in(editor)
    assert said(desk.client.post(address, {"cancel": "1", "shown_id": made.pk}, follow=True)) == [
        "Cancelled: the verdict will not be published automatically."
    ]
    assert desk.client.get(address).status_code == 302


# What it costs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 3])
def test_the_page_costs_the_same_however_much_there_is(
    more: int,
    desk: Desk,
    checker: User,
    claim: Claim,
    draft: Verdict,
    django_assert_num_queries: Any,
) -> None:
    for number in range(more):
        make_appearance(claim, make_source(TEXT), "the bridge cost 90 million euros")
        Evidence.objects.create(verdict=draft, source=make_source(), stance="context", position=number)
        Claim.objects.filter(pk=claim.pk).update(context=f"Context {number}.")
        Verdict.objects.filter(pk=draft.pk).update(summary=f"Summary {number}.", rating=rating("true"))
    desk.sign_in(checker).text(claim)
    with django_assert_num_queries(78):
        desk.text(claim)


def test_the_page_is_light(desk: Desk, checker: User, claim: Claim, draft: Verdict) -> None:
    assert len(desk.sign_in(checker).text(claim).encode()) < 126_000


def test_a_moment_shows_on_the_dashboard_and_the_board(
    desk: Desk, editor: User, checker: User, draft: Verdict
) -> None:
    scheduled(draft, checker)
    desk.sign_in(editor)
    for address in (reverse("admin:index"), reverse("admin:teamwork_assignment_board")):
        assert ">Scheduled for " in desk.client.get(address).content.decode(), address


def test_a_draft_is_saved_with_the_row_for_evidence_left_as_it_came(
    desk: Desk, checker: User, claim: Claim
) -> None:
    bare = make_draft(claim, checker)
    bare.evidence.all().delete()
    sent = desk.sign_in(checker).form(claim)
    assert (sent["evidence-TOTAL_FORMS"], sent["evidence-0-stance"]) == ("1", "")
    answer = desk.save(claim, sent, **{"verdicts-0-summary": "It cost 90 million, not 80."})
    assert answer.context.get("errors") in (None, [])
    assert (fresh(bare).summary, bare.evidence.count()) == ("It cost 90 million, not 80.", 0)
