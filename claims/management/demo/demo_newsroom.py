"""Load the demonstration data, which README.md here describes.

Invented people in the four roles create everything, through the same functions as the desk. The demo therefore shows
only what the rules allow, and the ledger contains every version with its public note.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from claims.articles.detection import CandidateSentence, detect
from claims.articles.proposals import propose_claims
from claims.imports.storing import runs
from claims.management.demo.incoming import DemoContent, add_pictures, find_repeats
from claims.management.demo.signals import verdict_drafted
from claims.models import (
    Appearance,
    Claim,
    Claimant,
    Cluster,
    Evidence,
    NewsroomPage,
    Rating,
    SavedView,
    Topic,
    Verdict,
)
from claims.models.translation import TEXT_FIELDS
from claims.newsroom import api_tokens
from claims.quotes.anchors import Anchor, find_quote
from claims.review import clusters, scheduled_publications, verdict_drafts, workflow
from claims.review.translation_drafts import begin_translation
from claims.review.workflow import move
from factcheck import features
from sources.capture import capture
from sources.models import Publisher, Source
from sources.named_publishers import find_publisher
from sources.overrides import Overrides
from sources.source_kinds import Material

FOLDER = Path(__file__).parent
#: The files of the demo, in order: the content for readers; a second, unfinished brief with people and topics of the
#: first; the newsroom's own pages; translations; and material from outside.
CONTENT = tuple(
    FOLDER / f"{name}.json" for name in ("beijing_2019", "hanoi_2019", "about_us", "translations", "incoming")
)

Row = dict[str, Any]


def load(*, password: str = "") -> bool:
    """Load the demonstration data, unless it was loaded before.

    Args:
        password: the password of the demo's users. Without it, they cannot sign in until an administrator sets one.

    Returns:
        True if the data was loaded now; False if it was loaded before.
    """
    content = load_demo_content()
    with transaction.atomic():
        if is_loaded(content):
            return False
        newsroom = _Newsroom(content, password)
        newsroom.create_all()
    find_repeats(content, newsroom.people)
    return True


def load_demo_content() -> Row:
    """Return the demo content of all files and features; lists with the same name are joined."""
    content: Row = {}
    feature_files = [
        Path(feature.path) / "demo.json" for feature in features.list_switched_on() if feature.demo
    ]
    for file in (*CONTENT, *filter(Path.exists, feature_files)):
        for name, rows in json.loads(file.read_text(encoding="utf-8")).items():
            content[name] = content.get(name, []) + rows if isinstance(rows, list) else rows
    return content


def is_loaded(content: Row) -> bool:
    """Return whether the demonstration is loaded, judging by the snapshot of its article."""
    article_row = next(source for source in content["sources"] if source.get("snapshot"))
    digest = hashlib.sha256((FOLDER / article_row["snapshot"]).read_bytes()).hexdigest()
    return Source.objects.filter(Q(title=article_row["title"]) | Q(snapshots__content_sha256=digest)).exists()


class _Newsroom:
    """The stored rows of the demonstration, keyed as in its files, and the steps that create them."""

    def __init__(self, content: Row, password: str) -> None:
        self.content = content
        self.people = {row["username"]: _create_person(row, password) for row in content["users"]}
        self.contributor = self.people["contributor"]
        self.publishers = {row["key"]: _get_or_create_publisher(row) for row in content["publishers"]}
        self.sources = {row["key"]: self._create_source(row) for row in content["sources"]}
        self.claimants = {row["key"]: _get_or_create_claimant(row) for row in content["claimants"]}
        self.topics = {row["slug"]: _get_or_create_topic(row) for row in content["topics"]}
        house_ratings = Rating.objects.filter(scale__publisher__is_house=True, scale__in_use=True)
        self.ratings = {rating.code: rating for rating in house_ratings.order_by("-scale__pk")}
        self.claims: dict[str, Claim] = {}

    def create_all(self) -> None:
        for row in self.content["claims"]:
            self.claims[row["key"]] = self._create_claim(row)
        # The target of a merge must already be accepted.
        for row in sorted(self.content["claims"], key=lambda row: row["merged_into"] is not None):
            self._triage_claim(row)
        add_pictures(self.content["media"], self.claims, self.people)
        for row in self.content["claims"]:
            for verdict in row["verdicts"]:
                self._create_verdict(row, verdict)
        self._create_translations()
        for row in self.content["clusters"]:
            self._create_cluster(row)
        for row in self.content["readings"]:
            propose_claims(self.sources[row["source"]].snapshots.latest("number"), by=self.people[row["by"]])
        for row in self.content["newer_snapshots"]:
            material = Material((FOLDER / row["snapshot"]).read_bytes(), filename=row["snapshot"])
            capture(material, source=self.sources[row["source"]], by=self.people[row["by"]])
        self._create_pages()
        self._create_desk_work()
        for row in self.content["imports"]:
            upload = SimpleUploadedFile(row["file"], (FOLDER / row["file"]).read_bytes())
            runs.run_upload(runs.create_run(upload, by=self.people[row["by"]]))
        for add_rows in features.load_declared("demo"):
            add_rows(DemoContent(self.content, self.claims, self.sources, self.people))

    def _create_source(self, row: Row) -> Source:
        if file := row.get("snapshot"):
            overrides = Overrides(
                title=row["title"],
                byline=row["byline"],
                publisher=self.publishers[row["publisher"]].name,
                published_on=_parse_day(row["published_on"]),
                language=row["language"],
                url=row["url"],
                kind=row["kind"],
            )
            material = Material((FOLDER / file).read_bytes(), filename=file)
            return capture(material, overrides=overrides, by=self.contributor).source
        return Source.objects.find_by_url(row["url"]) or Source.objects.create(
            title=row["title"],
            kind=row["kind"],
            url=row["url"],
            publisher=self.publishers[row["publisher"]],
            byline=row["byline"],
            published_on=_parse_day(row["published_on"]),
            language=row["language"],
            created_by=self.contributor,
        )

    def _create_claim(self, row: Row) -> Claim:
        quotes = []
        for appearance in row["appearances"]:
            source = self.sources[appearance["source"]]
            snapshot = source.snapshots.latest("number")
            quotes.append((source, snapshot, find_quote(snapshot.text, appearance["exact"])))
        existing_claim = next(
            (
                candidate
                for _, snapshot, anchor in quotes
                if (candidate := _find_candidate(snapshot.text, anchor))
            ),
            None,
        )
        claim = Claim.objects.create(
            statement=row["statement"],
            context=row["context"],
            language=row["language"],
            claimant=self.claimants[row["claimant"]],
            claimed_on=_parse_day(row["claimed_on"]),
            reason=row["reason"],
            score=existing_claim.score if existing_claim else None,
            score_reasons=list(map(str, existing_claim.reasons)) if existing_claim else [],
            created_by=self.people[row["created_by"]],
        )
        claim.topics.set(self.topics[slug] for slug in row["topics"])
        for source, snapshot, anchor in quotes:
            state = Appearance.Anchor.ANCHORED
            Appearance.objects.create(
                claim=claim, source=source, snapshot=snapshot, anchor=state, **asdict(anchor)
            )
        return claim

    def _triage_claim(self, row: Row) -> None:
        claim = self.claims[row["key"]]
        target = self.claims[row["merged_into"]] if row["merged_into"] else None
        for step in row["triage"]:
            merge_target = target if step["action"] == "merge" else None
            claim = workflow.move(
                claim,
                step["action"],
                by=self.people[step["by"]],
                note=step["note"],
                into=merge_target,
            )

    def _create_verdict(self, claim_row: Row, row: Row) -> None:
        content = {name: row[name] for name in _TEXT_FIELDS} | {
            name: _parse_day(row[name]) for name in _DATE_FIELDS
        }
        verdict = verdict_drafts.create_draft(
            self.claims[claim_row["key"]],
            author=self.people[row["author"]],
            rating=self.ratings[row["rating"]],
            **content,
        )
        # The file lists all evidence of each version, including that of the previous version.
        verdict.evidence.all().delete()
        Evidence.objects.bulk_create(
            Evidence(
                verdict=verdict,
                source=self.sources[item["source"]],
                stance=item["stance"],
                note=item["note"],
                exact=item.get("exact", ""),
                position=position,
            )
            for position, item in enumerate(row["evidence"])
        )
        verdict_drafted.send(sender=Verdict, verdict=verdict, row=row, author=verdict.author)
        for step in row["history"]:
            verdict = workflow.move(verdict, step["action"], by=self.people[step["by"]], note=step["note"])

    def _create_translations(self) -> None:
        for row in self.content["translations"]:
            verdict = self.claims[row["claim"]].verdicts.get(state=Verdict.State.PUBLISHED)
            texts = {name: row[name] for name in (*TEXT_FIELDS, "byline") if name in row}
            translation = begin_translation(verdict, row["language"], by=self.people[row["by"]], **texts)
            for step in row["history"]:
                translation = move(translation, step["action"], by=self.people[step["by"]], note=step["note"])

    def _create_desk_work(self) -> None:
        """Schedule publications, save views and add API tokens, whose secrets are discarded.

        Days are counted from the day on which the demo is loaded, so that some publications are overdue and others
        are upcoming.
        """
        for row in self.content["schedules"]:
            day = timezone.localdate() + timedelta(days=row["in_days"])
            moment = timezone.make_aware(datetime.combine(day, time.fromisoformat(row["at"])))
            latest_verdict = self.claims[row["claim"]].verdicts.latest("pk")
            scheduled_publications.schedule(latest_verdict, moment, by=self.people[row["by"]])
        for row in self.content["views"]:
            SavedView.objects.create(
                name=row["name"],
                listed=row["listed"],
                query=row["query"],
                owner=self.people[row["by"]],
                is_shared=row["is_shared"],
            )
        for row in self.content["tokens"]:
            api_tokens.issue_token(
                self.people[row["person"]],
                name=row["name"],
                scopes=row["scopes"],
                days=row["days"],
                by=self.people[row["by"]],
            )

    def _create_cluster(self, row: Row) -> None:
        editor = self.people[row["by"]]
        fields = {name: row[name] for name in ("title", "description", "language")}
        cluster = Cluster.objects.create(created_by=editor, **fields)
        clusters.add(cluster, [self.claims[key] for key in row["claims"]], by=editor)
        clusters.move(cluster, Cluster.State.PUBLISHED, by=editor)

    def _create_pages(self) -> None:
        """Store the newsroom's pages. Each row is the next version of a page in its language."""
        versions = Counter[tuple[str, str]]()
        for row in self.content["pages"]:
            fields = {name: row[name] for name in ("kind", "language", "title", "text", "note")}
            versions[row["kind"], row["language"]] += 1
            version = versions[row["kind"], row["language"]]
            NewsroomPage.objects.create(version=version, created_by=self.people[row["by"]], **fields)


_TEXT_FIELDS = ("language", "summary", "explanation", "correction_kind", "correction_note")
_DATE_FIELDS = ("reviewed_on", "valid_as_of", "recheck_on")


def _create_person(row: Row, password: str) -> User:
    """Create a user for a role, without an email address: the demo sends no mail."""
    first_name, _, last_name = row["name"].partition(" ")
    user, created = User.objects.get_or_create(
        username=row["username"],
        defaults={"first_name": first_name, "last_name": last_name, "is_staff": True},
    )
    if created:
        # Without a password, an unusable one is set.
        user.set_password(password or None)
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get(name=row["role"]))
    return user


def _get_or_create_publisher(row: Row) -> Publisher:
    publisher = find_publisher(row["name"], row["url"])
    return publisher or Publisher.objects.create(**{name: row[name] for name in row if name != "key"})


def _get_or_create_claimant(row: Row) -> Claimant:
    claimant = Claimant.objects.filter(name__iexact=row["name"]).first()
    return claimant or Claimant.objects.create(**{name: row[name] for name in row if name != "key"})


def _get_or_create_topic(row: Row) -> Topic:
    fields = {"name": row["name"], "same_as": row.get("same_as", [])}
    return Topic.objects.get_or_create(slug=row["slug"], defaults=fields)[0]


@lru_cache(maxsize=2)
def _detect_candidates(text: str) -> list[CandidateSentence]:
    return detect(text, "en")


def _find_candidate(text: str, anchor: Anchor) -> CandidateSentence | None:
    """Return the detector's candidate for a sentence, which has the score that editors see."""
    return next(
        (
            candidate
            for candidate in _detect_candidates(text)
            if candidate.start <= anchor.start and anchor.end <= candidate.end
        ),
        None,
    )


def parse_moment(text: str) -> datetime:
    """Parse a time: in ISO 8601, in hours from now (“-3h”), or “midnight” for the next midnight."""
    if text == "midnight":
        tomorrow = timezone.localdate() + timedelta(days=1)
        return timezone.make_aware(datetime.combine(tomorrow, time.min))
    if text.endswith("h"):
        return timezone.now() + timedelta(hours=int(text[:-1]))
    return datetime.fromisoformat(text)


def _parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
