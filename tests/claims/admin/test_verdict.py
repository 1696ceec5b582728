"""The verdict's page: permissions, the choice of a rating, evidence, sign-offs, and a new version."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.admin.move_buttons import get_last_move
from claims.admin.status_badges import build_rating_badge
from claims.models import Evidence, Rating, RatingScale, Verdict
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.desk import Desk, buttons, said
from tests.helpers.newsroom import make_claim, make_draft, make_source, rating


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def offered(page: str) -> list[str]:
    return re.findall(r'<input type="radio" name="rating" value="(\d*)"', page)


def test_ratings_of_the_publishers_scales_in_use_are_offered(
    desk: Desk, checker: User, house: Publisher
) -> None:
    verdict = make_draft(make_claim(), checker)
    old = RatingScale.objects.create(publisher=house, name="Old", version="0", language="en", in_use=False)
    Rating.objects.create(scale=old, code="odd", label="Odd")
    elsewhere = Publisher.objects.create(name="Elsewhere")
    theirs = RatingScale.objects.create(publisher=elsewhere, name="Theirs", version="1", language="en")
    Rating.objects.create(scale=theirs, code="odd", label="Odd")
    ours = Rating.objects.filter(scale__publisher=house, scale__in_use=True).order_by("position")
    page = desk.sign_in(checker).text(verdict)
    assert offered(page) == ["", *(str(each.pk) for each in ours)]
    assert rating("misleading").definition in page


def test_a_rating_of_another_publisher_is_refused(desk: Desk, checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    theirs = RatingScale.objects.create(
        publisher=Publisher.objects.create(name="Elsewhere"), name="Theirs", version="1", language="en"
    )
    foreign = Rating.objects.create(scale=theirs, code="odd", label="Odd")
    desk.sign_in(checker).save(verdict, rating=foreign.pk)
    verdict.refresh_from_db()
    assert verdict.rating == rating("false")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("checker", True),
        ("editor", True),
        ("administrator", True),
        ("colleague", False),
        ("contributor", False),
    ],
)
def test_a_draft_is_edited_by_its_author_and_by_editors(
    role: str, may: bool, desk: Desk, checker: User, request: pytest.FixtureRequest
) -> None:
    verdict = make_draft(make_claim(), checker)
    desk.sign_in(request.getfixturevalue(role))
    assert ('name="_save"' in desk.text(verdict)) is may
    if not may:
        assert desk.client.post(desk.page(verdict), {"summary": "x"}).status_code == 403


def test_an_editor_who_changed_a_draft_is_not_offered_to_sign_it_off(
    desk: Desk, checker: User, editor: User, colleague: User
) -> None:
    verdict = make_draft(make_claim(), checker)
    desk.sign_in(editor).save(verdict, summary="A better summary.")
    verdict = workflow.move(verdict, "submit", by=checker)
    assert (verdict.summary, verdict.edited_by) == ("A better summary.", [editor.pk])
    assert "sign_off" not in buttons(desk.text(verdict))
    assert "sign_off" in buttons(desk.sign_in(colleague).text(verdict))


def test_saving_an_unchanged_draft_records_no_editor(desk: Desk, checker: User, editor: User) -> None:
    verdict = make_draft(make_claim(), checker)
    desk.sign_in(editor).save(verdict)
    verdict.refresh_from_db()
    assert verdict.edited_by == []


@pytest.mark.parametrize("state", ["in_review", "published"])
def test_verdicts_that_are_not_drafts_are_read_only_even_for_superusers(
    state: str, desk: Desk, checker: User, editor: User, admin_user: User
) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    if state == "published":
        workflow.move(verdict, "sign_off", by=editor)
        verdict = workflow.move(verdict, "publish", by=editor)
    page = desk.sign_in(admin_user).text(verdict)
    assert 'name="_save"' not in page
    assert "<strong>audited</strong>" in page
    assert verdict.evidence.get().note in page
    assert desk.client.post(desk.page(verdict), {"summary": "x"}).status_code == 403
    address = reverse("admin:claims_verdict_delete", args=[verdict.pk])
    assert desk.client.post(address, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "state", "expected"),
    [
        ("contributor", "draft", set()),
        ("checker", "draft", {"submit"}),
        ("checker", "in_review", {"withdraw"}),
        ("colleague", "in_review", {"sign_off", "request_changes"}),
        ("colleague", "signed", {"request_changes"}),
        ("editor", "in_review", {"sign_off", "request_changes"}),
        ("editor", "signed", {"sign_off", "request_changes", "publish"}),
        ("colleague", "published", set()),
        ("editor", "published", {"retract"}),
    ],
)
def test_buttons_follow_state_and_role(
    role: str,
    state: str,
    expected: set[str],
    desk: Desk,
    checker: User,
    colleague: User,
    editor: User,
    request: pytest.FixtureRequest,
) -> None:
    verdict = make_draft(make_claim(), checker)
    way = {"draft": 0, "in_review": 1, "signed": 2, "published": 3}[state]
    for action, by in [("submit", checker), ("sign_off", colleague), ("publish", editor)][:way]:
        verdict = workflow.move(verdict, action, by=by)
    assert buttons(desk.sign_in(request.getfixturevalue(role)).text(verdict)) == expected


def test_contributors_never_see_the_word_publish_on_a_button(
    desk: Desk, contributor: User, checker: User
) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    workflow.move(verdict, "sign_off", by=User.objects.create_superuser("root"))
    # Normally they do not see the verdict at all; here an administrator lets them.
    contributor.user_permissions.add(Permission.objects.get(codename="read_drafts"))
    page = desk.sign_in(contributor).text(verdict)
    assert "desk-button-publish" not in page
    address = f"/admin/claims/verdict/{verdict.pk}/move/publish/"
    assert desk.client.post(address, {"last_move": get_last_move(verdict)}).status_code == 403


def test_requested_changes_are_shown_at_the_top(desk: Desk, checker: User, editor: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    desk.sign_in(editor).move(verdict, "request_changes", note="Name the auditor.")
    page = desk.sign_in(checker).text(verdict)
    assert "Edith requests changes:" in page
    assert page.index("Name the auditor.") < page.index('name="summary"')


def test_a_new_version_takes_a_public_note_and_replaces_the_old_one(
    desk: Desk, checker: User, editor: User, publish: Any
) -> None:
    claim = publish()
    old = claim.verdicts.get()
    desk.sign_in(checker)
    desk.client.post(reverse("admin:claims_claim_draft", args=[claim.pk]))
    new = Verdict.objects.get(supersedes=old)
    page = desk.text(new)
    assert "the kind of change and its public note" in page
    assert 'name="correction_note"' in page
    assert 'name="correction_note"' not in desk.text(make_draft(make_claim(), checker))
    desk.save(
        new, correction_kind="correction", correction_note="The sum was in dollars.", rating=rating("true").pk
    )
    desk.move(new, "submit")
    new.refresh_from_db()
    desk.sign_in(editor).move(new, "sign_off")
    desk.move(new, "publish")
    assert claim.publications.current().get().document["corrections"][0]["note"] == "The sum was in dollars."
    old.refresh_from_db()
    assert old.state == "superseded"


def test_a_reviewer_reads_the_verdict_once_and_before_the_buttons(
    desk: Desk, checker: User, editor: User, publish: Any
) -> None:
    """Of a correction, also what it changes for readers. The page is called after the claim."""
    claim = publish(make_claim("Trams are free."))
    verdict = make_draft(
        claim, checker, correction_kind="correction", correction_note="The sum was in dollars."
    )
    type(verdict).objects.filter(pk=verdict.pk).update(
        summary="It is a new sum.", explanation="Counted again."
    )
    workflow.move(verdict, "submit", by=checker)
    desk.sign_in(editor)
    for row in (verdict, claim):
        page = desk.text(row)
        parts = html.document_fromstring(page)
        before = page.partition("/move/sign_off/")[0]
        assert [words in before for words in ("It is a new sum.", "Counted again.")] == [True, True], row
        assert len(parts.cssselect("p.desk-summary, .field-summary")) == 1, row
        changed = [cell.text for cell in parts.cssselect(".desk-comparison tbody th")]
        assert changed == ["Summary", "Explanation", "Corrections"], row
        assert "under “Appearances”" not in page or row is claim
    title = html.document_fromstring(desk.text(verdict)).cssselect("title")[0].text_content().strip()
    assert title.startswith("Trams are free. · Factcheck Newsroom: False | Verdict")


def test_evidence_without_a_public_source_is_marked(desk: Desk, checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    verdict.evidence.all().delete()
    Evidence.objects.create(verdict=verdict, source=make_source(url=""), stance="context")
    page = desk.sign_in(checker).text(verdict)
    assert "Needs an address or a snapshot" in page
    assert "Visible to readers" not in page


def test_a_quote_of_the_evidence_is_anchored(desk: Desk, checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    source = make_source("The audit found 120 million euros in all.")
    desk.sign_in(checker).save(
        verdict, **{"evidence-0-source": source.pk, "evidence-0-exact": "found 120 million euros"}
    )
    evidence = verdict.evidence.get()
    assert (evidence.start, evidence.exact) == (10, "found 120 million euros")


def test_a_verdict_of_another_publisher_begins_on_the_add_page(desk: Desk, editor: User) -> None:
    claim, agency = make_claim(), Publisher.objects.create(name="Agency")
    desk.sign_in(editor)
    asked = {"claim": claim.pk, "publisher": agency.pk}
    response = desk.client.post(reverse("admin:claims_verdict_add"), asked, follow=True)
    verdict = claim.verdicts.get()
    assert (verdict.publisher, verdict.author, verdict.version) == (agency, editor, 1)
    assert said(response) == ["Draft created. Fill it in, then submit it for review."]
    again = desk.client.post(reverse("admin:claims_verdict_add"), asked)
    assert "This publisher already has an open verdict" in again.content.decode()
    assert claim.verdicts.count() == 1


def test_queues_of_a_reviewer_and_of_an_author(
    desk: Desk, checker: User, colleague: User, editor: User, publish: Any
) -> None:
    draft = make_draft(make_claim(), checker)
    waiting = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    own = workflow.move(make_draft(make_claim(), colleague), "submit", by=colleague)
    signed = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    workflow.move(signed, "sign_off", by=editor)
    due = publish(recheck_on=date(2020, 1, 1)).verdicts.get()
    publish(recheck_on=date(2199, 1, 1))

    def queue(person: User, name: str) -> list[Verdict]:
        desk.sign_in(person)
        answer = desk.client.get(reverse("admin:claims_verdict_changelist"), {"queue": name})
        return list(answer.context["cl"].result_list)

    assert queue(checker, "mine") == [draft]
    assert queue(checker, "review") == [own]
    assert queue(colleague, "review") == [waiting]
    assert queue(editor, "review") == [waiting, own]
    assert queue(editor, "ready") == [signed]
    assert queue(editor, "recheck") == [due]


def test_a_refused_save_keeps_the_saved_values_at_the_top(desk: Desk, checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    other = rating("true")
    page = desk.sign_in(checker).save(verdict, rating=str(other.pk), reviewed_on="never")
    assert "Enter a valid date." in page.content.decode()
    assert page.context["verdict"].rating == rating("false")
    assert str(page.context["verdict_rating"]) == str(build_rating_badge(rating("false")))
    assert page.context["adminform"].form["rating"].value() == str(other.pk)  # the choice is not lost


def test_evidence_is_called_by_its_name(desk: Desk, checker: User) -> None:
    page = desk.sign_in(checker).text(make_draft(make_claim(), checker))
    assert "evidences" not in page
