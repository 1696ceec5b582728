"""Publishing what belongs together: merged claims, verdicts of several publishers, changes beside a verdict."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Appearance, Claim, Publication, PublishedVerdict
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.ledger_rows import imported_verdict, ledger, public
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


# Merges


def test_merged_claim_points_to_its_target_which_shows_its_appearances(
    publish: Publish, editor: User
) -> None:
    source = make_source("Nine million, said one. Nine million euros, said another.")
    claim, target = make_claim(), make_claim()
    appearance = make_appearance(claim, source, "Nine million, said one.")
    publish(claim)
    publish(target)
    workflow.move(claim, "merge", by=editor, into=target, note="The same sum.")
    assert public() == [target.pk]
    assert ledger(claim)[-1] == (2, "merged", "merge", "")
    assert ledger(target)[-1] == (2, "published", "merge", "")
    assert claim.publications.get(version=2).document["merged_into"] == target.pk
    body = target.publications.get(version=2).document
    assert body["merged_from"] == [claim.pk]
    assert [a["id"] for a in body["appearances"]] == [appearance.pk]
    assert len(body["verdicts"]) == 1


def test_undone_merge_restores_both(publish: Publish, editor: User) -> None:
    claim, target = publish(), publish()
    before = [c.publications.get().document["verdicts"] for c in (claim, target)]
    merged = workflow.move(claim, "merge", by=editor, into=target)
    workflow.move(merged, "unmerge", by=editor)
    assert public() == [claim.pk, target.pk]
    assert [c.publications.get(version=3).document["verdicts"] for c in (claim, target)] == before


def test_merge_of_a_published_claim_carries_its_verdict_to_an_unpublished_target(
    publish: Publish, editor: User
) -> None:
    claim, target = publish(), make_claim()
    workflow.move(claim, "merge", by=editor, into=target)
    assert public() == [target.pk]
    assert [v["id"] for v in target.publications.get().document["verdicts"]] == [claim.verdicts.get().pk]


def test_merging_unpublished_claims_publishes_nothing(editor: User) -> None:
    workflow.move(make_claim(), "merge", by=editor, into=make_claim())
    assert not Publication.objects.exists()


# Several publishers, and changes beside the verdict


def test_verdicts_of_several_publishers_are_published_side_by_side(publish: Publish) -> None:
    claim = make_claim()
    other = Publisher.objects.create(name="Checkers", kind="fact_checker", url="https://checkers.example")
    theirs = imported_verdict(claim, other)
    publish(claim)
    body = Publication.objects.get().document
    assert [v["publisher"]["name"] for v in body["verdicts"]] == [
        claim.verdicts.get(origin="house").publisher.name,
        "Checkers",
    ]
    rows = PublishedVerdict.objects.order_by("publisher_id").values_list(
        "publisher_id", "verdict_id", "rating_class"
    )
    assert list(rows) == [
        (claim.verdicts.get(origin="house").publisher_id, claim.verdicts.get(origin="house").pk, "false"),
        (other.pk, theirs.pk, "true"),
    ]


def test_retraction_leaves_the_other_publishers_verdict(publish: Publish, editor: User) -> None:
    claim = make_claim()
    imported_verdict(claim, Publisher.objects.create(name="Checkers"))
    publish(claim)
    workflow.move(claim.verdicts.get(origin="house"), "retract", by=editor, note="Wrong bridge.")
    newest = claim.publications.get(superseded_at=None)
    assert (newest.status, newest.kind) == ("published", "retraction")
    assert [v["publisher"]["name"] for v in newest.document["verdicts"]] == ["Checkers"]


def test_new_appearance_is_published_without_a_new_review(publish: Publish, editor: User) -> None:
    claim = publish()
    Appearance.objects.create(claim=claim, source=make_source(title="Another paper"))
    workflow.move(claim, "republish", by=editor, kind="update", note="Also said in another paper.")
    assert ledger(claim)[-1] == (2, "published", "update", "Also said in another paper.")
    titles = [a["source"]["title"] for a in claim.publications.get(version=2).document["appearances"]]
    assert titles == ["Another paper"]


@pytest.mark.parametrize("field", ["statement", "context"])
def test_changed_words_need_a_new_review(publish: Publish, editor: User, field: str) -> None:
    claim = publish()
    Claim.objects.filter(pk=claim.pk).update(**{field: "Quite another claim."})
    with pytest.raises(NotPossible, match="Draft a new verdict"):
        workflow.move(claim, "republish", by=editor, note="A better wording.")
    assert len(ledger(claim)) == 1


def test_editing_a_published_claim_changes_nothing_public(publish: Publish) -> None:
    claim = publish()
    before = Publication.objects.get().body
    Claim.objects.filter(pk=claim.pk).update(statement="Edited afterwards.")
    assert Publication.objects.get().body == before
