"""The editors’ desk in a real browser: pickers run under its policy, pages fit a phone, words are readable."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect

from claims.admin import similar_claims
from claims.features.complaints.confirmations import Sender, store_contact
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.features.teamwork import assignments
from claims.features.teamwork.models import Priority
from claims.models import Claim, PossibleDuplicate, Rating, Repeat, Verdict
from claims.review import clusters
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.answers import Answers
from tests.helpers.browser import stop_clock
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.seat import seat, sign_in

__all__ = ["seat"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The mayor spoke for an hour. The tunnel cost 240 million euros, she said. Then it rained."


def test_from_proposed_to_published_by_mouse(seat: Any, checker: User, editor: User) -> None:
    source = make_source(TEXT, title="City council minutes")
    claim = make_claim("The tunnel cost 240 million euros.", state="proposed")
    make_appearance(claim, source, "The tunnel cost 240 million euros")
    desk = seat(None)
    sign_in(desk.open("/admin/"), checker)
    desk.page.wait_for_url(f"{desk.address}/admin/")
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    assert page.locator("#quotes mark").first.inner_text() == "The tunnel cost 240 million euros"
    desk.press("Accept for checking", "It decides the budget.")
    with page.expect_navigation():
        page.get_by_role("button", name="Draft a verdict").click()
    page.locator("label.desk-rating", has_text="Mostly true").click()
    page.fill("[name=verdicts-0-summary]", "It cost 238 million.")
    page.fill("[name=verdicts-0-explanation]", "The **accounts** say so.")
    shown = page.frame_locator("[data-preview-frame]")
    expect(shown.locator(".verdict .prose strong")).to_have_text("accounts")
    page.fill("[name=verdicts-0-reviewed_on]", "2026-03-01")
    page.locator("#evidence-data .select2-selection").first.click()
    page.locator(".select2-search__field").last.fill("minutes")
    page.locator(".select2-results__option", has_text="City council minutes").click()
    page.select_option("[name=evidence-0-stance]", "supports")
    page.fill("[name=evidence-0-exact]", "cost 240 million euros")
    with page.expect_navigation():
        page.locator("button[name=_save]").click()
    desk.press("Submit for review")
    verdict = Verdict.objects.get()
    second = seat(editor)
    page = second.open(f"/admin/claims/verdict/{verdict.pk}/change/")
    page.fill("#note-sign_off", "Read the accounts.")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign off").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish…").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish now").dblclick()
    verdict.refresh_from_db()
    assert (verdict.state, verdict.rating) == ("published", Rating.objects.get(code="mostly_true"))
    assert claim.publications.count() == 1
    assert desk.trouble + second.trouble == []


def test_unsaved_words_are_not_lost_by_a_move(seat: Any, checker: User) -> None:
    claim = make_claim(state="proposed")
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    page.locator("[name=context]").press_sequentially("Half a thought")
    asked = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("summary.desk-button-accept").click()
    with page.expect_event("dialog"):
        page.locator("details[open] button[type=submit]").click()
    assert asked == ["beforeunload"]
    claim.refresh_from_db()
    assert claim.state == "proposed"
    assert page.input_value("[name=context]") == "Half a thought"


def test_pages_fit_a_phone_and_are_readable(seat: Any, checker: User, editor: User) -> None:
    claim = make_claim("A" * 60 + " is a long word.", state="accepted", score=0.5)
    make_appearance(claim, make_source(TEXT), "Then it rained")
    verdict = make_draft(claim, checker)
    desk = seat(editor, viewport={"width": 390, "height": 800})
    for path in (
        "/admin/",
        "/admin/claims/claim/",
        f"/admin/claims/claim/{claim.pk}/change/",
        f"/admin/claims/claim/{claim.pk}/history/",
        f"/admin/claims/verdict/{verdict.pk}/change/",
        f"/admin/sources/source/{claim.appearances.get().source_id}/change/",
        "/admin/claims/claim/import/",
    ):
        page = desk.open(path)
        for scheme in in_each_scheme(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (path, scheme)
            assert page.evaluate(_FAINT) == [], (path, scheme)
    assert desk.trouble == []


@pytest.mark.parametrize("width", [390, 1440])
def test_words_beside_a_statement_do_not_squeeze_it(width: int, seat: Any, editor: User) -> None:
    claim = make_claim("The tunnel between the two harbours cost 240 million euros.")
    today = timezone.localdate()
    assignments.assign_work(
        claim, editor, by=editor, due_on=today - timedelta(days=40), priority=Priority.URGENT
    )
    desk = seat(editor, viewport={"width": width, "height": 800})
    page = desk.open("/admin/")
    line = page.locator(".desk-card-work li")
    share = line.evaluate("line => line.querySelector('a').offsetWidth / line.offsetWidth")
    assert share > 0.5
    assert page.evaluate("document.documentElement.scrollWidth") == width


#: The badges and buttons of ours whose text and background have a contrast below 4.5 to 1 (WCAG 2.2, 1.4.3).
_FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                            return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => { for (let at = element; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor); if (colour[3] === 255) return colour; }
    return [255, 255, 255]; };
  return [...document.querySelectorAll('.desk-badge, .desk-button, .desk-quiet, .desk-count, .desk-warning, mark')]
    .filter((element) => element.offsetParent)
    .map((element) => { const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.className, element.textContent]; })
    .filter(([contrast]) => contrast < 4.5);
}"""


def test_similar_claims_show_while_a_statement_is_typed(
    seat: Any, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers()
    monkeypatch.setattr(similar_claims, "match_desk_text", answers)
    known = make_claim("The tunnel between the harbours is <b>closed</b>.", created_by=editor)
    answers.know("The tunnel is closed.", known)
    desk = seat(editor)
    stop_clock(desk.page)
    page = desk.open("/admin/claims/claim/add/")
    page.locator("[name=statement]").press_sequentially("The tunnel is closed.")
    page.clock.run_for(400)
    found = page.locator(".desk-similar-results li")
    expect(found).to_have_count(1)
    expect(found.get_by_role("link")).to_have_text(known.statement)
    assert answers.asked == [("The tunnel is closed.", editor)]  # not for each letter
    page.locator("[name=statement]").fill("Rain")
    page.clock.run_for(400)
    expect(page.locator(".desk-similar-results")).to_be_empty()
    # The search opens the form with its words: known claims are shown before anything is typed.
    page = desk.open("/admin/claims/claim/add/?statement=The+tunnel+is+closed.")
    expect(page.locator(".desk-similar-results li")).to_have_count(1)
    assert desk.trouble == []


def test_clusters_and_repeats_fit_a_phone(seat: Any, editor: User, publish: Any) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    claims = [publish(make_claim(f"{long} is closed.")) for _number in range(2)]
    cluster = clusters.move(clusters.gather(claims, by=editor), "published", by=editor)
    Repeat.objects.create(
        claim=claims[0],
        exact=f"{long} ist zu.",
        origin="reader",
        confidence=0.9,
        reasons=[long, "other words"],
    )
    PossibleDuplicate.objects.create(claim=claims[1], earlier=claims[0], confidence=0.9, reasons=[long])
    desk = seat(editor, viewport={"width": 390, "height": 844})
    for path in (
        f"/admin/claims/cluster/{cluster.pk}/change/",
        f"/admin/claims/claim/{claims[0].pk}/change/",
        "/admin/claims/repeat/?queue=repeats",
        "/admin/claims/repeat/coming-back/",
        "/admin/claims/possibleduplicate/?queue=duplicates",
    ):
        page = desk.open(path)
        for scheme in in_each_scheme(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (path, scheme)
            assert page.evaluate(_FAINT) == [], (path, scheme)
            assert violations(page, scheme) == {}, (path, scheme)
    assert desk.trouble == []


def test_a_claim_is_picked_to_merge_into(seat: Any, editor: User) -> None:
    claim, target = make_claim("Trams are free."), make_claim("The trams cost nothing.")
    make_claim("The trams cost nothing at all.", state="declined", reason="Twice.")
    desk = seat(editor)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    page.locator("summary.desk-button-merge").click()
    page.locator(".desk-move-form .select2-selection").click()
    page.locator(".select2-dropdown .select2-search__field").fill("trams cost")
    expect(page.locator(".select2-results__option")).to_have_text(["The trams cost nothing."])
    page.locator(".select2-results__option", has_text="cost nothing").click()
    with page.expect_navigation():
        page.locator("details[open] button[type=submit]").click()
    assert Claim.objects.get(pk=claim.pk).merged_into == target
    assert desk.trouble == []


# Words are kept until they are saved ----------------------------------------------------------------------------------

WORDS = "Half a thought about the tunnel"
#: What the browser keeps, by person, page and form.
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('desk-autosave:'))"


def write(page: Page, words: str = WORDS) -> None:
    """Type, and wait until the browser has noted it."""
    page.locator("[name=context]").press_sequentially(words)
    page.wait_for_function(
        "words => Object.values(localStorage).some(kept => kept.includes(words))", arg=words
    )


@pytest.mark.parametrize("lost", ["session", "cookies"])
def test_a_person_signed_out_while_writing_signs_in_and_continues(
    lost: str, seat: Any, checker: User
) -> None:
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    write(page)
    if lost == "session":
        Session.objects.all().delete()
    else:
        page.context.clear_cookies()
    page.locator("button[name=_save]").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("You are no longer signed in.")
    assert page.input_value("[name=context]") == WORDS
    with page.context.expect_page() as opened, page.expect_navigation():
        dialog.get_by_role("button", name="Sign in").click()
        sign_in(opened.value, checker)
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    claim.refresh_from_db()
    assert claim.context == WORDS
    page.wait_for_function(f"{KEPT}.length === 0")


def test_a_page_that_was_closed_gives_the_words_back(seat: Any, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    address = f"/admin/claims/claim/{claim.pk}/change/"
    write(desk.open(address))
    desk.page.close(run_before_unload=False)
    desk.page = page = desk.page.context.new_page()
    desk.open(address)
    expect(page.locator("[name=context]")).to_have_value(WORDS)
    expect(page.locator(".desk-autosave")).to_contain_text("Your unsaved text has been restored.")
    with page.expect_navigation():
        page.locator("button[name=_save]").click()
    desk.open(address)
    expect(page.locator(".desk-autosave")).to_have_count(0)
    claim.refresh_from_db()
    assert claim.context == WORDS


def test_words_that_were_kept_can_be_given_up(seat: Any, checker: User) -> None:
    claim = make_claim(context="As it was.")
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    write(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    with page.expect_navigation():
        page.get_by_role("button", name="Discard the saved text").click()
    expect(page.locator("[name=context]")).to_have_value("As it was.")
    expect(page.locator(".desk-autosave")).to_have_count(0)


def test_no_other_user_of_the_browser_sees_the_text(seat: Any, checker: User, colleague: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    address = f"/admin/claims/claim/{claim.pk}/change/"
    page = desk.open(address)
    write(page)
    page.context.clear_cookies()
    page.locator("button[name=_save]").click()
    with page.context.expect_page() as opened:
        page.locator("dialog[open]").get_by_role("button", name="Sign in").click()
    sign_in(opened.value, colleague)
    expect(page.locator("dialog[open]")).to_contain_text("Another user has signed in.")
    other = page.context.new_page()
    other.goto(desk.address + address)
    assert other.input_value("[name=context]") == ""
    assert other.locator(".desk-autosave").count() == 0
    claim.refresh_from_db()
    assert claim.context == ""


def test_stored_text_does_not_overwrite_another_persons_changes(seat: Any, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    write(page)
    Claim.objects.filter(pk=claim.pk).update(context="A colleague was faster.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=context]")).to_have_value("A colleague was faster.")
    expect(page.locator(".desk-autosave textarea").first).to_have_value(WORDS)


def test_stored_text_is_deleted_after_some_days(seat: Any, checker: User) -> None:
    claim = make_claim()
    desk = seat(checker)
    page = desk.open(f"/admin/claims/claim/{claim.pk}/change/")
    write(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.clock.set_system_time(timezone.now() + timedelta(days=8))
    desk.open("/admin/")
    page.wait_for_function(f"{KEPT}.length === 0")


def test_lists_show_four_rows_on_a_phone_and_all_columns_on_a_laptop(
    seat: Any, checker: User, editor: User, administrator: User, publish: Any
) -> None:
    published = publish(make_claim("The tunnel cost 240 million euros, all in."))
    for number in range(4):
        source = make_source(TEXT, title=f"Minutes of the city council, meeting {number} of this year")
        make_appearance(make_claim(f"The tunnel cost {number}40 million euros, all in."), source, "it rained")
    for claim in Claim.objects.exclude(pk=published.pk):
        assignments.assign_work(make_draft(claim, author=checker), checker, by=editor, priority=Priority.HIGH)
        words = f"It was {claim.pk}40 million dollars, and the council said so in its minutes. " * 4
        complaint = Complaint.objects.create(claim=published, version=1, kind="other", text=words)
        asked = ReaderRequest.objects.create(text=words)
        sender = Sender(f"reader-{claim.pk}@example.org")
        store_contact(sender, complaint=complaint)
        store_contact(sender, request=asked)
    Complaint.objects.update(state="confirmed", due_on=timezone.localdate(), promised_days=7)
    ReaderRequest.objects.update(state="confirmed", reader_count=1, last_asked_at=timezone.now())
    lowest, rightmost = {}, {}
    for person, paths in (
        (checker, ("claims/claim", "claims/verdict", "sources/source")),
        (editor, ("claims/claim", "complaints/complaint", "complaints/readerrequest")),
        (administrator, ("claims/claim", "teamwork/assignment")),
    ):
        desk = seat(person, viewport={"width": 390, "height": 844})
        for path in paths:
            page = desk.open(f"/admin/{path}/")
            # People who still have to set up a second factor are reminded on every page.
            assert page.locator(".desk-reminder").count() == (person == administrator)
            fourth = page.locator("#result_list tbody tr").nth(3)
            lowest[person, path] = fourth.evaluate("row => row.getBoundingClientRect().bottom")
            page.set_viewport_size({"width": 1280, "height": 800})
            table = page.locator("#result_list")
            rightmost[person, path] = table.evaluate("table => table.getBoundingClientRect().right")
            page.set_viewport_size({"width": 390, "height": 844})
    assert {path: bottom for path, bottom in lowest.items() if bottom > 844} == {}
    assert {path: right for path, right in rightmost.items() if right > 1280} == {}
