"""Publishing: what the ledger holds after each move, and that it holds nothing else."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.ledger.document.sections import get_sections
from claims.models import Claim, Claimant, Publication, PublishedVerdict, Topic, Verdict
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.ledger_rows import ledger, moment, public
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def published_sections(verdict: Verdict) -> dict[str, Any]:
    """What the body says beside the core's: the reason for not asking, where the feature of replies is installed."""
    if not hasattr(verdict, "reply_requests"):
        return {}
    [row] = verdict.reply_requests.all()
    said = {
        "id": row.pk,
        "recipient": "Mara Lindqvist",
        "claimant_id": row.claimant_id,
        "asked_on": None,
        "deadline_on": None,
        "answered_on": None,
        "answer": "",
        "is_excerpt": False,
        "statement": "",
        "language": "",
        "not_asked": "public_record",
        "not_asked_reason": "Not asked: the public record speaks for itself.",
    }
    return {"right_of_reply": [said]}


def test_body_is_the_complete_public_representation(
    publish: Publish, claimant: Claimant, topic: Topic, house: Publisher
) -> None:
    paper = Publisher.objects.create(name="The Daily", kind="news", url="https://daily.example", country="SE")
    source = make_source(
        "Yesterday the minister said the bridge cost nine million. It opened in May.",
        title="Bridge opens",
        publisher=paper,
        byline="Ann Author",
        published_on=date(2026, 2, 27),
    )
    claim = make_claim(
        "The bridge cost nine million.", claimant=claimant, claimed_on=date(2026, 2, 26), topics=[topic]
    )
    appearance = make_appearance(claim, source, "the bridge cost nine million")
    claim.first_appearance, claim.context = appearance, "The road bridge at Orsund."
    claim.save()
    publish(claim, valid_as_of=date(2026, 2, 28), recheck_on=date(2027, 1, 1), byline="Chris C.")

    publication = Publication.objects.get()
    verdict, snapshot = claim.verdicts.get(), source.snapshots.get()
    evidence, label = verdict.evidence.get(), rating("false")
    stamp = moment(publication.published_at)
    outlet = {
        "id": paper.pk,
        "name": "The Daily",
        "kind": "news",
        "url": "https://daily.example",
        "domain": "daily.example",
        "country": "SE",
        "same_as": [],
    }
    assert publication.document == {
        "id": claim.pk,
        "version": 1,
        "status": "published",
        "url": f"http://localhost:8000/claims/{claim.pk}/the-bridge-cost-nine-million/",
        "slug": "the-bridge-cost-nine-million",
        "statement": "The bridge cost nine million.",
        "language": "en",
        "claimant": {
            "id": claimant.pk,
            "name": "Mara Lindqvist",
            "kind": "person",
            "job_title": "Minister of Transport",
            "affiliation": "",
            "country": "",
            "same_as": [],
        },
        "claimed_on": "2026-02-26",
        "context": "The road bridge at Orsund.",
        "topics": [{"id": topic.pk, "name": "Transport", "slug": "transport", "same_as": []}],
        "appearances": [
            {
                "id": appearance.pk,
                "is_first": True,
                "anchor": "anchored",
                "exact": "the bridge cost nine million",
                "prefix": "Yesterday the minister said ",
                "suffix": ". It opened in May.",
                "start": 28,
                "end": 56,
                "source": {
                    "id": source.pk,
                    "title": "Bridge opens",
                    "kind": "article",
                    "url": source.url,
                    "archived_url": "",
                    "byline": "Ann Author",
                    "published_on": "2026-02-27",
                    "language": "en",
                    "publisher": outlet,
                },
                "snapshot": {
                    "id": snapshot.pk,
                    "number": 1,
                    "captured_at": moment(snapshot.captured_at),
                    "text_sha256": snapshot.text_sha256,
                },
            }
        ],
        "media": [],
        "verdicts": [
            {
                "id": verdict.pk,
                "version": 1,
                "publisher": {
                    "id": house.pk,
                    "name": house.name,
                    "kind": "fact_checker",
                    "url": "http://localhost:8000",
                    "domain": house.domain,
                    "country": "",
                    "same_as": [],
                },
                "origin": "house",
                "rating": {
                    "id": label.pk,
                    "code": "false",
                    "label": label.label,
                    "language": "en",
                    "labels": label.labels,
                    "rating_class": "false",
                    "colour": label.colour,
                    "text_colour": label.text_colour,
                    "colour_dark": label.colour_dark,
                    "text_colour_dark": label.text_colour_dark,
                    "scale": {
                        "id": label.scale_id,
                        "name": label.scale.name,
                        "version": label.scale.version,
                        "methodology_url": "",
                    },
                },
                "title": "",
                "summary": "The accounts show a different sum.",
                "explanation": "The **audited** accounts say so.",
                "explanation_html": "<p>The <strong>audited</strong> accounts say so.</p>\n",
                "byline": "Chris C.",
                "language": "en",
                "reviewed_on": "2026-03-01",
                "valid_as_of": "2026-02-28",
                "recheck_on": "2027-01-01",
                "url": "",
                "media_authenticity_category": "",
                "original_media_context": "",
                "original_media_url": "",
                "published_at": moment(verdict.published_at),
                "evidence": [
                    {
                        "id": evidence.pk,
                        "stance": "refutes",
                        "note": "The audited accounts.",
                        "exact": "",
                        "prefix": "",
                        "suffix": "",
                        "start": None,
                        "end": None,
                        "source": {
                            "id": evidence.source_id,
                            "title": evidence.source.title,
                            "kind": "article",
                            "url": evidence.source.url,
                            "archived_url": "",
                            "byline": "",
                            "published_on": None,
                            "language": "en",
                            "publisher": None,
                        },
                        "snapshot": None,
                        "media": [],
                    }
                ],
                **published_sections(verdict),
                "signed_off": {
                    "claim_sha256": verdict.signoffs.get().claim_sha256,
                    "verdict_sha256": verdict.signoffs.get().verdict_sha256,
                    "people": 1,
                },
            }
        ],
        "translations": [],
        "corrections": [],
        "merged_into": None,
        "merged_from": [],
        "published_at": stamp,
        "updated_at": stamp,
    }


def test_body_is_compact_json_and_its_hash_is_true(publish: Publish) -> None:
    publish(make_claim("다리는 9백만 유로였다."))
    publication = Publication.objects.get()
    assert publication.served_body.decode() == json.dumps(
        publication.document, ensure_ascii=False, separators=(",", ":")
    )
    assert "다리는" in publication.body


def test_nothing_internal_is_published(publish: Publish, claimant: Claimant, checker: User) -> None:
    claimant.notes = "SECRET-CLAIMANT"
    claimant.save()
    source = make_source("The bridge cost nine million.", notes="SECRET-SOURCE")
    claim = make_claim(claimant=claimant, reason="SECRET-REASON", score_reasons=["SECRET-SCORE"])
    make_appearance(claim, source, "The bridge cost nine million.")
    publish(claim)
    make_draft(
        claim, checker, summary="SECRET-DRAFT", correction_kind="update", correction_note="SECRET-NOTE"
    )
    workflow.move(claim, "republish", by=checker_as_editor(checker), note="One more appearance.")
    assert "SECRET" not in "".join(Publication.objects.values_list("body", flat=True))
    assert "SECRET" not in "".join(PublishedVerdict.objects.values_list("body", flat=True))
    assert "Chris" not in "".join(Publication.objects.values_list("body", flat=True))


def checker_as_editor(checker: User) -> User:
    checker.groups.add(*type(checker.groups.get()).objects.filter(name="Editor"))
    return User.objects.get(pk=checker.pk)


def test_correction_is_a_new_entry_with_its_public_note(publish: Publish) -> None:
    claim = publish(summary="Seven million.")
    publish(
        claim, summary="Nine million.", correction_kind="correction", correction_note="We misread the table."
    )
    assert ledger(claim) == [
        (1, "published", "publication", ""),
        (2, "published", "correction", "We misread the table."),
    ]
    first, second = claim.publications.order_by("version")
    assert first.superseded_at == second.published_at
    assert (first.document["verdicts"][0]["summary"], second.document["verdicts"][0]["summary"]) == (
        "Seven million.",
        "Nine million.",
    )
    (correction,) = second.document["corrections"]
    assert (correction["version"], correction["kind"], correction["note"]) == (
        2,
        "correction",
        "We misread the table.",
    )
    assert second.first_published_at == first.published_at


def test_a_retraction_removes_the_claim_and_leaves_a_notice(publish: Publish, editor: User) -> None:
    claim, other = publish(), publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was about another bridge.")
    assert public() == [other.pk]
    newest = claim.publications.get(superseded_at=None)
    assert (newest.status, newest.kind, newest.note) == (
        "retracted",
        "retraction",
        "It was about another bridge.",
    )
    assert newest.document["verdicts"] == []
    assert [c["note"] for c in newest.document["corrections"]] == ["It was about another bridge."]


def test_retracted_claim_can_be_published_again(publish: Publish, editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="Wrong bridge.")
    publish(claim, correction_kind="correction", correction_note="The right bridge.")
    assert [row[:3] for row in ledger(claim)] == [
        (1, "published", "publication"),
        (2, "retracted", "retraction"),
        (3, "published", "correction"),
    ]


def test_as_of_is_right_for_every_time(publish: Publish, editor: User) -> None:
    before = timezone.now()
    claim = publish(summary="Seven million.")
    publish(
        claim, summary="Nine million.", correction_kind="correction", correction_note="We misread the table."
    )
    workflow.move(claim.verdicts.get(state="published"), "retract", by=editor, note="Wrong bridge.")
    first, second, third = claim.publications.order_by("version")

    def seen(at: datetime) -> list[int]:
        return list(Publication.objects.as_of(at).values_list("version", flat=True))

    tick = timedelta(microseconds=1)
    assert seen(before) == []
    assert seen(first.published_at) == [1]
    assert seen(second.published_at - tick) == [1]
    assert seen(second.published_at) == [2]
    assert seen(third.published_at) == []


def test_sequence_counts_up_in_the_order_of_publication(publish: Publish) -> None:
    claims = [publish(), publish(), publish()]
    rows = list(Publication.objects.order_by("sequence").values_list("claim", flat=True))
    assert rows == [claim.pk for claim in claims]


# Cost


@pytest.mark.parametrize("appearances", [1, 3])
def test_publishing_costs_the_same_number_of_queries_for_any_content(
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    appearances: int,
    settings: Any,
) -> None:
    settings.FEATURES = []
    claim = make_claim()
    for number in range(appearances):
        make_appearance(claim, make_source(f"Paper {number} says the bridge is new."), "the bridge is new")
    verdict = make_draft(claim, checker)
    for action, by in (("submit", checker), ("sign_off", editor)):
        verdict = workflow.move(verdict, action, by=by)
    editor = User.objects.get(pk=editor.pk)
    # Each section of a feature is read, also while the feature is off.
    with django_assert_num_queries(26 + len(get_sections())):
        workflow.move(verdict, "publish", by=editor)


@pytest.mark.parametrize("target_is_public", [True, False])
def test_merging_unpublished_claims_publishes_nothing(
    editor: User, publish: Callable[..., Claim], target_is_public: bool
) -> None:
    target = publish(make_claim()) if target_is_public else make_claim()
    before = list(Publication.objects.order_by("pk").values_list("pk", "superseded_at"))
    merged = workflow.move(
        make_claim("A duplicate from triage.", state="proposed"), "merge", by=editor, into=target
    )
    workflow.move(merged, "unmerge", by=editor)
    assert list(Publication.objects.order_by("pk").values_list("pk", "superseded_at")) == before


def test_merging_a_retracted_claim_into_an_unpublished_one_publishes_nothing(
    editor: User, publish: Callable[..., Claim]
) -> None:
    claim = publish(make_claim())
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was a mistake.")
    target = make_claim("Nobody outside has seen this one.")
    workflow.move(claim, "merge", by=editor, into=target)
    assert not target.publications.exists()
    assert claim.publications.newest().get().status == "retracted"
