"""A newsroom for tests: people in every role, and short ways to have claims, verdicts and publications."""

import hashlib
import itertools
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group, User

from claims.models import Appearance, Claim, Claimant, Evidence, Rating, RatingScale, Topic, Verdict
from claims.review import verdict_drafts, workflow
from sources.models import Publisher, Snapshot, Source

_numbers = itertools.count(1)


def person(name: str, role: str) -> User:
    user = User.objects.create_user(
        name, f"{name}@example.org", "correct horse battery", first_name=name.capitalize(), is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def contributor(db: None) -> User:
    return person("connie", "Contributor")


@pytest.fixture
def checker(db: None) -> User:
    return person("chris", "Fact-checker")


@pytest.fixture
def colleague(db: None) -> User:
    """A second fact-checker, who may sign off what the first one wrote."""
    return person("kim", "Fact-checker")


@pytest.fixture
def editor(db: None) -> User:
    return person("edith", "Editor")


@pytest.fixture
def administrator(db: None) -> User:
    return person("ada", "Administrator")


@pytest.fixture
def house(db: None) -> Publisher:
    return Publisher.objects.get_house()


def rating(code: str = "false") -> Rating:
    return Rating.objects.get(scale__publisher__is_house=True, code=code)


def rating_of(publisher: Publisher, code: str = "false") -> Rating:
    """The same of another publisher, on a scale of its own."""
    scale, _made = RatingScale.objects.get_or_create(
        publisher=publisher, name="Its own", version="1", language="en"
    )
    ours = rating(code)
    same = {"label": ours.label, "labels": ours.labels, "rating_class": ours.rating_class}
    return Rating.objects.get_or_create(scale=scale, code=code, defaults=same)[0]


def make_source(text: str = "", **fields: Any) -> Source:
    """A source; with `text`, also its first snapshot."""
    number = next(_numbers)
    fields = {
        "title": f"Report {number}",
        "url": f"https://example.org/report/{number}",
        "language": "en",
    } | fields
    source = Source.objects.create(**fields)
    if text:
        make_snapshot(source, text)
    return source


def make_snapshot(source: Source, text: str, **fields: Any) -> Snapshot:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Snapshot.objects.create(
        **fields,
        source=source,
        number=source.snapshots.count() + 1,
        media_type="text/plain",
        content_sha256=digest,
        content_size=len(text.encode()),
        text=text,
        text_sha256=digest,
        extractor="test",
    )


def make_claim(statement: str = "", **fields: Any) -> Claim:
    """An accepted claim."""
    topics = fields.pop("topics", [])
    statement = statement or f"The bridge cost {next(_numbers)} million euros."
    claim = Claim.objects.create(
        **({"statement": statement, "language": "en", "state": Claim.State.ACCEPTED} | fields)
    )
    if topics:
        claim.topics.set(topics)
    return claim


def make_appearance(claim: Claim, source: Source, exact: str) -> Appearance:
    """Anchor `exact`, which must occur in the source's latest snapshot."""
    snapshot = source.snapshots.latest("number")
    start = snapshot.text.index(exact)
    return Appearance.objects.create(
        claim=claim,
        source=source,
        snapshot=snapshot,
        exact=exact,
        prefix=snapshot.text[max(0, start - 32) : start],
        suffix=snapshot.text[start + len(exact) : start + len(exact) + 32],
        start=start,
        end=start + len(exact),
        anchor=Appearance.Anchor.ANCHORED,
    )


def make_draft(claim: Claim, author: User, **content: Any) -> Verdict:
    """A complete draft: rated, summarised, with evidence."""
    code, publisher = content.pop("code", "false"), content.get("publisher")
    complete: dict[str, Any] = {
        "rating": rating(code) if publisher is None or publisher.is_house else rating_of(publisher, code),
        "summary": "The accounts show a different sum.",
        "explanation": "The **audited** accounts say so.",
        "reviewed_on": date(2026, 3, 1),
    }
    verdict = verdict_drafts.create_draft(claim, author=author, **(complete | content))
    if not (verdict.supersedes_id and verdict.evidence.exists()):
        Evidence.objects.create(
            verdict=verdict, source=make_source(), stance="refutes", note="The audited accounts."
        )
    if claim.claimant:
        give_reason(verdict)
    return verdict


def give_reason(verdict: Verdict) -> None:
    """Record why the claimant was not asked, unless there is a request; without the feature this is not needed."""
    replies: Any = getattr(verdict, "reply_requests", None)
    if replies is not None and not replies.exists():
        replies.create(claimant=verdict.claim.claimant, not_asked="public_record")


@pytest.fixture
def publish(checker: User, editor: User) -> Callable[..., Claim]:
    """Publish a claim (a new one unless given) through the whole workflow, and return it."""
    return publishing(checker, editor)


def publishing(checker: User, editor: User, *, notify: bool = False) -> Callable[..., Claim]:
    """Build `publish` for these people.

    Args:
        notify: whether colleagues are notified of each move, as in a newsroom. It is a third of the work, and few tests
        need it.
    """

    def through_the_workflow(claim: Claim | None = None, **content: Any) -> Claim:
        claim = claim or make_claim()
        verdict = make_draft(claim, checker, **content)
        with nullcontext() if notify else patch.object(workflow, "notify_of_move"):
            for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
                verdict = workflow.move(verdict, action, by=by)
        return claim

    return through_the_workflow


@pytest.fixture
def claimant(db: None) -> Claimant:
    return Claimant.objects.create(name="Mara Lindqvist", job_title="Minister of Transport")


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(name="Transport", slug="transport")
