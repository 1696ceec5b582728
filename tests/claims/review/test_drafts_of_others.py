"""Visibility before publication: contributors read their own drafts and public rows, everyone else reads all.

Each page of the desk and address of the editorial API is tried in a newsroom whose drafts contain a unique word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from claims.models import Appearance, Claim, Claimant, Evidence, Topic, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.roles import ROLES
from claims.review import verdict_drafts, workflow
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating
from tests.helpers.newsroom_tool import tool

#: Occurs in every text that only readers of drafts may see.
SECRET = "Zanzibar"
#: Finds it; not the word itself, which a page repeats as the search text.
ASKED = "zanzib"
pytestmark = pytest.mark.django_db


@dataclass
class Newsroom:
    """A claim of each kind, with everything that hangs on it."""

    own: Claim
    proposed: Claim
    accepted: Claim
    public: Claim
    draft: Verdict
    """On the accepted claim."""
    version: Verdict
    """The next one of the public claim's verdict, in review."""
    published: Verdict


@pytest.fixture
def newsroom(
    contributor: User,
    checker: User,
    editor: User,
    topic: Topic,
    claimant: Claimant,
    publish: Callable[..., Claim],
) -> Newsroom:
    text = "The bridge cost 90 million euros. The tram is free. It rained in March."
    source = make_source(text, title="A speech")
    shared: dict[str, Any] = {"claimant": claimant, "topics": [topic]}
    own = make_claim("The tram is free.", state="proposed", created_by=contributor, **shared)
    make_appearance(own, source, "The tram is free")
    proposed = make_claim(f"{SECRET} is far.", state="proposed", created_by=checker, **shared)
    make_appearance(proposed, source, "It rained in March")
    accepted = make_claim(f"{SECRET} is near.", reason=f"{SECRET} matters.", created_by=checker, **shared)
    public = publish(make_claim("The bridge cost 90 million euros.", created_by=checker, **shared))
    make_appearance(public, source, "The bridge cost 90 million euros")
    published = public.verdicts.get()
    draft = make_draft(accepted, checker, summary=f"{SECRET} is an island.", code="misleading")
    version = verdict_drafts.create_draft(public, author=checker)
    verdict_drafts.edit(
        version,
        by=checker,
        rating=rating("satire"),
        summary=f"{SECRET} changes it.",
        correction_kind="update",
        correction_note=f"{SECRET} came up.",
    )
    version = workflow.move(version, "submit", by=checker, note=f"{SECRET} is in it.")
    workflow.move(version, "sign_off", by=editor, note=f"I know {SECRET}.")
    return Newsroom(own, proposed, accepted, public, draft, version, published)


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def listed(desk: Desk, model: str, **query: str) -> set[int]:
    page = desk.client.get(reverse(f"admin:claims_{model}_changelist"), query)
    return {row.pk for row in page.context["cl"].result_list}


# The desk -------------------------------------------------------------------------------------------------------------


def test_lists_contain_own_and_public_rows(desk: Desk, newsroom: Newsroom, contributor: User) -> None:
    desk.sign_in(contributor)
    assert listed(desk, "claim") == {newsroom.own.pk, newsroom.public.pk}
    assert listed(desk, "verdict") == {newsroom.published.pk}
    assert listed(desk, "signoff") == listed(desk, "transition") == set()
    assert listed(desk, "claim", q=SECRET) == listed(desk, "verdict", q=SECRET) == set()


def test_others_read_everything(desk: Desk, newsroom: Newsroom, colleague: User) -> None:
    desk.sign_in(colleague)
    claims = {newsroom.own.pk, newsroom.proposed.pk, newsroom.accepted.pk, newsroom.public.pk}
    assert listed(desk, "claim") == claims
    assert listed(desk, "verdict") == {newsroom.published.pk, newsroom.draft.pk, newsroom.version.pk}
    assert SECRET in desk.text(newsroom.public)


def test_no_page_of_the_desk_shows_a_draft(desk: Desk, newsroom: Newsroom, contributor: User) -> None:
    """Every list, page and history of every model, and the dashboard; for large tables, only the newest rows."""
    desk.sign_in(contributor)
    addresses = [reverse("admin:index"), reverse("admin:search") + f"?s={ASKED}&extended=1"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + f"?q={ASKED}"]
        for row in model._default_manager.order_by("-pk")[:10]:
            addresses += [
                reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete")
            ]
    opened = 0
    for address in addresses:
        answer = desk.client.get(address)
        assert SECRET not in answer.content.decode(), address
        opened += answer.status_code == 200
    assert opened > 30  # it was not refused as a whole


def test_pages_of_others_drafts_are_not_there(desk: Desk, newsroom: Newsroom, contributor: User) -> None:
    desk.sign_in(contributor)
    for row in (newsroom.proposed, newsroom.accepted, newsroom.draft, newsroom.version):
        for page in ("change", "history"):
            address = reverse(f"admin:claims_{row._meta.model_name}_{page}", args=[row.pk])
            # Django's answer for missing rows: back to the start, with a message.
            assert desk.client.get(address).headers.get("Location") == reverse("admin:index"), address
    for claim, action in ((newsroom.proposed, "accept"), (newsroom.accepted, "decline")):
        move = reverse("admin:claims_claim_move", args=[claim.pk, action])
        assert desk.client.post(move, {"note": "x"}).status_code == 404


def test_pickers_offer_no_draft(desk: Desk, newsroom: Newsroom, contributor: User) -> None:
    desk.sign_in(contributor)
    for field in ({"model_name": "verdict", "field_name": "claim"}, {"model_name": "possibleduplicate"}):
        asked = {"app_label": "claims", "field_name": "claim", "term": SECRET} | field
        answer = desk.client.get(reverse("admin:autocomplete"), asked)
        assert answer.status_code in (200, 403)
        assert SECRET not in answer.content.decode()


def test_filters_do_not_reveal_drafts(desk: Desk, newsroom: Newsroom, contributor: User) -> None:
    desk.sign_in(contributor)
    assert listed(desk, "claim", judged="open") == set()
    assert listed(desk, "claim", judged="published") == {newsroom.public.pk}
    page = reverse("admin:claims_claim_changelist")
    by_rating = {"verdicts__rating__id__exact": str(rating("satire").pk)}
    assert desk.client.get(page, by_rating).status_code == 400
    by_summary = {"verdicts__summary__contains": SECRET}
    assert desk.client.get(page, by_summary).status_code == 400


def test_counts_agree_with_the_list(
    desk: Desk, newsroom: Newsroom, contributor: User, editor: User, topic: Topic, claimant: Claimant
) -> None:
    def numbers() -> dict[str, int]:
        rows = {
            name: desk.client.get(reverse(f"admin:{name}_changelist")).context["cl"].result_list
            for name in ("claims_topic", "claims_claimant", "sources_source")
        }
        source = next(row for row in rows["sources_source"] if row.title == "A speech")
        return {
            "topic": next(row.number for row in rows["claims_topic"] if row == topic),
            "claimant": next(row.number for row in rows["claims_claimant"] if row == claimant),
            "source": source.claims_number,
            "evidence": sum(row.evidence_number for row in rows["sources_source"]),
        }

    desk.sign_in(editor)
    assert numbers() == {"topic": 4, "claimant": 4, "source": 3, "evidence": 3}
    desk.sign_in(contributor)
    assert numbers() == {"topic": 2, "claimant": 2, "source": 2, "evidence": 1}


def test_people_read_their_own_claim_with_its_history(
    desk: Desk, newsroom: Newsroom, contributor: User, checker: User
) -> None:
    workflow.move(newsroom.own, "accept", by=checker, note="Worth a look.")
    make_draft(newsroom.own, checker, summary=f"{SECRET} again.")
    page = desk.sign_in(contributor).text(newsroom.own)
    assert "Worth a look." in page
    assert SECRET not in page
    history = desk.client.get(reverse("admin:claims_claim_history", args=[newsroom.own.pk]))
    descriptions = {entry.description for entry in history.context["page"]}
    assert {"Accept for checking: Proposed → Accepted", "Added"} <= descriptions
    assert SECRET not in history.content.decode()


def test_the_history_of_a_public_claim_shows_only_its_public_part(
    desk: Desk, newsroom: Newsroom, contributor: User
) -> None:
    desk.sign_in(contributor)
    descriptions = {
        row._meta.model_name: [
            entry.description
            for entry in desk.client.get(
                reverse(f"admin:claims_{row._meta.model_name}_history", args=[row.pk])
            ).context["page"]
        ]
        for row in (newsroom.public, newsroom.published)
    }
    assert descriptions == {
        "claim": ["Public version 1: First publication"],
        "verdict": [f"Publish (verdict {newsroom.published.pk}): In review → Published"],
    }


# The editorial API ----------------------------------------------------------------------------------------------------


def test_a_contributors_token_has_the_same_limits(newsroom: Newsroom, contributor: User) -> None:
    asking = tool(contributor)
    found = {
        name: {row["id"] for row in asking.get(f"{name}/").json()["results"]}
        for name in ("claims", "verdicts", "transitions")
    }
    assert found == {
        "claims": {newsroom.own.pk, newsroom.public.pk},
        "verdicts": {newsroom.published.pk},
        "transitions": set(),
    }
    assert asking.get(f"claims/?q={ASKED}").json()["results"] == []
    public = asking.get(f"claims/{newsroom.public.pk}/").json()
    assert [verdict["id"] for verdict in public["verdicts"]] == [newsroom.published.pk]
    assert asking.get(f"verdicts/{newsroom.published.pk}/").json()["signoffs"] == []


def test_a_contributors_tool_finds_no_address_of_a_draft(newsroom: Newsroom, contributor: User) -> None:
    asking = tool(contributor)
    appearance = Appearance.objects.get(claim=newsroom.proposed)
    item = Evidence.objects.get(verdict=newsroom.draft)
    move = newsroom.draft.claim.transitions.first() or newsroom.version.transitions.first()
    assert move is not None
    paths = [
        f"claims/{newsroom.proposed.pk}/",
        f"claims/{newsroom.proposed.pk}/moves/",
        f"claims/{newsroom.proposed.pk}/appearances/",
        f"claims/{newsroom.proposed.pk}/appearances/{appearance.pk}/",
        f"verdicts/{newsroom.draft.pk}/",
        f"verdicts/{newsroom.draft.pk}/moves/",
        f"verdicts/{newsroom.version.pk}/evidence/",
        f"verdicts/{newsroom.draft.pk}/evidence/{item.pk}/",
        f"transitions/{move.pk}/",
    ]
    assert {path: asking.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    for path in (
        f"claims/{newsroom.proposed.pk}/",
        f"claims/{newsroom.proposed.pk}/appearances/{appearance.pk}/",
    ):
        assert asking.patch(path, {}, If_Match="*").status_code == 404
        assert asking.delete(path, If_Match="*").status_code == 404
    added = asking.post(f"claims/{newsroom.proposed.pk}/appearances/", {"source": make_source().pk})
    assert added.status_code == 404


# The roles ------------------------------------------------------------------------------------------------------------


def test_the_permission_is_the_fact_checkers_and_of_those_after_them() -> None:
    assert {role: READ_DRAFTS in permissions for role, permissions in ROLES.items()} == {
        "Contributor": False,
        "Fact-checker": True,
        "Editor": True,
        "Administrator": True,
    }


def test_an_administrator_can_let_contributors_read_drafts(
    desk: Desk, newsroom: Newsroom, contributor: User
) -> None:
    Group.objects.get(name="Contributor").permissions.add(Permission.objects.get(codename="read_drafts"))
    assert newsroom.accepted.pk in listed(desk.sign_in(contributor), "claim")
