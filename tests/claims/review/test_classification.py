"""One decision on the class of a rating, for all claims published with it."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Mention, Publication, PublishedVerdict, Rating
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import classification, workflow
from claims.review.classification import classify, publish_outdated_classes
from tests.helpers.newsroom import make_claim, rating
from tests.helpers.worker import run_waiting_jobs

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

FOLLOW = "claims.review.classification.publish_changed_classes"


def entries(claim: Claim) -> list[tuple[int, str, str]]:
    """The claim's ledger: version, kind, and the class of its first verdict."""
    return [
        (entry.version, entry.kind, entry.document["verdicts"][0]["rating"]["rating_class"])
        for entry in claim.publications.order_by("version")
    ]


def test_current_entries_follow_and_earlier_ones_stay(publish: Publish, editor: User) -> None:
    claim, other = publish(), publish(code="true")
    before = claim.publications.get()
    assert classify([rating("false")], "misleading", by=editor) == [rating("false")]
    assert publish_outdated_classes() is True
    assert entries(claim) == [(1, "publication", "false"), (2, "classification", "misleading")]
    assert entries(other) == [(1, "publication", "true")]
    now = claim.publications.current().get()
    expected = before.document | {"version": 2, "updated_at": now.document["updated_at"]}
    expected["verdicts"][0]["rating"]["rating_class"] = "misleading"
    assert now.document == expected
    assert (now.note, now.document["corrections"]) == ("", [])
    assert now.sequence == Publication.objects.count()
    listed = PublishedVerdict.objects.filter(publication=now).values_list("rating_class", "claim_id")
    assert list(listed) == [("misleading", claim.pk)]


def test_everything_that_lists_filter_by_stays(publish: Publish, editor: User, topic: Any) -> None:
    claim = publish(make_claim("Trams are free.", topics=[topic]))
    changing = {"id", "version", "sequence", "kind", "published_at", "superseded_at", "body", "body_sha256"}
    changing |= {"chain_sha256", "sealed_sha256", "salts", "summary"}
    classify([rating("false")], "mixed", by=editor)
    publish_outdated_classes()
    first, second = map(dict[str, Any], claim.publications.order_by("version").values())
    assert {name for name in first if first[name] != second[name]} == changing
    assert Mention.objects.get(kind="rating", thing_id=rating("false").pk).publications == 1


def test_unreviewed_texts_stay_unpublished(publish: Publish, editor: User) -> None:
    claim = publish(make_claim("Trams are free."))
    Claim.objects.filter(pk=claim.pk).update(statement="Trams are free, and buses too.")
    classify([rating("false")], "mixed", by=editor)
    publish_outdated_classes()
    assert [entry.document["statement"] for entry in claim.publications.all()] == ["Trams are free."] * 2


def test_withdrawn_claims_get_no_new_entry(publish: Publish, editor: User) -> None:
    retracted, merged, stays = publish(), publish(), publish(code="true")
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="Wrong.")
    workflow.move(merged, "merge", by=editor, into=stays)
    classify([rating("false")], "mixed", by=editor)
    publish_outdated_classes()
    kinds = [
        list(c.publications.order_by("version").values_list("kind", flat=True)) for c in (retracted, merged)
    ]
    assert kinds == [["publication", "retraction"], ["publication", "merge"]]


def test_a_decision_can_be_taken_back(publish: Publish, editor: User) -> None:
    claim = publish()
    for rating_class in ("mixed", "", "false"):
        classify([rating("false")], rating_class, by=editor)
        publish_outdated_classes()
    assert [entry[2] for entry in entries(claim)] == ["false", "mixed", None, "false"]
    assert not PublishedVerdict.objects.filter(publication__superseded_at=None).exclude(rating_class="false")


def test_doing_it_again_adds_nothing(publish: Publish, editor: User) -> None:
    claim = publish()
    assert classify([rating("false")], "mixed", by=editor) == [rating("false")]
    assert [publish_outdated_classes(), publish_outdated_classes()] == [True, True]
    assert classify([rating("false")], "mixed", by=editor) == []
    assert len(entries(claim)) == 2


def test_an_interrupted_run_continues(
    publish: Publish, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [publish() for _number in range(3)]
    monkeypatch.setattr(classification, "BATCH_SIZE", 1)
    classify([rating("false")], "mixed", by=editor)
    asked = iter([False, True])
    assert publish_outdated_classes(is_stopped=lambda: next(asked)) is False
    assert [len(entries(claim)) for claim in claims] == [2, 1, 1]
    assert publish_outdated_classes() is True
    assert [len(entries(claim)) for claim in claims] == [2, 2, 2]


def test_only_the_requested_ratings_are_read(publish: Publish, editor: User) -> None:
    one, other = publish(), publish(code="true")
    classify([rating("false"), rating("true")], "mixed", by=editor)
    publish_outdated_classes([rating("true").pk])
    assert [len(entries(one)), len(entries(other))] == [1, 2]


@pytest.mark.parametrize("count", [1, 4])
def test_a_batch_costs_ten_queries(
    count: int,
    publish: Publish,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    settings: Any,
) -> None:
    settings.FEATURES = []
    for _number in range(count):
        publish()
    classify([rating("false")], "mixed", by=editor)
    # The outdated entries; in a savepoint of two: claims, those merged into them, entries, classes, ids, two copies.
    with django_assert_num_queries(10):
        publish_outdated_classes()


def test_a_class_that_was_set_in_another_way_is_found(publish: Publish) -> None:
    claim = publish()
    Rating.objects.filter(code="false").update(rating_class="mixed")
    publish_outdated_classes()
    assert entries(claim)[-1] == (2, "classification", "mixed")


def test_the_history_names_who_decided(publish: Publish, editor: User) -> None:
    classify([rating("false")], "mixed", by=editor)
    event = Rating.pgh_event_model.objects.get(pgh_obj_id=rating("false").pk)  # type: ignore[attr-defined]  # pghistory's
    assert (event.rating_class, event.pgh_context["user"]) == ("false", editor.pk)


def test_deciding_needs_permission(contributor: User, checker: User) -> None:
    for person in (contributor, checker):
        with pytest.raises(NotAllowed):
            classify([rating("false")], "mixed", by=person)
    assert rating("false").rating_class == "false"
    assert ProcrastinateJob.objects.count() == 0


def test_nothing_but_a_class_is_decided(editor: User) -> None:
    with pytest.raises(NotPossible):
        classify([rating("false")], "rubbish", by=editor)
    assert rating("false").rating_class == "false"


def test_a_worker_that_has_to_stop_leaves_the_rest_to_another(publish: Publish, editor: User) -> None:
    claim = publish()
    classify([rating("false")], "mixed", by=editor)
    before = set(ProcrastinateJob.objects.values_list("pk", flat=True))
    stopping = Mock(should_abort=Mock(return_value=True))
    classification.publish_changed_classes.func(stopping, rating_ids=[rating("false").pk])
    (job,) = ProcrastinateJob.objects.exclude(pk__in=before)
    assert (job.task_name, job.args) == (FOLLOW, {"rating_ids": [rating("false").pk]})
    assert len(entries(claim)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_it(publish: Publish, editor: User, without_schedule: None) -> None:
    claim = publish()
    ProcrastinateJob.objects.all().delete()
    classify([rating("false")], "mixed", by=editor)
    run_waiting_jobs()
    assert entries(claim)[-1] == (2, "classification", "mixed")
    assert list(ProcrastinateJob.objects.values_list("status", flat=True)) == ["succeeded"]
