"""What happened to a claim, in one list: in words, narrowed, by pages, and nothing that the reader may not read."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.admin.timeline import PER_PAGE, build_timeline
from claims.models import Claim, Claimant, Verdict
from claims.review import claim_edits, scheduled_publications, workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db


def list_events(claim: Claim, reader: User, **asked: Any) -> list[tuple[str, str]]:
    return [(event.actor_name, event.description) for event in build_timeline(claim, reader, **asked).events]


@pytest.fixture
def claim(checker: User, colleague: User, editor: User) -> Claim:
    """Proposed, accepted, edited, judged, scheduled, published."""
    claim = make_claim("Trams are free.", state="proposed", created_by=checker)
    claim = workflow.move(claim, "accept", by=checker, note="It decides the budget.")
    claim_edits.edit(claim, by=checker, context="Since May.")
    verdict = workflow.move(make_draft(claim, checker), "submit", by=checker)
    verdict = workflow.move(verdict, "sign_off", by=colleague, note="Read it.")
    scheduled_publications.schedule(verdict, timezone.now() + timedelta(hours=1), by=editor)
    workflow.move(verdict, "publish", by=editor)
    return claim


def test_everything_in_one_list_the_newest_first(claim: Claim, editor: User) -> None:
    events = build_timeline(claim, editor).events
    assert [event.time for event in events] == sorted((event.time for event in events), reverse=True)
    kinds = {"moves": 4, "edits": 1, "signoffs": 1, "publications": 3}
    assert Counter(event.kind for event in events) == kinds
    words = list_events(claim, editor)
    assert ("Chris", "added the claim") in words
    assert ("Kim", "signed off the verdict, in round 1") in words
    assert ("Edith", "published the verdict") in words
    assert ("", "Version 1 published: First publication") in words


@sweep("kind", ["moves", "edits", "signoffs", "publications"], undone=True)
def test_is_narrowed_to_a_kind(kind: str, claim: Claim, editor: User) -> None:
    events = build_timeline(claim, editor, kind=kind).events
    assert events
    assert {event.kind for event in events} == {kind}


def test_an_unknown_kind_is_everything(claim: Claim, editor: User) -> None:
    assert list_events(claim, editor, kind="odd") == list_events(claim, editor)


def test_a_small_edit_is_reported_in_a_sentence(client: Client, checker: User) -> None:
    one, other = Claimant.objects.create(name="Ida Berg"), Claimant.objects.create(name="Ida Lund")
    claim = make_claim("Trams are free.", claimant=one)
    claim_edits.edit(claim, by=checker, claimant=other)
    client.force_login(checker)
    page = client.get(reverse("admin:claims_claim_timeline", args=[claim.pk])).content.decode()
    assert "changed the claimant from" in page
    assert 'Ida <del>Berg</del></q> to <q dir="auto">Ida <ins>Lund</ins>' in page


def test_people_who_may_not_read_drafts_see_none_of_their_events(claim: Claim, contributor: User) -> None:
    assert list_events(claim, contributor) == [("", "Version 1 published: First publication")]
    mine = make_claim("Trams are old.", state="proposed", created_by=contributor)
    chris = User.objects.get(username="chris")
    draft = make_draft(mine, chris)
    Verdict.objects.filter(pk=draft.pk).update(summary="Secret words.")
    assert list_events(mine, contributor) == [("Connie", "added the claim")]


def test_comments_of_a_claim_that_one_may_not_read(
    client: Client, contributor: User, publish: Callable[..., Claim]
) -> None:
    hidden = make_claim("Trams are old.", state="proposed")
    client.force_login(contributor)
    assert client.get(reverse("admin:claims_claim_timeline", args=[hidden.pk])).status_code == 404


def test_pages_follow_each_other_without_a_gap(editor: User, django_assert_num_queries: Any) -> None:
    claim = make_claim()
    for number in range(PER_PAGE + 5):
        claim_edits.edit(claim, by=editor, context=f"Context {number}.")
    first, second, third = (build_timeline(claim, editor, page=number) for number in (1, 2, 3))
    moments = [event.time for event in (*first.events, *second.events)]
    assert moments == sorted(moments, reverse=True)
    assert [len(page.events) for page in (first, second, third)] == [PER_PAGE, 6, 0]
    assert [(page.newer_page, page.older_page) for page in (first, second)] == [(0, 2), (1, 0)]


@sweep("edits", [2, 30], undone=True)
def test_costs_the_same_however_long_the_past(
    edits: int, editor: User, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.FEATURES = []
    claim = make_claim()
    for number in range(edits):
        claim_edits.edit(claim, by=editor, context=f"Context {number}.")
    reader = User.objects.get(pk=editor.pk)
    reader.has_perm("claims.read_drafts")
    with django_assert_num_queries(9):
        build_timeline(claim, reader)


@sweep("asked", ["-1", "0", "x", "99999", "²"], undone=True)
def test_a_page_that_is_not_there_is_no_error(asked: str, client: Client, editor: User) -> None:
    client.force_login(editor)
    address = reverse("admin:claims_claim_timeline", args=[make_claim().pk])
    assert client.get(address, {"p": asked, "kind": "edits"}).status_code == 200
