"""What readers see of a claim, as the desk shows it; and a menu with the daily tasks."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from claims.admin.move_buttons import get_last_move
from claims.models import Claim, Publication
from claims.review import workflow
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source


def list_chips(text: str) -> list[str]:
    found = re.findall(r'<a class="desk-public-state" href="[^"]+">.*?</a>', text, re.DOTALL)
    return [" ".join(strip_tags(chip).split()) for chip in found]


def chip_of(text: str) -> str:
    return next(iter(list_chips(text)), "")


def search(client: Client, words: str) -> str:
    return client.get(reverse("admin:search"), {"s": words, "extended": "1"}).content.decode()


def test_the_public_state_is_a_badge_in_the_list_on_the_page_and_in_the_search(
    desk: Desk, client: Client, checker: User, editor: User, publish: Any
) -> None:
    proposed = make_claim("Trams are slow.", state="proposed")
    drafted, reviewed = make_claim("Trams are old."), make_claim("Trams are loud.")
    make_draft(drafted, checker)
    workflow.move(make_draft(reviewed, checker), "submit", by=checker)
    signed_off = make_draft(make_claim("Trams are blue."), checker)
    workflow.move(signed_off, "submit", by=checker)
    workflow.move(signed_off, "sign_off", by=editor)
    published = publish(make_claim("Trams are free."))
    retracted = publish(make_claim("Trams are gone."))
    desk.sign_in(editor)
    assert 'data-description="claim: Published · False"' in search(client, "trams")
    verdict = retracted.verdicts.get(state="published")
    workflow.move(verdict, "retract", by=editor, note="It was about buses.")
    day = r"\d{1,2} \w{3} \d{4}"
    rows = client.get(reverse("admin:claims_claim_changelist")).content.decode()
    states = re.findall(r'<td class="field-state_badge[^>]*>(.*?)</td>', rows, re.DOTALL)
    shown = [re.sub(day, "DAY", " ".join(strip_tags(cell).split())) for cell in reversed(states)]
    ready = "Signed off, ready to publish"
    assert shown == ["Proposed", "Draft", "In review", ready, "Published DAY", "Retracted DAY"]
    assert re.sub(day, "DAY", chip_of(desk.text(retracted))) == "Retracted DAY"
    assert chip_of(desk.text(proposed).partition('class="desk-headline"')[0]) == ""
    entry = Publication.objects.current().get(claim=published)
    assert f'class="desk-public-state" href="/claims/{published.pk}/{entry.slug}/"' in desk.text(published)
    rows = client.get(reverse("admin:claims_verdict_changelist")).content.decode()
    assert [re.sub(day, "DAY", chip) for chip in list_chips(rows)] == ["Retracted DAY", "Published DAY"]
    # Once for the verdict and once in the list of verdicts.
    assert desk.text(signed_off.claim).count(f">{ready}</span>") == 2
    assert desk.text(signed_off).count(f">{ready}</span>") == 1
    # On the page of a verdict too, its claim has the state that lists show.
    assert re.sub(day, "DAY", chip_of(desk.text(published.verdicts.get()))) == "Published DAY"
    # The second time too, the search shows the present states.
    assert re.findall('data-description="(claim:.*?)"', search(client, "trams")) == [
        "claim: Retracted",
        "claim: Published · False",
        f"claim: {ready} · False",
        "claim: In review · False",
        "claim: Draft · False",
        "claim: Proposed",
    ]


def test_publishing_without_an_appearance_is_warned_of(
    desk: Desk, checker: User, colleague: User, editor: User
) -> None:
    warned = {}
    bare, placed = make_claim(), make_claim("Trams are free.")
    make_appearance(placed, make_source("Trams are free, they said."), "Trams are free")
    for claim in (bare, placed):
        verdict = make_draft(claim, checker)
        workflow.move(verdict, "submit", by=checker)
        workflow.move(verdict, "sign_off", by=colleague)
        address = reverse("admin:claims_verdict_move", args=[verdict.pk, "publish"])
        page = desk.sign_in(editor).client.post(address, {"last_move": get_last_move(verdict)})
        warned[claim] = "The claim has no appearance" in page.content.decode()
    assert warned == {bare: True, placed: False}


def menu(client: Client, person: User) -> list[str]:
    client.force_login(person)
    page = client.get(reverse("admin:index")).content.decode()
    above = page.partition('id="nav-sidebar-apps"')[2].partition("<details")[0]
    return [strip_tags(entry) for entry in re.findall(r"<li><a.*?<span>(.*?)</span>", above)]


def test_the_menu_shows_what_a_role_needs_each_day(
    client: Client, contributor: User, checker: User, editor: User, administrator: User
) -> None:
    most = {contributor: 12, checker: 12, editor: 15, administrator: 20}
    shown = {person: menu(client, person) for person in most}
    assert [person for person, number in most.items() if len(shown[person]) > number] == []
    assert shown[contributor] == ["Desk", "New claim", "Import an article", "Claims", "Verdicts", "Sources"]


def test_pages_are_named_after_their_content(client: Client, desk: Desk, administrator: User) -> None:
    claim = make_claim("Trams are free.")
    desk.sign_in(administrator)
    pages = {
        reverse("admin:claims_claim_changelist"): ("Claims", ["Claims"]),
        f"{reverse('admin:claims_claim_changelist')}?queue=triage": (
            "Proposals to triage",
            ["Claims", "Proposals to triage", "0 results (Show all)"],
        ),
        reverse("admin:claims_claim_add"): ("Add claim", ["Claims", "Add claim"]),
        reverse("admin:claims_claim_import"): ("Import an article", ["Claims", "Import an article"]),
        reverse("admin:claims_claim_triage"): ("Triage", ["Claims", "Triage"]),
        reverse("admin:claims_verdict_changelist") + "?queue=ready": (
            "Signed off, ready to publish",
            ["Verdicts", "Signed off, ready to publish", "0 results (Show all)"],
        ),
        desk.page(claim): ("Trams are free. | Claim", ["Claims", "Trams are free."]),
        reverse("admin:auth_user_changelist"): ("People", ["People"]),
        reverse("admin:auth_group_changelist"): ("Roles", ["Roles"]),
    }
    found = {}
    for address in pages:
        text = client.get(address).content.decode()
        heading = re.search(r"<h1.*?</h1>", text, re.DOTALL)
        parts = strip_tags(heading[0] if heading else "").replace("chevron_right", "\n").split("\n")
        title = re.search(r"<title>(.*?) \| Editors’ desk", text, re.DOTALL)
        found[address] = (title and title[1].strip(), [part.strip() for part in parts if part.strip()])
    assert found == pages


def test_queues_with_nothing_in_them_are_one_line(client: Client, editor: User) -> None:
    make_claim(state="proposed")
    client.force_login(editor)
    answer = client.get(reverse("admin:index"))
    rows = re.findall(r'<tr class="desk-queue-(\w+)">', answer.content.decode())
    assert rows == [line.name for line in answer.context["queues"] if line.count] == ["triage"]
    assert Claim.objects.count() == 1
    assert (
        f"Nothing is waiting in {len(answer.context['queues']) - 1} other queues" in answer.content.decode()
    )
