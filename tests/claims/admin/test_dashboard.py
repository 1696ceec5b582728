"""The dashboard, the history pages, the ledger's page, and the import form."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from pytest_django import DjangoAssertNumQueries, Settings

from claims.admin import dashboard, trends
from claims.models import Claim, Claimant, PossibleDuplicate, Rating, RatingScale, Topic
from claims.review import verdict_drafts, workflow
from sources.models import Publisher
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """Trends are kept for some minutes."""
    cache.clear()


def cards(client: Client) -> dict[str, int]:
    """What the dashboard counts: of one's own, and of the newsroom."""
    context = client.get(reverse("admin:index")).context
    return {line.name: line.count for line in [*context["cards"], *context["queues"]]}


def test_each_role_sees_what_waits_for_it(
    desk: Desk, contributor: User, checker: User, editor: User, publish: Any, settings: Settings
) -> None:
    settings.FEATURES = []
    make_claim(state="proposed", created_by=contributor)
    make_claim()
    workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    publish()
    scale = RatingScale.objects.create(
        publisher=Publisher.objects.create(name="Paper"), name="Stars", version="1", language="en"
    )
    Rating.objects.create(scale=scale, code="odd", label="Odd")
    one, other = make_claim(state="declined", reason="No."), make_claim(state="declined", reason="No.")
    PossibleDuplicate.objects.create(claim=other, earlier=one)
    desk.sign_in(contributor)
    assert cards(desk.client) == {"proposals": 1, "orphaned": 0, "published": 1}
    desk.sign_in(checker)
    assert cards(desk.client) == {
        "review": 0, "returned": 0, "mine": 0, "published": 1,
        "triage": 1, "unchecked": 1, "recheck": 0, "translations": 0, "stale": 0, "orphaned": 0,
    }  # fmt: skip
    desk.sign_in(editor)
    assert cards(desk.client) == {
        "review": 1, "returned": 0, "mine": 0, "ready": 0, "published": 1,
        "triage": 1, "unchecked": 1, "recheck": 0, "translations": 0, "stale": 0,
        "orphaned": 0, "unmapped": 1, "duplicates": 1,
        "repeats": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said_so", "offered"),
    [
        ("", "Nothing here yet", "Add claim"),
        ("q=volcano", "No row matches your search and filters.", "Show all"),
        (
            "state__exact=merged",
            "No row matches your search and filters.",
            "Show all",
        ),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(
    desk: Desk, editor: User, asked: str, said_so: str, offered: str
) -> None:
    page = (
        desk.sign_in(editor)
        .client.get(f"{reverse('admin:claims_claim_changelist')}?{asked}")
        .content.decode()
    )
    assert [words in page for words in (said_so, offered, "yielded")] == [True, True, False]


def test_a_word_is_looked_up_once_however_common(desk: Desk, editor: User) -> None:
    """Counting the results and showing a page of them use one search."""
    Claim.objects.bulk_create(Claim(statement=f"Bridge {number}.", language="en") for number in range(1001))
    Claim.objects.bulk_create([Claim(statement="The ferry.", language="en")])
    desk.sign_in(editor)
    with CaptureQueriesContext(connection) as asked:
        page = desk.client.get(reverse("admin:claims_claim_changelist"), {"q": "bridge"})
    assert page.context["cl"].result_count == 1001
    assert [claim.statement for claim in page.context["cl"].result_list[:2]] == [
        "Bridge 1000.",
        "Bridge 999.",
    ]
    assert sum("factcheck_desk_query" in query["sql"] for query in asked) == 1


def test_every_number_leads_to_the_list_it_counts(desk: Desk, editor: User, checker: User) -> None:
    for _number in range(7):
        make_claim(state="proposed")
    workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    desk.sign_in(editor)
    context = desk.client.get(reverse("admin:index")).context
    for line in (*context["cards"], *context["queues"]):
        assert desk.client.get(line.url).context["cl"].result_count == line.count, line.name
    for _name, shares in context["balances"]:
        for share in shares:
            assert desk.client.get(share.url).context["cl"].result_count == share.count, share.name


def test_only_people_who_may_sign_off_are_asked_to(
    desk: Desk, checker: User, colleague: User, editor: User
) -> None:
    """Neither the author nor who edited or submitted it, on the dashboard and in the list; others are asked."""
    verdict = make_draft(make_claim(), checker)
    verdict_drafts.edit(verdict, by=editor, summary="A better summary.")
    workflow.move(verdict, "submit", by=checker)
    asked = {}
    for person in (checker, editor, colleague):
        listed = desk.sign_in(person).client.get("/admin/claims/verdict/?queue=review")
        asked[person.username] = cards(desk.client)["review"], listed.context["cl"].result_count
    assert asked == {"chris": (0, 0), "edith": (0, 0), "kim": (1, 1)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_dashboard_costs_the_same_however_much_waits(
    count: int,
    desk: Desk,
    editor: User,
    publish: Any,
    django_assert_num_queries: DjangoAssertNumQueries,
    settings: Settings,
) -> None:
    settings.FEATURES = []
    for _number in range(count):
        make_claim(state="proposed")
        publish()
    desk.sign_in(editor)
    # The session, the person, two for permissions, one for each queue, two for each list with rows.
    for queries in (26, 19):  # the trends are counted once
        with django_assert_num_queries(queries):
            desk.client.get(reverse("admin:index"))


def test_a_returned_verdict_is_listed_until_it_is_submitted_again(
    desk: Desk, checker: User, editor: User
) -> None:
    verdict = make_draft(make_claim(), checker)
    counted = []
    desk.sign_in(checker)
    for action, by in (
        ("submit", checker), ("request_changes", editor), ("submit", checker), ("withdraw", checker),
    ):  # fmt: skip
        verdict = workflow.move(verdict, action, by=by, note="Why?")
        counted.append(cards(desk.client)["returned"])
    assert counted == [0, 1, 0, 0]


def test_how_long_the_oldest_waits_and_no_count_beyond_a_bound(
    desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "COUNT_LIMIT", 2)
    old = make_claim(state="proposed")
    Claim.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=9))
    for _number in range(3):
        make_claim(state="proposed")
    context = desk.sign_in(editor).client.get(reverse("admin:index")).context
    (line,) = [line for line in context["queues"] if line.name == "triage"]
    assert (line.number, line.is_bounded, line.age) == (2, True, "9 days")
    older = [
        replace(line, waiting_since=timezone.localdate() - timedelta(days=days)).age
        for days in (59, 70, 2200)
    ]
    assert older == ["59 days", "2\xa0months", "6\xa0years"]


def test_trends_count_the_work_of_people(
    desk: Desk, checker: User, editor: User, claimant: Any, topic: Topic, publish: Any
) -> None:
    claimant.affiliation = "Harbour Party"
    claimant.save()
    publish(make_claim(claimant=claimant, topics=[topic]))
    workflow.move(make_claim(state="proposed"), "decline", by=editor, note="No.")
    make_claim(state="proposed")
    figures = trends.compute_figures(timezone.localdate())
    assert (figures.incoming_counts[-1], figures.closed_counts[-1], figures.median_days[-1]) == (3, 2, 0.1)
    assert figures.ratings == [("false", 1)]
    assert figures.claimants == [(claimant.pk, claimant.name, 1)]
    assert figures.parties == [("Harbour Party", "Harbour Party", 1)]
    assert figures.topics == [(topic.pk, topic.name, 1)]
    page = desk.sign_in(checker).client.get(reverse("admin:index")).content.decode()
    drawn = html.document_fromstring(page)
    (party,) = [link for link in drawn.cssselect(".desk-balance a") if "Harbour" in link.text_content()]
    make_claim(claimant=Claimant.objects.create(name="Ola Berg", affiliation="Harbour Party Youth"))
    claims = reverse("admin:claims_claim_changelist")
    for address in (str(party.get("href")), f"{claims}?party=Harbour+Party"):
        listed = desk.client.get(address).context["cl"].result_list
        assert [claim.claimant_id for claim in listed] == [claimant.pk], address
    told = drawn.cssselect("#content figure")[0].cssselect("tbody tr")[-1]
    assert [cell.text_content() for cell in told.cssselect("td")] == ["3", "2"]
    drawn_bars = [bar.text_content().rpartition(": ")[2] for bar in drawn.cssselect("figure svg rect title")]
    assert drawn_bars == ["3 incoming", "2 closed", "0.1 days"]


def test_people_without_a_role_see_a_notice(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("new", is_staff=True))
    assert "You have no role yet." in client.get(reverse("admin:index")).content.decode()


# History --------------------------------------------------------------------------------------------------------------


def history(client: Client, row: Any) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """What the history page says: who, what, and field by field from what to what."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])
    return [
        (entry.actor_name, entry.description, [(c.field, str(c.before), str(c.after)) for c in entry.changes])
        for entry in client.get(address).context["page"]
    ]


def test_history_shows_person_field_and_both_values(
    desk: Desk, checker: User, editor: User, topic: Topic
) -> None:
    claim = make_claim("The bridge cost 90 million euros.", state="proposed", created_by=checker)
    workflow.move(claim, "accept", by=editor, note="Budget.")
    desk.sign_in(editor).save(claim, statement="The bridge cost 95 million euros.", topics=[topic.pk])
    entries = history(desk.client, claim)
    assert ("Chris", "Added", []) in entries
    assert ("Edith", "Accept for checking: Proposed → Accepted", []) in entries
    assert ("Edith", "Added the topic “Transport”", []) in entries
    changed = "The bridge cost <del>90</del> million euros.", "The bridge cost <ins>95</ins> million euros."
    assert ("Edith", "Changed statement", [("Statement", *changed)]) in entries


def test_history_names_related_rows_and_deleted_ones(desk: Desk, editor: User, claimant: Any) -> None:
    claim = make_claim(claimant=claimant)
    appearance = make_appearance(claim, make_source("Trams are free, she said."), "Trams are free")
    desk.sign_in(editor)
    desk.save(claim, claimant="", **{"appearances-0-DELETE": "on"})
    entries = history(desk.client, claim)
    assert ("Edith", "Changed claimant", [("Claimant", f"<del>{claimant}</del>", "")]) in entries
    assert ("Edith", "Deleted: an appearance", []) in entries
    assert (
        appearance.exact
        in desk.client.get(reverse("admin:claims_claim_history", args=[claim.pk])).content.decode()
    )


def test_history_of_changes_outside_the_desk_names_no_person(client: Client, editor: User) -> None:
    claim = make_claim()
    Claim.objects.filter(pk=claim.pk).update(context="Changed by a command.")
    client.force_login(editor)
    added = "<ins>Changed by a command.</ins>"
    assert ("the system", "Changed context", [("Context", "", added)]) in history(client, claim)


def test_history_needs_permission(client: Client, db: None) -> None:
    claim = make_claim()
    client.force_login(User.objects.create_user("new", is_staff=True))
    assert client.get(reverse("admin:claims_claim_history", args=[claim.pk])).status_code == 403


# The ledger -----------------------------------------------------------------------------------------------------------


def test_a_publication_shows_its_body_and_note(client: Client, editor: User, publish: Any) -> None:
    claim = publish()
    entry = claim.publications.get()
    client.force_login(editor)
    page = client.get(reverse("admin:claims_publication_change", args=[entry.pk])).content.decode()
    assert "&quot;statement&quot;: &quot;" + claim.statement in page
    document = html.document_fromstring(page)
    folds = document.cssselect("details.desk-fold:not([open])")
    assert [fold.cssselect("summary")[0].text_content() for fold in folds] == [
        "This version as JSON from the API",
        "A publication cannot be changed. Anyone who has a copy can compare it with this one.",
    ]
    assert document.cssselect("pre") == folds[0].cssselect("pre")
    assert "SHA-256" not in document.text_content()


def test_the_ledger_and_verdicts_are_found_by_each_word(
    client: Client, editor: User, checker: User, publish: Any
) -> None:
    trams, ferries = publish(make_claim("Trams are free.")), publish(make_claim("Ferries are free."))
    client.force_login(editor)

    def found(model: str, words: str) -> set[Any]:
        page = client.get(reverse(f"admin:claims_{model}_changelist"), {"q": words})
        return {row.claim for row in page.context["cl"].result_list}

    for model in ("publication", "verdict"):
        assert found(model, "free") == {trams, ferries}
        assert found(model, "TRAMS free") == {trams}
        assert found(model, '"are free" ferries') == {ferries}
        assert found(model, '"free are"') == found(model, "trams ferries") == set()
    draft = make_draft(make_claim("Buses are late."), checker, summary="Nobody waits 100% longer.")
    assert found("verdict", "100% longer") == {draft.claim}


def test_only_filtered_lists_offer_to_show_all(client: Client, editor: User) -> None:
    make_claim("Trams are free.")
    make_claim("Ferries are late.")
    client.force_login(editor)
    offered = {
        asked: "Show all" in client.get(reverse("admin:claims_claim_changelist") + asked).content.decode()
        for asked in ("", "?o=1", "?q=trams", "?queue=unchecked")
    }
    assert offered == {"": False, "?o=1": False, "?q=trams": True, "?queue=unchecked": True}


# Import ---------------------------------------------------------------------------------------------------------------

ARTICLE = (
    "Budget debate ends in the city hall\n\n"
    "The harbour tunnel opened in March 2021 and cost 240 million euros, the mayor Ida Holm said on Friday. "
    "In 2023 the city counted 12,400 new residents, 8 percent more than in the year before.\n"
)


def test_a_pasted_article_becomes_a_source_with_claims(desk: Desk, checker: User) -> None:
    desk.sign_in(checker)
    address = reverse("admin:claims_claim_import")
    sent = {"text": ARTICLE, "language": "en", "title": "Budget debate"}
    page = desk.client.post(address, sent, follow=True)
    proposed = Claim.objects.filter(state="proposed", created_by=checker)
    assert proposed.count() == 2
    assert said(page) == ["Imported: 2 claims are waiting for triage."]
    source = proposed[0].appearances.get().source
    assert (source.title, source.language) == ("Budget debate", "en")
    assert said(desk.client.post(address, sent, follow=True)) == [
        "No new claims were found in the article.",
        "This text has already been imported.",
    ]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({}, "Give the article’s address, paste its text, or choose a file."),
        ({"address": "/etc/passwd"}, "Address: “/etc/passwd” is not the address of a web page."),
        ({"address": "http://127.0.0.1/"}, "127.0.0.1"),
        ({"text": "x" * 300, "language": "klingon"}, "Language: “klingon” is not known."),
    ],
)
def test_an_import_error_is_reported_and_nothing_is_stored(
    asked: dict[str, str], refusal: str, desk: Desk, checker: User
) -> None:
    page = desk.sign_in(checker).client.post(reverse("admin:claims_claim_import"), asked)
    errors = page.context["form"].non_field_errors()
    assert any(refusal in error for error in errors), errors
    assert Claim.objects.count() == 0


def test_importing_needs_the_permission_to_add_claims(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("new", is_staff=True))
    assert client.get(reverse("admin:claims_claim_import")).status_code == 403


def test_a_new_installation_says_what_it_still_needs_until_something_is_published(
    client: Client, editor: User, administrator: User, publish: Any
) -> None:
    def steps(person: User) -> list[bool]:
        client.force_login(person)
        return [step.is_done for step in client.get("/admin/").context["first_steps"]]

    house = Publisher.objects.get_house()
    Publisher.objects.filter(pk=house.pk).update(url="")
    User.objects.exclude(pk=administrator.pk).update(is_staff=False)
    assert steps(administrator) == [False, True, False, False, False, False]
    client.post(reverse("desk-installation"))
    Publisher.objects.filter(pk=house.pk).update(url="https://newsroom.example.org/")
    User.objects.filter(pk=editor.pk).update(is_staff=True)
    claim = make_claim()
    assert steps(administrator) == [True, True, True, True, True, False]
    assert steps(editor) == []
    publish(claim)
    assert steps(administrator) == []
