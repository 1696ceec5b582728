"""Assignments at the desk: the panel and its buttons, lists, and bulk actions."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.features.teamwork import assignments
from claims.features.teamwork.admin import assignment_list
from claims.features.teamwork.models import Assignment, ClaimFollower, Priority
from claims.models import Claim, Verdict
from claims.review import workflow
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim, make_draft


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


def press(desk: Desk, subject: Claim | Verdict, action: str, **asked: Any) -> Any:
    address = reverse("admin:teamwork_assignment_action", args=[subject._meta.model_name, subject.pk, action])
    return desk.client.post(address, asked, follow=True)


def panel(desk: Desk, subject: Claim | Verdict) -> html.HtmlElement:
    return html.document_fromstring(desk.text(subject)).get_element_by_id("work")


def words(part: html.HtmlElement) -> str:
    return " ".join(part.text_content().split())


def offered(part: html.HtmlElement) -> list[str]:
    return [form.get("action").rstrip("/").rpartition("/")[2] for form in part.cssselect("form")]


@pytest.mark.slow
def test_one_click_assigns_it_and_the_page_names_the_assignee(
    desk: Desk, claim: Claim, checker: User, colleague: User
) -> None:
    desk.sign_in(checker)
    assert words(panel(desk, claim)).startswith("Unassigned")
    assert offered(panel(desk, claim)) == ["follow", "take"]
    assert said(press(desk, claim, "take")) == ["Assigned to you."]
    assert words(panel(desk, claim)).startswith("Assigned to you since")
    assert offered(panel(desk, claim)) == ["unfollow", "hand-over", "due", "due", "priority", "release"]
    desk.sign_in(colleague)
    assert words(panel(desk, claim)).startswith("Assigned to Chris since")
    assert offered(panel(desk, claim)) == ["follow"]
    (refusal,) = said(press(desk, claim, "take"))
    assert refusal.startswith("Assigned to Chris since")


@pytest.mark.slow
def test_dates_and_priorities_are_set_and_nonsense_is_refused(
    desk: Desk, claim: Claim, checker: User
) -> None:
    desk.sign_in(checker)
    press(desk, claim, "take")
    assert said(press(desk, claim, "due", due_on="2026-12-01")) == ["Due on 1 Dec 2026."]
    assert said(press(desk, claim, "priority", priority="3")) == ["Priority changed to “Urgent”."]
    for action, asked in (
        ("due", {"due_on": "2026-02-30"}),
        ("due", {"due_on": "0001-01-01"}),
        ("due", {"due_on": "<b>"}),
        ("priority", {"priority": "4"}),
        ("priority", {"priority": "²"}),
        ("priority", {}),
        ("hand-over", {"person": "9" * 18}),
        ("hand-over", {"person": "kim"}),
    ):
        (refusal,) = said(press(desk, claim, action, **asked))
        assert "is not a date" in refusal or refusal.startswith("Choose"), (action, asked)
    row = Assignment.objects.get()
    assert (str(row.due_on), row.priority) == ("2026-12-01", Priority.URGENT)
    assert said(press(desk, claim, "due", due_on="")) == ["The due date was removed."]


@pytest.mark.slow
def test_an_editor_can_assign_it_to_anyone_and_an_outdated_tab_changes_nothing(
    desk: Desk, claim: Claim, checker: User, colleague: User, editor: User
) -> None:
    desk.sign_in(editor)
    people = [option.text for option in panel(desk, claim).cssselect("#work-person option")]
    assert people == ["Choose…", "Chris", "Edith", "Kim"]
    assert said(press(desk, claim, "hand-over", person=checker.pk, seen="")) == ["Assigned to Chris."]
    (refusal,) = said(press(desk, claim, "hand-over", person=colleague.pk, seen=""))
    assert refusal == "The work is now assigned to Chris. Nothing was changed. Reload the page and check."
    assert Assignment.objects.get().person == checker


@pytest.mark.slow
def test_actions_outside_a_role_are_forbidden(
    desk: Desk, claim: Claim, contributor: User, checker: User, colleague: User
) -> None:
    own = make_claim(state="proposed", created_by=contributor)
    assignments.assign_to_self(own, by=colleague)
    desk.sign_in(contributor)
    assert press(desk, claim, "take").status_code == 404
    assert press(desk, own, "take").status_code == 403
    assert press(desk, own, "release").status_code == 403
    # They do not see the assignee: they only follow their claim.
    assert offered(panel(desk, own)) == ["follow"]
    assert "Kim" not in words(panel(desk, own))
    press(desk, own, "follow")
    assert ClaimFollower.objects.filter(person=contributor).get().claim == own
    for page in ("changelist", "board", "calendar"):
        assert desk.client.get(reverse(f"admin:teamwork_assignment_{page}")).status_code == 403
    desk.sign_in(checker)
    assert press(desk, own, "hand-over", person=checker.pk).status_code == 403
    assert press(desk, own, "unknown").status_code == 404
    assert desk.client.post("/admin/teamwork/assignment/source/1/take/").status_code == 404
    assert Assignment.objects.get().person == colleague


def test_to_look_at_an_address_changes_nothing(desk: Desk, claim: Claim, checker: User) -> None:
    address = reverse("admin:teamwork_assignment_action", args=["claim", claim.pk, "take"])
    desk.sign_in(checker).client.get(address)
    assert not Assignment.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize("assigned", ["claim", "verdict"])
def test_a_claim_and_its_verdict_have_one_assignment(
    desk: Desk, claim: Claim, checker: User, colleague: User, assigned: str
) -> None:
    draft = make_draft(claim, checker)
    today = timezone.localdate()
    subject = claim if assigned == "claim" else draft
    assignments.assign_work(subject, colleague, by=colleague, due_on=today, priority=Priority.URGENT)
    desk.sign_in(checker)
    for shown in (claim, draft):
        assert words(panel(desk, shown)).startswith("Assigned to Kim since"), shown
        assert "Due today" in words(panel(desk, shown)), shown
    for model in ("claim", "verdict"):
        text = desk.client.get(reverse(f"admin:claims_{model}_changelist")).content.decode()
        cells = html.document_fromstring(text).cssselect(".field-assignee_badge")
        assert [words(cell) for cell in cells] == ["Kim Due today Urgent"], model
    assert said(press(desk, draft, "take"))[0].startswith("Assigned to Kim since")
    assert said(press(desk, claim, "take"))[0].startswith("Assigned to Kim since")
    assert Assignment.objects.count() == 1


# Lists ------------------------------------------------------------------------------------------------------------


def found(desk: Desk, model: str, asked: str) -> set[Any]:
    page = desk.client.get(f"{reverse(f'admin:claims_{model}_changelist')}?{asked}")
    return set(page.context["cl"].queryset)


@pytest.mark.slow
def test_lists_are_filtered_by_assignee_and_due_date(
    desk: Desk, checker: User, colleague: User, editor: User
) -> None:
    today = timezone.localdate()
    late, soon, other, free, left = (make_claim() for _number in range(5))
    for claim, person, days in ((late, checker, -1), (soon, checker, 3), (other, colleague, 0)):
        assignments.assign_work(claim, person, by=editor, due_on=today + timedelta(days=days))
    assignments.assign_work(left, editor, by=editor, priority=Priority.HIGH)
    assignments.release_work(left, by=editor)
    draft = make_draft(late, checker)
    assignments.assign_to_self(draft, by=checker)
    desk.sign_in(checker)
    for asked, expected in (
        ("who=me", {late, soon}),
        (f"who={colleague.pk}", {other}),
        ("who=nobody", {free, left}),
        ("due=overdue", {late}),
        ("due=today", {other}),
        ("due=week", {soon, other}),
        ("due=none", {left}),
        ("priority=2", {left}),
        ("who=me&due=overdue", {late}),
        # What makes no sense narrows nothing.
        ("who=²", {late, soon, other, free, left}),
        ("priority=9", {late, soon, other, free, left}),
    ):
        assert found(desk, "claim", asked) == expected, asked
    assert found(desk, "verdict", "who=me") == {draft}
    assert found(desk, "verdict", "who=nobody") == found(desk, "verdict", "due=today") == set()
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert found(desk, "claim", "who=nobody") == {free, left, other}


def test_filters_do_not_reveal_assignments_without_permission(
    desk: Desk, contributor: User, checker: User
) -> None:
    assignments.assign_to_self(make_claim(created_by=contributor), by=checker)
    desk.sign_in(contributor)
    for asked in ("who=nobody", f"who={checker.pk}", "due=none", "priority=1"):
        answer = desk.client.get(f"{reverse('admin:claims_claim_changelist')}?{asked}")
        # As any other address that the list does not know.
        assert (answer.status_code, answer["Location"]) == (302, "/admin/claims/claim/?e=1"), asked
    page = desk.client.get(reverse("admin:claims_claim_changelist")).content.decode()
    assert "Chris" not in page
    assert "assigned to" not in page.lower()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "queries"), [("claims_claim", 16), ("claims_verdict", 11), ("teamwork_assignment", 10)]
)
def test_lists_cost_the_same_however_many_have_it(
    model: str,
    queries: int,
    desk: Desk,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    address = reverse(f"admin:{model}_changelist")
    desk.sign_in(editor).client.get(address)
    for _number in range(2):
        for _another in range(2):
            claim = make_claim()
            for subject in (claim, make_draft(claim, checker)):
                assignments.assign_work(subject, checker, by=editor)
        with django_assert_num_queries(queries):
            desk.client.get(address)


def test_work_has_the_state_that_all_lists_show(
    desk: Desk, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    signed_off = make_draft(make_claim("Trams are blue."), checker)
    workflow.move(signed_off, "submit", by=checker)
    workflow.move(signed_off, "sign_off", by=editor)
    in_progress, published = make_claim("Trams are old."), publish(make_claim("Trams are free."))
    for subject in (in_progress, signed_off, published.verdicts.get()):
        assignments.assign_work(subject, checker, by=editor)
    make_draft(in_progress, checker)
    desk.sign_in(checker)
    work = desk.client.get(reverse("admin:teamwork_assignment_changelist")).content.decode()
    states = re.findall(r'<td class="field-state_badge[^>]*>(.*?)</td>', work, re.DOTALL)
    states = [re.sub(r" \d.*", " on a day", " ".join(strip_tags(cell).split())) for cell in states]
    assert states == ["Published on a day", "Signed off, ready to publish", "Draft"]
    dashboard = desk.client.get(reverse("admin:index")).content.decode()
    for state in ("Signed off, ready to publish</span>", f'href="/claims/{published.pk}/'):
        assert state in dashboard.partition("My work")[2]


@pytest.mark.slow
def test_several_are_assigned_at_once(desk: Desk, checker: User, contributor: User, editor: User) -> None:
    one, other, gone = make_claim(), make_claim(), make_claim(state="declined", reason="No.")
    address = reverse("admin:claims_claim_changelist")
    chosen = {"action": "assign_selected", "_selected_action": [one.pk, other.pk, gone.pk]}
    desk.sign_in(editor)
    asked = desk.client.post(address, chosen).content.decode()
    assert "Assign 3 claims" in asked
    assert not Assignment.objects.exists()
    again = desk.client.post(address, chosen | {"person": "", "due_on": ""}).content.decode()
    assert "Choose a person." in again
    answer = desk.client.post(
        address, chosen | {"person": checker.pk, "due_on": "2026-12-01", "priority": "2"}, follow=True
    )
    assert len(said(answer)) == 2
    assert said(answer)[-1] == "2 tasks are now assigned to Chris."
    rows = Assignment.objects.order_by("claim").values_list("claim", "person", "priority")
    assert list(rows) == [(one.pk, checker.pk, 2), (other.pk, checker.pk, 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment_list, "_MAX_ASSIGNED_ROWS", 2)
        answer = desk.client.post(address, chosen | {"person": editor.pk}, follow=True)
    assert said(answer) == ["Choose no more than 2 at once."]
    # People who may not assign have no such action.
    desk.sign_in(checker)
    desk.client.post(address, chosen | {"person": editor.pk})
    assert not Assignment.objects.filter(person=editor).exists()
