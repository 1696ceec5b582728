"""A claim as it stands while reviews of it are written: what they may change, and what they changed."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from claims.importers.review import Review
from claims.intake.disagreement import Disagreement
from claims.intake.house_records import HouseRecords
from claims.intake.things import Things
from claims.models import Appearance, Claim, ImportedRecord, Rating, Topic, Verdict
from factcheck.copying import Maker
from sources.models import Publisher

#: What a review says in its verdict besides the rating.
_DETAILS = ("url", "summary", "byline", "reviewed_on")
#: What of a verdict a review does not say, and a new version takes over.
_TAKEN_OVER = ("language", "explanation", "valid_as_of", "recheck_on")
_IN_WORDS = {
    "rating": "rating",
    "url": "address",
    "summary": "summary",
    "byline": "byline",
    "reviewed_on": "date of the review",
    "statement": "wording of the claim",
    "claimant": "claimant",
    "claimed_on": "date of the claim",
    "context": "context",
}


@cache
def _verdicts() -> Maker[Verdict]:
    return Maker(Verdict)


@dataclass(slots=True, eq=False)
class Standing:
    """A claim, stored or to be stored, with what reviews are held against."""

    claim: Claim
    is_new: bool = False
    #: Published verdicts by publisher, and the number of the last version that each publisher has.
    live: dict[int, Verdict] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    #: Drafts and what is in review, by publisher.
    open: dict[int, Verdict] = field(default_factory=dict)
    #: Whether a person answers for the words of the claim, because they wrote or review a verdict on them.
    words_are_ours: bool = False
    #: By what its claimant is known; empty where nobody is named.
    names: set[str] = field(default_factory=set)
    #: Who has looked at it, with a verdict or without.
    publisher_ids: set[int] = field(default_factory=set)
    source_ids: set[int] = field(default_factory=set)
    topic_ids: set[int] = field(default_factory=set)

    # What reviews changed.
    appearances: list[Appearance] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    drafts: list[Verdict] = field(default_factory=list)
    superseded: list[Verdict] = field(default_factory=list)
    changed: dict[str, None] = field(default_factory=dict)
    """Names of the claim's own fields that changed."""

    def take(
        self, review: Review, things: Things, *, now: datetime, house: HouseRecords, revises: bool = False
    ) -> tuple[str, Verdict | None]:
        """Change what the review says otherwise, and add what it says more. What it does not say stays.

        Args:
            house: what becomes of it where it is a record of the house.
            revises: it is a record that was taken before and says something else now.

        Returns:
            The outcome (`ImportedRecord.Outcome`) and the verdict that says what the review says.

        Raises:
            Disagreement: it contradicts another record of the same verdict. Nothing was changed.
        """
        publisher = things.publisher(review.publisher) if review.publisher else None
        live = self.live.get(publisher.pk) if publisher else None
        rating = (
            things.rating(review.publisher, review.rating) if review.publisher and review.rating else None
        )
        house.require_own(publisher)
        if publisher and publisher.is_house and rating:
            self._require_place(publisher, rating, review, house, revises=revises)
            if there := self.open.get(publisher.pk):
                return ImportedRecord.Outcome.AGREED, there
        may_revise = live is not None and house.may_revise(live) and self._is_its_own(live)
        if live and rating and live.rating_id != rating.pk and not (revises and may_revise):
            raise Disagreement(
                f"{publisher} rated this claim “{live.rating}” in another record, “{rating}” in this one."
                " Correct the one that is wrong and feed it back."
            )
        moved = self._take_words(review, things, revises=revises)
        moved |= self._take_places(review, things)
        made = False
        if publisher and rating and live is None:
            live = self._judge(
                publisher, rating, review, now, **(house.terms() if publisher.is_house else {})
            )
            made = True
        elif live and may_revise:
            moved |= self._revise(live, rating, review, now, house=house, revises=revises)
            live = self.live[live.publisher_id]
        if made:
            return ImportedRecord.Outcome.CREATED, live
        return (ImportedRecord.Outcome.UPDATED if moved else ImportedRecord.Outcome.AGREED), live

    def note(self) -> str:
        """What changed, in words for readers."""
        parts = [_IN_WORDS[name] for name in self.changed]
        parts += ["appearances"] if self.appearances else []
        parts += ["topics"] if self.topics else []
        return f"Added from another record: {', '.join(parts)}."

    # The claim --------------------------------------------------------------------------------------------------------

    def _take_words(self, review: Review, things: Things, *, revises: bool) -> bool:
        if self.words_are_ours:
            return False
        said: dict[str, Any] = {
            "claimant": things.claimant(review.claimant) if review.claimant else None,
            "claimed_on": review.claimed_on,
            "context": review.context,
        }
        alone = revises and len(self.live) == 1
        if alone:
            said["statement"] = review.statement
        moved = False
        for name, value in said.items():
            if not value:
                continue
            now = getattr(self.claim, name)
            if value != now and (alone or not now):
                setattr(self.claim, name, value)
                self._changed(name)
                moved = True
        return moved

    def _changed(self, name: str) -> None:
        if not self.is_new:
            self.changed[name] = None

    def _take_places(self, review: Review, things: Things) -> bool:
        moved = False
        for url in review.appearances:
            source = things.source(url)
            if source and source.pk not in self.source_ids:
                self.source_ids.add(source.pk)
                self.appearances.append(Appearance(claim=self.claim, source=source))
                moved = True
        for name in review.topics:
            topic = things.topic(name)
            if topic.pk not in self.topic_ids:
                self.topic_ids.add(topic.pk)
                self.topics.append(topic)
                moved = True
        return moved

    # Verdicts ---------------------------------------------------------------------------------------------------------

    def _judge(
        self, publisher: Publisher, rating: Rating, review: Review, now: datetime, **terms: Any
    ) -> Verdict:
        said = {name: getattr(review, name) for name in _DETAILS}
        return self._add(
            publisher, rating, now, language=review.review_language or self.claim.language, **said, **terms
        )

    def _require_place(
        self, publisher: Publisher, rating: Rating, review: Review, house: HouseRecords, *, revises: bool
    ) -> None:
        live, open_ = self.live.get(publisher.pk), self.open.get(publisher.pk)
        there = open_ or live
        said = {name: getattr(review, name) for name in _DETAILS} | {"rating_id": rating.pk}
        house.require_place(
            live=live,
            open_=open_,
            had_one=publisher.pk in self.versions,
            says_otherwise=there is not None
            and (
                (revises and review.statement != self.claim.statement)
                or any(value and value != getattr(there, name) for name, value in said.items())
            ),
            revises=live is not None and house.may_revise(live) and self._is_its_own(live),
        )

    def _revise(
        self,
        live: Verdict,
        rating: Rating | None,
        review: Review,
        now: datetime,
        *,
        house: HouseRecords,
        revises: bool,
    ) -> bool:
        """Take over what the review adds or, where it revises, changes; as a new version of what is stored."""
        said = {name: getattr(review, name) for name in _DETAILS} | {"rating": rating}
        different = {
            name: value
            for name, value in said.items()
            if value and value != getattr(live, name) and (revises or not getattr(live, name))
        }
        if not different:
            return False
        if live in self.verdicts:
            for name, value in different.items():
                setattr(live, name, value)
            return True
        parts = ", ".join(_IN_WORDS[name] for name in different)
        note = f"Changed by the publisher: {parts}." if revises else f"Added from another record: {parts}."
        if rating and "rating" in different:
            note = f"The publisher changed its rating from “{live.rating}” to “{rating}”."
        new_rating = different.pop("rating", live.rating)
        if new_rating is None:
            return False
        self.superseded.append(live)
        content = {name: getattr(live, name) for name in (*_DETAILS, *_TAKEN_OVER)}
        self._add(
            live.publisher,
            new_rating,
            now,
            **content | different,
            **house.terms() if live.publisher.is_house else {},
            supersedes_id=live.pk,
            correction_kind="update",
            correction_note=note,
        )
        return True

    def _is_its_own(self, live: Verdict) -> bool:
        """Whether it is not the verdict of a claim that was merged into this one."""
        return live in self.verdicts or live.claim_id == self.claim.pk

    def _add(self, publisher: Publisher, rating: Rating, now: datetime, **content: Any) -> Verdict:
        version = self.versions.get(publisher.pk, 0) + 1
        imported = {
            "origin": Verdict.Origin.IMPORTED,
            "state": Verdict.State.PUBLISHED,
            "published_at": now,
        }
        verdict = _verdicts()(publisher=publisher, rating=rating, version=version, **imported | content)
        self.versions[publisher.pk] = version
        if verdict.state == Verdict.State.DRAFT:
            self.open[publisher.pk] = verdict
            self.drafts.append(verdict)
            return verdict
        self.live[publisher.pk] = verdict
        self.verdicts.append(verdict)
        return verdict
