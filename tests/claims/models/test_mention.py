"""Public data besides claims: the ledger's counts agree with the bodies after all kinds of changes."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Claimant, Mention, Publication, Topic
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def counted() -> dict[tuple[str, int], int]:
    return {(row.kind, row.thing_id): row.publications for row in Mention.objects.all()}


def mentioned_by(body: dict[str, Any]) -> set[tuple[str, int]]:
    """Everything that a body mentions, read off its text."""
    sources = [item["source"] for v in body["verdicts"] for item in v["evidence"]]
    sources += [appearance["source"] for appearance in body["appearances"]]
    publishers = [source["publisher"] for source in sources if source["publisher"]]
    publishers += [verdict["publisher"] for verdict in body["verdicts"]]
    return {
        *(("claimant", person["id"]) for person in [body["claimant"]] if person),
        *(("topic", topic["id"]) for topic in body["topics"]),
        *(("source", source["id"]) for source in sources),
        *(("publisher", publisher["id"]) for publisher in publishers),
        *(("rating", verdict["rating"]["id"]) for verdict in body["verdicts"]),
    }


def expected() -> dict[tuple[str, int], int]:
    bodies = Publication.objects.current().values_list("body", flat=True)
    return dict(Counter(thing for body in bodies for thing in mentioned_by(json.loads(body))))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_agree_with_the_bodies_after_every_change(publish: Publish, editor: User, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    people = [Claimant.objects.create(name=f"Person {n}") for n in range(2)]
    topics = [Topic.objects.create(name=f"Topic {n}", slug=f"topic-{n}") for n in range(2)]
    sources = [
        make_source("He said the ferry sank.", publisher=Publisher.objects.create(name=str(n)))
        for n in range(2)
    ]
    claims: list[Claim] = []
    for _ in range(12):
        standing = [claim for claim in claims if claim.verdicts.filter(state="published").exists()]
        step = (
            chance.choice(["publish", "publish", "correct", "retract", "merge"])
            if len(standing) > 1
            else "publish"
        )
        if step == "publish":
            claim = make_claim(
                claimant=chance.choice([None, *people]), topics=chance.sample(topics, chance.randrange(3))
            )
            make_appearance(claim, chance.choice(sources), "the ferry sank")
            claims.append(publish(claim, code=chance.choice(["true", "false"])))
        elif step == "correct":
            publish(
                chance.choice(standing),
                code="mixed",
                correction_kind="correction",
                correction_note="We erred.",
            )
        elif step == "retract":
            verdict = chance.choice(standing).verdicts.get(state="published")
            workflow.move(verdict, "retract", by=editor, note="Wrong ferry.")
        else:
            merged, into = chance.sample(standing, 2)
            workflow.move(merged, "merge", by=editor, into=into)
            claims.remove(merged)
        assert counted() == expected()
    assert counted()


def test_thing_ends_with_the_last_publication_that_mentions_it(
    publish: Publish, editor: User, topic: Topic
) -> None:
    claims = [publish(make_claim(topics=[topic])) for _ in range(2)]
    account = []
    for claim in claims:
        account.append(counted().get(("topic", topic.pk)))
        workflow.move(claim.verdicts.get(), "retract", by=editor, note="Wrong ferry.")
    account.append(counted().get(("topic", topic.pk)))
    assert account == [2, 1, None]


def test_counts_never_fall_below_one(publish: Publish) -> None:
    publish()
    refused("UPDATE claims_mention SET publications = 0", match="mention_is_alive")
