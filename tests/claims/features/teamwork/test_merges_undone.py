"""After any merges, undone in any order, everything is as it was before.

Each move is committed, as at the desk: changes since a merge are distinguished from earlier ones by their time.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.features.teamwork import assignments
from claims.features.teamwork.comments import add_comment
from claims.features.teamwork.models import ClaimFollower
from claims.models import Claim, PossibleDuplicate, Publication, Repeat, Topic
from claims.newsroom.refusals import NotPossible
from claims.review import clusters, duplicates, repeats, workflow
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = pytest.mark.django_db(transaction=True)

#: Tables that only grow: the log and its part not yet chained, the ledger and data derived from it, notifications,
#: and earlier states of rows.
GROWS = {
    *("transition", "unlinkedreviewrow", "publication", "publishedverdict", "mention", "quotestatus"),
    "notification",
}
#: That a row was saved is no difference.
TOUCHED = {"updated_at", "changed_at"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the newsroom."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in TOUCHED}
            for row in model._default_manager.order_by("pk").values()
        ]
        for app in ("claims", "sources", "teamwork")
        for model in apps.get_app_config(app).get_models()
        if model.__name__.lower() not in GROWS
        and not model.__name__.endswith("Event")
        and not model._meta.proxy
    }


def public() -> dict[int, Any]:
    """What readers see of each claim, but for when and in which version."""
    seen = ("statement", "verdicts", "appearances", "topics", "merged_into")
    return {
        entry.claim_id: {name: entry.document.get(name) for name in seen}
        for entry in Publication.objects.current()
    }


def newsroom(publish: Callable[..., Claim], checker: User, editor: User) -> list[Claim]:
    """Claims in all states, with everything that hangs on claims."""
    topic = Topic.objects.create(name="Bridges", slug="bridges")
    source = make_source("It cost 90 million, she said. It cost 80 million, he said.")
    placed = make_claim("It cost 90 million.", topics=[topic])
    make_appearance(placed, source, "It cost 90 million")
    claims = [
        publish(placed),
        publish(make_claim("It cost 80 million.")),
        make_claim("It cost 70 million.", state="accepted"),
        make_claim("It cost 60 million.", state="proposed", created_by=checker),
        make_claim("It cost 50 million.", state="declined", reason="Too old."),
    ]
    make_appearance(claims[3], source, "It cost 80 million")
    make_draft(claims[2], checker)
    clusters.gather(claims[:3], by=editor)
    PossibleDuplicate.objects.create(claim=claims[3], earlier=claims[2], confidence=0.9)
    Repeat.objects.create(
        claim=claims[0],
        source=source,
        snapshot=source.snapshots.get(),
        exact="It cost",
        start=0,
        end=7,
        proposal=claims[3],
        origin="article",
        confidence=0.8,
    )
    assignments.assign_work(claims[2], checker, by=editor)
    assignments.assign_work(claims[3], editor, by=editor)
    lost = make_claim("It cost 40 million.", state="proposed")
    assignments.assign_work(lost, checker, by=editor)
    claims.append(workflow.move(lost, "decline", by=editor, note="Nobody says so."))
    ClaimFollower.objects.get_or_create(claim=claims[4], person=checker)
    add_comment(claims[2], "Who says so?", by=checker)
    # The person who makes a move follows the claim from then on.
    for claim in claims:
        ClaimFollower.objects.get_or_create(claim=claim, person=editor)
    return claims


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "unmerge", "confirm", "same"]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=10,
)


def test_merges_are_undone_exactly(publish: Callable[..., Claim], checker: User, editor: User) -> None:
    claims = newsroom(publish, checker, editor)
    before, seen = everything(), public()
    merged: set[str] = set()

    def take(step: str, one: int, other: int) -> None:
        claim, into = Claim.objects.get(pk=claims[one].pk), Claim.objects.get(pk=claims[other].pk)
        if step == "merge":
            workflow.move(claim, "merge", by=editor, into=into)
        elif step == "unmerge":
            workflow.move(claim, "unmerge", by=editor)
        elif step == "same":
            duplicates.merge(PossibleDuplicate.objects.get(), by=editor)
        else:
            repeats.confirm(Repeat.objects.get(), by=editor)
        merged.add(step)

    # Each example continues where the last ended, so a failing one cannot be shortened.
    @settings(
        max_examples=15,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS, st.randoms(use_true_random=False))
    def in_any_order(steps: list[tuple[str, int, int]], chance: Any) -> None:
        for step in steps:
            unchanged = list(Claim.objects.order_by("pk").values())
            try:
                take(*step)
            except NotPossible:
                # Chains, a merged target, a claim with itself: refused, and nothing changed.
                assert list(Claim.objects.order_by("pk").values()) == unchanged
        left = list(Claim.objects.filter(state="merged").order_by("pk"))
        chance.shuffle(left)
        for claim in left:
            workflow.move(claim, "unmerge", by=editor)
        assert everything() == before
        assert public() == seen

    in_any_order()
    assert merged == {"merge", "unmerge", "confirm", "same"}
