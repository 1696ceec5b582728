"""The page of a claim at the desk with its words for other platforms: approved once, by an editor."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.features.platforms.models import ApprovedWording
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_editor_approves_the_words_once(publish: Any, checker: User, editor: User) -> None:
    claim = publish()
    reader, desk = signed_in(checker), signed_in(editor)
    page = reverse("admin:claims_claim_platforms", args=[claim.pk])
    assert page in desk.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    shown = reader.get(page).content.decode()
    assert "An editor must approve" in shown
    assert '<pre class="desk-json" dir="ltr">{\n  &quot;@context&quot;: ' in shown
    note = "False: it cost less. https://accounts.example.org/2025"
    sent = {"kind": "community_note", "version": "1", "text": note}
    assert reader.post(page, sent).status_code == 403
    for wrong, problem in [
        ({"text": "No address."}, "needs the address"),
        ({"text": note * 9}, "the limit is 280"),
        ({"kind": "claimreview"}, "no wording to approve"),
        ({"version": "9"}, "newer version"),
    ]:
        assert problem in desk.post(page, sent | wrong, follow=True).content.decode()
    assert "Approved." in desk.post(page, sent, follow=True).content.decode()
    desk.post(page, sent)
    [approved] = ApprovedWording.objects.all()
    assert (approved.text, approved.version, approved.approved_by) == (note, 1, editor)
    # A correction needs new words.
    correct(claim, checker, editor, code="true", kind="correction")
    assert "Approve this wording" in desk.get(page).content.decode()
    unpublished = reverse("admin:claims_claim_platforms", args=[make_claim().pk])
    assert "not published" in desk.get(unpublished, follow=True).content.decode()


def test_rules_hold_even_by_sql(publish: Any, editor: User) -> None:
    claim = publish()
    insert = (
        "INSERT INTO platforms_approvedwording (claim_id, version, kind, text, approved_by_id, approved_by_name)"
        " VALUES (%s, 1, %s, %s, %s, '')"
    )
    address = "https://accounts.example.org/"
    refused(
        insert,
        claim.pk,
        "community_note",
        f"{address} {'a' * 257}",
        editor.pk,
        match="approvedwording_note_fits",
    )
    refused(insert, claim.pk, "community_note", "a", editor.pk, match="approvedwording_note_fits")
    refused(insert, claim.pk, "tweet", "a", editor.pk, match="approvedwording_kind_is_known")
    refused(insert, claim.pk, "bluesky_label", " ", editor.pk, match="approvedwording_has_words")
    ApprovedWording.objects.create(
        claim=claim,
        version=1,
        kind="community_note",
        text=f"{address}{'x' * 300} {'a' * 256}",
        approved_by=editor,
    )
    refused(insert, claim.pk, "community_note", address, editor.pk, match="approvedwording_once")
    refused("UPDATE platforms_approvedwording SET text = 'x'", match="approvedwording_append_only")
    refused("DELETE FROM platforms_approvedwording", match="approvedwording_append_only")
