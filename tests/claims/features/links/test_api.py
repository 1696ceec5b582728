"""The API and the pages show the status of a claim's links immediately; drafts are not revealed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from claims.admin.dashboard import iterate_queue_lines
from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from claims.features.links import link_edits, watched_links
from claims.features.links.models import LinkState
from claims.models import Claim, Evidence
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = pytest.mark.django_db

NEW = "https://example.org/archive/ferries"


@pytest.fixture
def source() -> Source:
    return make_source("Three ferries were sold.", title="Ferries", url="https://example.org/f/1")


@pytest.fixture
def claim(publish: Any, source: Source) -> Claim:
    claim = make_claim("Brunnholm sold three ferries.")
    make_appearance(claim, source, "Three ferries were sold.")
    return publish(claim)


def found(source: Source, outcome: str, **more: Any) -> None:
    watched_links.update_watched_links()
    now = timezone.now()
    facts = {"outcome": outcome, "since": now, "checked_at": now, "written_at": now, "moved_to": ""}
    LinkState.objects.filter(pk=source.pk).update(**facts | more)


def read_links(client: Client, claim: Claim) -> dict[int, dict[str, Any]]:
    answer = client.get(f"/api/v1/claims/{claim.pk}/links/")
    assert answer.status_code == 200
    return {link["source"]: link for link in answer.json()["links"]}


def page(client: Client, claim: Claim) -> str:
    return client.get(f"/claims/{claim.pk}/", follow=True).content.decode()


def test_unchecked_links_are_reported_as_unchecked(client: Client, claim: Claim, source: Source) -> None:
    assert read_links(client, claim)[source.pk] == {
        "source": source.pk, "url": source.url, "outcome": "", "since": None, "checked_at": None,
        "http_status": None, "moved_to": "", "archived_url": "",
        "copy_url": "", "copied_at": None,
    }  # fmt: skip


def test_every_source_with_an_address_is_reported_once(client: Client, claim: Claim, source: Source) -> None:
    body = client.get(f"/api/v1/claims/{claim.pk}/").json()
    named = {a["source"]["id"] for a in body["appearances"]}
    named |= {item["source"]["id"] for v in body["verdicts"] for item in v["evidence"]}
    answer = client.get(f"/api/v1/claims/{claim.pk}/links/").json()
    assert [*answer] == ["claim", "version", "links"]
    assert sorted(link["source"] for link in answer["links"]) == sorted(named)


def test_a_current_copy_returns_304_until_the_answer_changes(
    client: Client, claim: Claim, source: Source
) -> None:
    address = f"/api/v1/claims/{claim.pk}/links/"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    found(source, "gone", http_status=404)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_an_unknown_parameter_is_refused(client: Client, claim: Claim) -> None:
    assert client.get(f"/api/v1/claims/{claim.pk}/links/?dead=1").status_code == 400


def test_readers_are_notified_of_a_dead_link_and_offered_the_copy(
    client: Client, claim: Claim, source: Source
) -> None:
    assert "no longer at its address" not in page(client, claim)
    found(source, "gone", http_status=404)
    Source.objects.filter(pk=source.pk).update(archived_url="https://archive.example.org/1/f")
    for shown in (page(client, claim), client.get(f"/sources/{source.pk}/").content.decode()):
        assert "no longer at its address" in shown
        assert 'href="https://archive.example.org/1/f"' in shown
    found(source, "alive")
    assert "no longer at its address" not in page(client, claim)


def test_readers_see_the_new_address_of_a_page(client: Client, claim: Claim, source: Source) -> None:
    found(source, "moved", moved_to=NEW)
    assert f'href="{NEW}"' in page(client, claim)


def test_a_corrected_address_is_reported_beside_the_old_one(
    client: Client, claim: Claim, source: Source, checker: User
) -> None:
    found(source, "moved", moved_to=NEW)
    link_edits.use_new_address(LinkState.objects.get(pk=source.pk), by=checker)
    link = read_links(client, claim)[source.pk]
    assert (link["url"], link["outcome"], link["moved_to"]) == ("https://example.org/f/1", "moved", NEW)
    assert f'href="{NEW}"' in page(client, claim)


@pytest.mark.parametrize("outcome", ["unreachable", "alive"])
def test_uncertain_results_are_not_shown_to_readers(
    client: Client, claim: Claim, source: Source, outcome: str
) -> None:
    found(source, outcome)
    assert "link-note" not in page(client, claim)


def test_a_kept_page_is_made_again_when_a_link_changes(
    client: Client, claim: Claim, source: Source, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    page(client, claim)
    found(source, "gone", written_at=timezone.now() + timedelta(seconds=1))
    assert "no longer at its address" in page(client, claim)


def test_switched_off_pages_and_desk_say_nothing_and_the_rows_stay(
    client: Client, claim: Claim, source: Source, editor: User, settings: Any
) -> None:
    found(source, "gone")
    settings.FEATURES = []
    assert "no longer at its address" not in page(client, claim)
    assert [line.name for line in iterate_queue_lines(editor) if line.name == "links"] == []
    assert LinkState.objects.waiting().get().source == source


def test_links_of_drafts_are_not_reported(
    client: Client, claim: Claim, source: Source, checker: User
) -> None:
    secret = make_source(title="Leaked", url="https://example.org/leaked")
    draft = make_draft(make_claim("Not public."), checker)
    Evidence.objects.create(verdict=draft, source=secret, stance="supports")
    watched_links.update_watched_links()
    assert not LinkState.objects.filter(pk=secret.pk).exists()
    assert client.get(f"/api/v1/claims/{draft.claim_id}/links/").status_code == 404


@pytest.mark.parametrize(("handed_on", "shown"), [(True, True), (True, False), (False, True)])
def test_readers_are_offered_our_copy_if_it_is_public(
    client: Client, claim: Claim, source: Source, settings: Any, handed_on: bool, shown: bool
) -> None:
    settings.ARCHIVE_PUBLIC_COPIES = handed_on
    Source.objects.filter(pk=source.pk).update(show_text=shown)
    copy = ArchivedCopy.objects.create(
        source=source, address=source.url, final_address=source.url, http_status=200, reason="desk"
    )
    for role, digest, media_type in (
        ("warc", "a" * 64, "application/warc"),
        ("pdf", "b" * 64, "application/pdf"),
    ):
        ArchivedFile.objects.create(copy=copy, role=role, sha256=digest, size=1, media_type=media_type)
    found(source, "gone", http_status=404)
    offered = f"/sources/{source.pk}/copies/{'b' * 64}/" in page(client, claim)
    link = read_links(client, claim)[source.pk]
    assert offered is bool(link["copy_url"]) is bool(link["copied_at"]) is (handed_on and shown)
