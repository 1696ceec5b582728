"""An existing claim during an import: the details that reviews may change, and the changes made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

from claims.imports.reading.review_record import Review
from claims.imports.storing.disagreement import Disagreement, RetractedClaim
from claims.imports.storing.house_records import HouseRecords
from claims.imports.storing.references import ReferencedEntities
from claims.imports.storing.reviewed_claim import (
    DETAILS,
    ReviewedClaim,
    collect_details,
    find_claimant_differences,
    find_differences,
)
from claims.models import Appearance, Claim, ImportedRecord, Rating, Topic, Verdict
from claims.search.texts import normalise_statement
from factcheck.database.bulk_copy import RowMaker
from factcheck.installation.messages import activate_newsroom_language
from sources.models import Publisher

#: Fields that reviews do not have; a new version copies them.
_CARRIED_OVER_FIELDS = ("explanation", "valid_as_of", "recheck_on")
#: The reason why a detail is not added to a draft: editors wrote the verdict.
_EDITORS_VERDICT = "nothing: the verdict was written here"
#: The wording of public notes, in this order.
CHANGED_NOTE, ADDED_NOTE, ANOTHER_REVIEW_NOTE = (
    gettext_noop("Changed in the imported file"),
    gettext_noop("Added in the imported file"),
    gettext_noop("Added from another record"),
)
#: The fields of claims and verdicts, in words.
FIELD_NAMES: Final = {
    "rating": gettext_noop("rating"),
    "url": gettext_noop("address"),
    "title": gettext_noop("headline"),
    "summary": gettext_noop("summary"),
    "byline": gettext_noop("byline"),
    "reviewed_on": gettext_noop("date of the review"),
    "language": gettext_noop("language"),
    "media_authenticity_category": gettext_noop("category of the picture, audio or video"),
    "original_media_context": gettext_noop("actual content of the picture, audio or video"),
    "original_media_url": gettext_noop("address of the original"),
    "statement": gettext_noop("wording of the claim"),
    "claimant": gettext_noop("claimant"),
    "claimed_on": gettext_noop("date of the claim"),
    "context": gettext_noop("context"),
}


@cache
def _get_verdict_factory() -> RowMaker[Verdict]:
    return RowMaker(Verdict)


@dataclass(slots=True, eq=False)
class ExistingClaim(ReviewedClaim):
    """A stored or new claim, with the details that reviews may change and the changes they made."""

    #: The number of each publisher's latest version.
    latest_versions: dict[int, int] = field(default_factory=dict)
    #: Publishers whose verdict was retracted here.
    retracted_publishers: set[int] = field(default_factory=set)
    #: Publishers whose last verdict came from an import that was undone. Their reviews may be imported again.
    undone_publishers: set[int] = field(default_factory=set)
    #: Whether a person here is responsible for the wording, because they wrote or reviewed a verdict on the claim.
    has_own_wording: bool = False
    source_ids: set[int] = field(default_factory=set)
    topic_ids: set[int] = field(default_factory=set)

    # The fields that reviews changed.
    appearances: list[Appearance] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    drafts: list[Verdict] = field(default_factory=list)
    superseded_verdicts: list[Verdict] = field(default_factory=list)
    earlier_values: dict[str, Any] = field(default_factory=dict)
    """The changed attributes of the claim, with their earlier values."""
    revised_publishers: set[int] = field(default_factory=set)
    """Publishers whose review was changed by a record of this import."""
    notes: dict[str, dict[str, None]] = field(default_factory=dict)
    """The changed parts of the claim and its verdicts by kind of change, in words for readers."""

    # Applying a review ------------------------------------------------------------------------------------------------

    def apply_review(
        self,
        review: Review,
        entities: ReferencedEntities,
        *,
        now: datetime,
        house_records: HouseRecords,
        is_known: bool = False,
        is_revision: bool = False,
    ) -> tuple[str, Verdict | None, dict[str, str]]:
        """Apply a review: update differing details and add new ones. Details that the review does not mention stay
        the same.

        Args:
            house_records: the rules for the newsroom's own records.
            is_known: whether an earlier import stored this review.
            is_revision: whether the record changes that stored review.

        Returns:
            The outcome (`ImportedRecord.Outcome`), the verdict with the content of the review, and the omitted
                details: the record's fields whose stored values differ, mapped to the stored values.

        Raises:
            Disagreement: the record contradicts an editor or another record of the same verdict, or it cannot become
                a verdict of the newsroom. Nothing was changed.
        """
        publisher = entities.get_publisher(review.publisher) if review.publisher else None
        rating = (
            entities.get_rating(review.publisher, review.rating)
            if review.publisher and review.rating
            else None
        )
        live_verdict = self.live_verdicts.get(publisher.pk) if publisher else None
        house_records.require_own(publisher)
        if publisher:
            is_revision = is_revision and publisher.pk not in self.revised_publishers
            if publisher.is_house and rating:
                self._require_importable(publisher, rating, review, house_records, is_revision=is_revision)
            self._require_publishable(
                publisher, rating, house_records, is_known=is_known, is_revision=is_revision
            )
            self.revised_publishers.add(publisher.pk)
        draft = self.open_verdicts.get(publisher.pk) if publisher and publisher.is_house else None
        omitted_values: dict[str, str] = {}
        # A draft relies on the current wording.
        is_changed = self._update_wording(
            review, entities, omitted_values, is_known=is_known, is_revision=is_revision and draft is None
        )
        is_changed |= self._add_appearances(review, entities, is_known=is_known)
        if publisher and rating and not (live_verdict or draft):
            return (
                ImportedRecord.Outcome.CREATED,
                self._add_verdict(publisher, rating, review, house_records, now),
                omitted_values,
            )
        verdict = draft or live_verdict
        if draft:
            omitted_values |= _list_left_out(review, draft)
        elif live_verdict:
            is_changed |= self._revise(
                live_verdict,
                rating,
                review,
                house_records,
                now,
                omitted_values,
                is_known=is_known,
                is_revision=is_revision,
            )
            verdict = self.live_verdicts[live_verdict.publisher_id]
        else:
            # Without a rating no verdict can store these details, only the claim's reason, from the first record.
            values = collect_details(review) | {"publisher": publisher.name if publisher else ""}
            for name, value in values.items():
                if value and str(value) not in self.claim.reason:
                    omitted_values[name] = "nothing, because there is no rating"
        return (
            (ImportedRecord.Outcome.UPDATED if is_changed else ImportedRecord.Outcome.AGREED),
            verdict,
            omitted_values,
        )

    @property
    def is_changed(self) -> bool:
        """Return whether the claim itself changed, rather than just its verdicts."""
        return bool(self.earlier_values or self.appearances or self.topics)

    def describe_changes(self) -> str:
        """Return the changes in words for readers; "" if nothing changed."""
        return _build_sentence({note_kind: list(parts) for note_kind, parts in self.notes.items()})

    def _require_publishable(
        self,
        publisher: Publisher,
        rating: Rating | None,
        house_records: HouseRecords,
        *,
        is_known: bool,
        is_revision: bool,
    ) -> None:
        live_verdict = self.live_verdicts.get(publisher.pk)
        if (
            live_verdict
            and rating
            and live_verdict.rating_id != rating.pk
            and not (is_revision and self._may_be_revised(live_verdict, house_records))
        ):
            raise Disagreement(
                gettext(
                    "%(publisher)s rated this claim “%(rating)s” in another record, “%(rating_2)s” in this "
                    "one. Correct the wrong one and import it again."
                )
                % {"publisher": publisher, "rating": live_verdict.rating, "rating_2": rating}
            )
        if rating and live_verdict is None and is_known and publisher.pk in self.retracted_publishers:
            raise RetractedClaim(
                gettext(
                    "This verdict of %(publisher)s was retracted here (claim %(claim)s); an import does not "
                    "publish it again. To publish it, draft it here."
                )
                % {"publisher": publisher, "claim": self.claim.pk}
            )

    def _require_importable(
        self,
        publisher: Publisher,
        rating: Rating,
        review: Review,
        house_records: HouseRecords,
        *,
        is_revision: bool,
    ) -> None:
        live_verdict, open_verdict = (
            self.live_verdicts.get(publisher.pk),
            self.open_verdicts.get(publisher.pk),
        )
        verdict = open_verdict or live_verdict
        house_records.require_importable(
            live_verdict=live_verdict,
            open_verdict=open_verdict,
            had_verdict=publisher.pk in self.latest_versions and publisher.pk not in self.undone_publishers,
            is_different=verdict is not None
            and (
                verdict.rating_id != rating.pk
                or (is_revision and review.statement != self.claim.statement)
                or bool(find_differences(review, verdict))
            ),
            is_revision=live_verdict is not None and self._may_be_revised(live_verdict, house_records),
            is_new_draft=open_verdict in self.drafts,
        )

    # The claim --------------------------------------------------------------------------------------------------------

    def _update_wording(
        self,
        review: Review,
        entities: ReferencedEntities,
        omitted_values: dict[str, str],
        *,
        is_known: bool,
        is_revision: bool,
    ) -> bool:
        claim = self.claim
        values: dict[str, Any] = {
            "statement": review.statement,
            "language": review.language,
            "claimant": entities.get_claimant(review.claimant) if review.claimant else None,
            "claimed_on": review.claimed_on,
            "context": review.context,
        }
        may_change = is_revision and len(self.publisher_ids) <= 1 and not self.has_own_wording
        is_changed = False
        for name, value in values.items():
            stored_value = getattr(claim, name)
            if not value or value == stored_value:
                continue
            if may_change or (not stored_value and not self.has_own_wording):
                self._change_value(name, value, is_known=is_known)
                is_changed = True
            elif name != "statement" or normalise_statement(value) != normalise_statement(stored_value):
                omitted_values[name] = str(stored_value or "nothing: its wording was edited here")
        if review.claimant and claim.claimant:
            omitted_values |= find_claimant_differences(review.claimant, claim.claimant)
        return is_changed

    def _change_value(self, name: str, value: Any, *, is_known: bool) -> None:
        attribute = Claim._meta.get_field(name).attname  # type: ignore[union-attr]  # all of them are columns
        earlier_value = getattr(self.claim, attribute)
        setattr(self.claim, name, value)
        if not self.is_new:
            self.earlier_values.setdefault(attribute, earlier_value)
            self._add_note(
                CHANGED_NOTE if earlier_value else _describe_additions(is_known), FIELD_NAMES[name]
            )

    def _add_note(self, note_kind: str, part: str) -> None:
        if not self.is_new:
            self.notes.setdefault(note_kind, {})[part] = None

    def _add_appearances(self, review: Review, entities: ReferencedEntities, *, is_known: bool) -> bool:
        is_changed = False
        for url in review.appearances:
            source = entities.get_source(url)
            if source and source.pk not in self.source_ids:
                self.source_ids.add(source.pk)
                self.appearances.append(Appearance(claim=self.claim, source=source))
                self._add_note(_describe_additions(is_known), "appearances")
                is_changed = True
        for name in review.topics:
            topic = entities.get_topic(name)
            if topic.pk not in self.topic_ids:
                self.topic_ids.add(topic.pk)
                self.topics.append(topic)
                self._add_note(_describe_additions(is_known), "topics")
                is_changed = True
        return is_changed

    # Verdicts ---------------------------------------------------------------------------------------------------------

    def _add_verdict(
        self, publisher: Publisher, rating: Rating, review: Review, house_records: HouseRecords, now: datetime
    ) -> Verdict:
        details = {DETAILS[name]: value for name, value in collect_details(review).items()}
        details["language"] = details["language"] or self.claim.language
        return self._make_verdict(
            publisher, rating, now, **details, **house_records.build_verdict_overrides(publisher)
        )

    def _revise(
        self,
        live_verdict: Verdict,
        rating: Rating | None,
        review: Review,
        house_records: HouseRecords,
        now: datetime,
        omitted_values: dict[str, str],
        *,
        is_known: bool,
        is_revision: bool,
    ) -> bool:
        """Store a review's additions and revisions as a new version of the verdict; return whether there were any."""
        new_values: dict[str, Any] = {}
        notes: dict[str, list[str]] = {}
        may_be_revised = self._may_be_revised(live_verdict, house_records)
        for name, value in find_differences(review, live_verdict).items():
            attribute = DETAILS[name]
            stored_value = getattr(live_verdict, attribute)
            if may_be_revised and (is_revision or not stored_value):
                new_values[attribute] = value
                notes.setdefault(CHANGED_NOTE if stored_value else _describe_additions(is_known), []).append(
                    FIELD_NAMES[attribute]
                )
            else:
                omitted_values[name] = str(stored_value or _EDITORS_VERDICT)
        new_rating = rating or live_verdict.rating
        if new_rating is None or (new_rating.pk == live_verdict.rating_id and not new_values):
            return False
        if live_verdict in self.verdicts:
            for name, value in new_values.items():
                setattr(live_verdict, name, value)
            live_verdict.rating = new_rating
            return True
        if new_rating.pk != live_verdict.rating_id:
            notes.setdefault(CHANGED_NOTE, []).insert(
                0, f"rating (from “{live_verdict.rating}” to “{new_rating}”)"
            )
        for note_kind, parts in notes.items():
            for part in parts:
                self._add_note(note_kind, part)
        self.superseded_verdicts.append(live_verdict)
        content = {name: getattr(live_verdict, name) for name in (*DETAILS.values(), *_CARRIED_OVER_FIELDS)}
        self._make_verdict(
            live_verdict.publisher,
            new_rating,
            now,
            **content | new_values,
            **house_records.build_verdict_overrides(live_verdict.publisher),
            supersedes_id=live_verdict.pk,
            correction_kind="update",
            correction_note=_build_sentence(notes),
        )
        return True

    def _may_be_revised(self, live_verdict: Verdict, house_records: HouseRecords) -> bool:
        """Return whether the import may revise a verdict. Verdicts of a claim merged into this one stay unchanged."""
        is_own_verdict = live_verdict in self.verdicts or live_verdict.claim_id == self.claim.pk
        return is_own_verdict and house_records.may_revise(live_verdict)

    def _make_verdict(self, publisher: Publisher, rating: Rating, now: datetime, **content: Any) -> Verdict:
        version = self.latest_versions.get(publisher.pk, 0) + 1
        defaults = {"state": Verdict.State.PUBLISHED, "published_at": now}
        verdict = _get_verdict_factory()(
            publisher=publisher, rating=rating, version=version, **defaults | content
        )
        self.latest_versions[publisher.pk] = version
        if verdict.state == Verdict.State.DRAFT:
            self.open_verdicts[publisher.pk] = verdict
            self.drafts.append(verdict)
        else:
            self.live_verdicts[publisher.pk] = verdict
            self.verdicts.append(verdict)
        return verdict


def _list_left_out(review: Review, verdict: Verdict) -> dict[str, str]:
    """Return the details of a review that differ from a verdict written by our editors: field → stored value."""
    return {
        name: str(getattr(verdict, DETAILS[name]) or _EDITORS_VERDICT)
        for name in find_differences(review, verdict)
    }


def _describe_additions(is_known: bool) -> str:
    """Return the public note that says whether details were added from a known review or from another review."""
    return ADDED_NOTE if is_known else ANOTHER_REVIEW_NOTE


def _build_sentence(notes: Mapping[str, Sequence[str]]) -> str:
    """Return sentences for readers that name each kind of change and the changed parts; "" if there are none."""
    with activate_newsroom_language():
        return " ".join(
            f"{gettext(note_kind)}: {', '.join(map(gettext, notes[note_kind]))}."
            for note_kind in (CHANGED_NOTE, ADDED_NOTE, ANOTHER_REVIEW_NOTE)
            if note_kind in notes
        )
