"""Names typed into pickers: found, or added when the page is saved."""

import re
from datetime import date
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.models import Appearance, Claim, Claimant, Evidence, Topic
from sources.capture import capture
from sources.models import Publisher, Source
from sources.source_kinds import Material
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_claim, make_draft, make_snapshot, make_source

ADDRESS = "https://paper.example.com/tunnel"
NO_ROWS = {
    f"{prefix}-{counter}": "0"
    for prefix in ("appearances", "media")
    for counter in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def offered(client: Client, page: str, model: str, field: str, term: str) -> list[tuple[str, str]]:
    app_label, model_name = model.split(".")
    asked = {"app_label": app_label, "model_name": model_name, "field_name": field, "term": term}
    results = client.get(reverse(f"admin:{page}_names"), asked).json()["results"]
    return [(result["id"], result["text"]) for result in results]


def add(client: Client, **fields: Any) -> Any:
    return client.post(
        reverse("admin:claims_claim_add"),
        {"statement": "Trams are free.", "language": "en"} | NO_ROWS | fields,
    )


def test_unknown_names_can_be_added(client: Client, checker: User) -> None:
    known = Claimant.objects.create(name="Ada Lovelace")
    stored = make_source("The tunnel opened.", title="Opened", url=ADDRESS)
    client.force_login(checker)
    of_claim = ("claims_claimant", "claims.claim", "claimant")
    of_row = ("sources_source", "claims.appearance", "source")
    cases = {
        (*of_claim, "ada"): [(str(known.pk), "Ada Lovelace"), ("+ada", "Create “ada”")],
        (*of_claim, "ada lovelace"): [(str(known.pk), "Ada Lovelace")],
        (*of_claim, "Grace"): [("+Grace", "Create “Grace”")],
        (*of_row, "http://www.paper.example.com/tunnel?utm_source=x"): [
            (str(stored.pk), "Use the stored source: Opened")
        ],
        (*of_row, ADDRESS + "/2"): [(f"+{ADDRESS}/2", f"Create “{ADDRESS}/2”")],
    }
    assert {case: offered(client, *case) for case in cases} == cases


def test_adding_is_offered_only_with_permission(client: Client, checker: User) -> None:
    checker.groups.clear()
    held = Permission.objects.filter(codename__in=["add_claim", "view_claim", "view_claimant"])
    checker.user_permissions.set(held)
    client.force_login(checker)
    assert offered(client, "claims_claimant", "claims.claim", "claimant", "Grace") == []
    page = add(client, claimant="+Grace")
    assert page.context["errors"] == [
        ["“Grace” does not exist yet, and your role does not allow you to add it."]
    ]
    assert Claimant.objects.count() == 0


def test_typed_names_are_added_with_the_claim_and_known_ones_found(client: Client, editor: User) -> None:
    trams = Topic.objects.create(name="Trams", slug="trams")
    client.force_login(editor)
    add(client, claimant="+ 2024 ", topics=["+trams", "+Fares"])
    claim = Claim.objects.get()
    assert (
        claim.claimant and claim.claimant.name,
        [topic.name for topic in claim.topics.order_by("pk")],
    ) == (
        "2024",
        ["Trams", "Fares"],
    )
    add(client, claimant="+2024", topics=[trams.pk])
    assert (Claimant.objects.count(), Topic.objects.count()) == (1, 2)


def test_a_refused_page_adds_nothing_and_keeps_the_typed_text(client: Client, editor: User) -> None:
    client.force_login(editor)
    page = add(client, claimant="+Grace", topics=["+Fares"], claimed_on="never")
    text = page.content.decode()
    assert (Claimant.objects.count(), Topic.objects.count(), Claim.objects.count()) == (0, 0, 0)
    kept = [
        name for name in ("Grace", "Fares") if f'<option value="+{name}" selected>Create “{name}”' in text
    ]
    assert kept == ["Grace", "Fares"]


def test_a_preview_adds_nothing(desk: Desk, client: Client, checker: User) -> None:
    claim = make_claim()
    make_draft(claim, checker)
    form = desk.sign_in(checker).form(claim) | {"claimant": "+Grace", "evidence-0-source": "+Minutes"}
    answer = client.post(reverse("admin:claims_claim_preview", args=[claim.pk]), form)
    assert ("Grace" in answer.json()["page"], Claimant.objects.filter(name="Grace").count()) == (True, 0)
    assert Source.objects.filter(title="Minutes").count() == 0


def test_a_publisher_is_added_but_never_one_with_the_name_of_the_house(client: Client, editor: User) -> None:
    house = Publisher.objects.get_house()
    client.force_login(editor)
    address = reverse("admin:sources_source_add")
    form = {"title": "Minutes", "kind": "article", "url": ""}
    client.post(address, form | {"publisher": "+City Council"})
    client.post(address, form | {"publisher": f"+{house.name}"})
    names = [source.publisher and source.publisher.name for source in Source.objects.order_by("pk")]
    assert names == ["City Council", house.name]
    assert Publisher.objects.count() == 2


def test_a_pasted_address_is_captured_and_its_details_are_filled_in(desk: Desk, checker: User) -> None:
    claim = make_claim("The tunnel cost 240 million euros.")
    draft = make_draft(claim, checker)
    form = desk.sign_in(checker).form(claim)
    number = int(form["evidence-TOTAL_FORMS"])
    rows = {
        "appearances-TOTAL_FORMS": "1",
        "appearances-0-source": f"+{ADDRESS}?utm_source=x",
        "appearances-0-exact": "it cost 240 million",
        "evidence-TOTAL_FORMS": str(number + 1),
        f"evidence-{number}-source": f"+{ADDRESS}",
        f"evidence-{number}-exact": "words of another page",
        f"evidence-{number}-stance": "refutes",
        f"evidence-{number}-position": str(number),
    }
    desk.save(claim, form, **rows)
    source = Source.objects.get(url=ADDRESS)
    assert [
        job.args for job in ProcrastinateJob.objects.filter(task_name="sources.tasks.capture_source")
    ] == [{"source_id": source.pk, "by_id": checker.pk}]
    html = (
        b"<html><head><title>The tunnel opens</title></head><body><article><h1>The tunnel opens</h1>"
        b"<p>The mayor said on Monday that it cost 240 million, and that trains run from March.</p></article>"
    )
    material = Material(content=html, content_type="text/html", url=ADDRESS)
    capture(material, source=source, by=checker)
    source.refresh_from_db()
    appearance = Appearance.objects.get(claim=claim)
    evidence = Evidence.objects.get(verdict=draft, source=source)
    assert (source.title, source.publisher and source.publisher.domain) == ("The tunnel opens", "example.com")
    assert (appearance.anchor, appearance.exact) == ("anchored", "it cost 240 million")
    assert (evidence.start, evidence.exact) == (None, "words of another page")


def test_a_pasted_address_is_stored_once_and_its_content_is_reported(client: Client, checker: User) -> None:
    def answer(**sent: str) -> tuple[str, bool]:
        given = client.post(reverse("admin:claims_claim_pasted"), {"address": ADDRESS} | sent).json()
        return given["note"], given.get("is_waiting", False)

    client.force_login(checker)
    found = {"new": answer()}
    source = Source.objects.get(url=ADDRESS)
    asked = {"source": str(source.pk)}
    found["again"] = answer(**asked)
    jobs = ProcrastinateJob.objects.filter(task_name="sources.tasks.capture_source")
    numbers = [job.pk for job in jobs]
    with connection.cursor() as sql:  # as the worker does
        sql.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = ANY (%s)", [numbers])
    found["failed"] = answer(**asked)
    make_snapshot(source, "The tunnel cost 240 million euros, she said.")
    source.title, source.published_on = "The tunnel opens", date(2026, 3, 1)
    source.publisher = Publisher.objects.create(name="The Paper")
    source.save()
    found["read"] = answer(**asked)
    found["quote"] = answer(**asked, exact="240 million euros")
    found["no quote"] = answer(**asked, exact="words of another page")
    found["stored"] = answer(address=f"{ADDRESS}?utm_source=x")
    found["no address"] = answer(address="https://paper.example.com:x/")
    of_source = "The Paper · 1 Mar 2026"
    assert found == {
        "new": ("The page is being read…", True),
        "again": ("The page is being read…", True),
        "failed": ("The page could not be read.", False),
        "read": (of_source, False),
        "quote": (f"{of_source} · The quote was found.", False),
        "no quote": (
            f"{of_source} · The text does not contain this quote. Copy the passage exactly from the text.",
            False,
        ),
        "stored": (f"Use the stored source: The tunnel opens · {of_source}", False),
        "no address": ("Enter a valid URL.", False),
    }
    assert (len(numbers), Source.objects.count()) == (1, 1)


def test_an_address_is_stored_only_for_people_who_may_add_sources(client: Client, checker: User) -> None:
    checker.groups.clear()
    checker.user_permissions.set(Permission.objects.filter(codename__in=["add_claim", "view_claim"]))
    client.force_login(checker)
    page = reverse("admin:claims_claim_pasted")
    statuses = [client.post(page, {"address": ADDRESS}).status_code]
    make_source("The tunnel opened.", url=ADDRESS)
    statuses += [client.post(page, {"address": each}).status_code for each in (ADDRESS, "no address")]
    assert (statuses, Source.objects.count()) == ([403, 403, 404], 1)


def test_one_line_is_enough_for_a_claim(client: Client, editor: User) -> None:
    stored = make_source("The tunnel opened.", title="The tunnel opens", url=ADDRESS)
    client.force_login(editor)
    cases = {
        "The tunnel was free.": ("The tunnel was free.", []),
        f"The tunnel was cheap. {ADDRESS}?fbclid=1": ("The tunnel was cheap.", [stored.url]),
        ADDRESS: ("The tunnel opens", [stored.url]),
        "www.paper.example.com/bridge": (
            "https://www.paper.example.com/bridge",
            ["https://www.paper.example.com/bridge"],
        ),
    }
    found = {}
    for typed in cases:
        answer = add(client, statement=typed)
        claim = Claim.objects.latest("pk")
        assert answer["Location"] == reverse("admin:claims_claim_change", args=[claim.pk])
        found[typed] = (claim.statement, [row.source.url for row in claim.appearances.all()])
    assert found == cases
    bridge = Source.objects.get(url__endswith="bridge")
    material = Material(
        content=b"<title>The bridge is closed</title><p>It is closed, the council wrote on Monday evening.</p>",
        content_type="text/html",
        url=bridge.url,
    )
    capture(material, source=bridge, by=editor)
    assert Claim.objects.latest("pk").statement == "The bridge is closed"


def test_a_search_text_can_be_added_as_a_claim(client: Client, editor: User) -> None:
    client.force_login(editor)
    page = client.get(reverse("admin:search"), {"s": "Trams & buses", "extended": "1"}).content.decode()
    assert re.findall(r'href="(/admin/claims/claim/add/[^"]*)"', page) == [
        "/admin/claims/claim/add/?statement=Trams+%26+buses"
    ]
