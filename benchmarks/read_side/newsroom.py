"""Generated claims as rows of the real tables and as ledger entries.

The published bodies are built by `claims.ledger` itself, from rows that are not stored yet.
"""

import hashlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Model

from benchmarks.read_side.cast import RATING_STEPS, Cast
from benchmarks.read_side.ledger import Event, History
from benchmarks.read_side.words import LANGUAGES, Lexicon, get_lexicon
from claims.ledger.entry_builder import LedgerEntry, LedgerLine, build_entry
from claims.models import Appearance, Claim, Evidence, Publication, PublishedVerdict, Topic, Verdict
from sources.addresses import build_url_key
from sources.models import Publisher, Snapshot, Source

SOURCES_PER_CLAIM = 0.75
_LANGUAGE_SHARES = [language.share for language in LANGUAGES]
_RATING_WEIGHTS = [weight for _code, weight, _rating_class in RATING_STEPS]
_SOURCE_KINDS = [
    *(Source.Kind.ARTICLE,) * 8,
    *(Source.Kind.SOCIAL_POST,) * 3,
    *(Source.Kind.REPORT, Source.Kind.DOCUMENT, Source.Kind.DATASET, Source.Kind.STUDY),
    *(Source.Kind.VIDEO, Source.Kind.IMAGE, Source.Kind.WEB_PAGE, Source.Kind.SPEECH),
]
_CONTEXT_LENGTH = 32

#: Through table of the topics of a claim.
ClaimTopic = Claim.topics.through


@dataclass(slots=True)
class Text:
    """A source with its only snapshot and the positions of its sentences."""

    source: Source
    snapshot: Snapshot
    spans: list[tuple[int, int]]


_Judgement = tuple[Verdict, list[Evidence]]


class _GeneratedClaim(NamedTuple):
    """A claim with all rows that belong only to it."""

    claim: Claim
    topics: list[Topic]
    appearances: list[Appearance]
    judgements: list[_Judgement]


class Chunk:
    """The claims of some histories in chronological order, with their shared sources."""

    def __init__(self, number: int, histories: list[History], cast: Cast) -> None:
        self.histories, self.cast = histories, cast
        self._rng = random.Random(f"chunk {number} of {histories[0].claim}")  # noqa: S311  nothing to protect here
        self._first_moment = histories[0].events[0].time
        first_pk = int((histories[0].claim - 1) * SOURCES_PER_CLAIM) + 1
        end_pk = int(histories[-1].claim * SOURCES_PER_CLAIM) + 1
        self._texts = [self._build_source_text(pk) for pk in range(first_pk, max(end_pk, first_pk + 4))]
        self._popularity = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(self._texts))))
        # Claims wait here until the one that is merged into them has been made too.
        self._generated_claims: dict[int, _GeneratedClaim] = {}

    def rows(self) -> Iterator[Model]:
        """Yield all rows in any order."""
        for text in self._texts:
            yield text.source
            yield text.snapshot
        for history in self.histories:
            yield from self._iterate_claim_rows(history)

    # Sources ----------------------------------------------------------------------------------------------------------

    def _build_source_text(self, pk: int) -> Text:
        rng, lexicon = self._rng, self._choose_lexicon()
        publisher = _choose_skewed(rng, self.cast.publishers)
        published_at = self._first_moment - timedelta(days=rng.randint(0, 900))
        title = lexicon.draw_name(rng, 1) + " " + lexicon.draw_text(rng, rng.randint(4, 9))
        address = f"{publisher.url}/{published_at:%Y/%m}/{pk}"
        sentences = [lexicon.draw_sentence(rng, rng.randint(8, 20)) for _ in range(rng.randint(4, 8))]
        starts = itertools.accumulate((len(sentence) + 1 for sentence in sentences), initial=0)
        body = " ".join(sentences)
        digest = hashlib.sha256(body.encode()).hexdigest()
        source = Source(
            id=pk,
            title=title,
            kind=rng.choice(_SOURCE_KINDS),
            url=address,
            url_key=build_url_key(address),
            archived_url=f"https://archive.example/{published_at:%Y%m%d}/{address}"
            if rng.random() < 0.4
            else "",
            publisher=publisher,
            byline=lexicon.draw_name(rng) if rng.random() < 0.5 else "",
            published_on=published_at.date(),
            language=lexicon.language.tag,
            created_at=self._first_moment,
            updated_at=self._first_moment,
        )
        snapshot = Snapshot(
            id=pk,
            source=source,
            number=1,
            captured_at=self._first_moment,
            url=address,
            media_type="text/html",
            content_sha256=digest,
            content_size=len(body.encode()),
            title=title,
            published_on=source.published_on,
            language=source.language,
            text=body,
            text_sha256=digest,
            extractor="benchmark",
        )
        spans = [(start, start + len(lexicon)) for start, lexicon in zip(starts, sentences, strict=False)]
        return Text(source, snapshot, spans)

    def _choose_lexicon(self) -> Lexicon:
        return get_lexicon(self._rng.choices(LANGUAGES, weights=_LANGUAGE_SHARES)[0].tag)

    def _choose_texts(self, count: int) -> list[Text]:
        """Return this many distinct texts, the popular ones most often."""
        texts: dict[int, Text] = {}
        while len(texts) < count:
            text = self._rng.choices(self._texts, cum_weights=self._popularity)[0]
            texts[text.source.pk] = text
        return list(texts.values())

    def _build_quote(self, text: Text) -> dict[str, Any]:
        start, end = self._rng.choice(text.spans)
        full_text = text.snapshot.text
        return {
            "source": text.source,
            "snapshot": text.snapshot,
            "exact": full_text[start:end],
            "prefix": full_text[max(0, start - _CONTEXT_LENGTH) : start],
            "suffix": full_text[end : end + _CONTEXT_LENGTH],
            "start": start,
            "end": end,
        }

    # Claims -----------------------------------------------------------------------------------------------------------

    def _iterate_claim_rows(self, history: History) -> Iterator[Model]:
        rng, lexicon = self._rng, self._choose_lexicon()
        published_at = history.events[0].time
        claim = Claim(
            id=history.claim,
            statement=lexicon.draw_statement(rng),
            language=lexicon.language.tag,
            claimant=_choose_skewed(rng, self.cast.claimants) if rng.random() < 0.9 else None,
            claimed_on=(published_at - timedelta(days=rng.randint(1, 60))).date()
            if rng.random() < 0.9
            else None,
            context=lexicon.draw_sentence(rng, rng.randint(8, 25)) if rng.random() < 0.3 else "",
            state=Claim.State.ACCEPTED,
            created_at=published_at - timedelta(days=2),
            updated_at=history.events[-1].time,
        )
        appearances = [
            Appearance(
                id=claim.pk * 2 + number,
                claim=claim,
                anchor=Appearance.Anchor.ANCHORED,
                created_at=claim.created_at,
                **self._build_quote(text),
            )
            for number, text in enumerate(self._choose_texts(rng.choice((1, 1, 2))))
        ]
        claim.first_appearance = appearances[0]
        topics = sorted(self._choose_topics(), key=lambda topic: topic.name)
        judgements = list(self._iterate_judgements(claim, lexicon, history))
        self._generated_claims[claim.pk] = _GeneratedClaim(claim, topics, appearances, judgements)
        yield from appearances
        for verdict, evidence in judgements:
            yield verdict
            yield from evidence
        yield from (
            ClaimTopic(id=claim.pk * 3 + number, claim_id=claim.pk, topic_id=topic.pk)
            for number, topic in enumerate(topics)
        )
        if history.absorbed_claims:
            return  # its turn comes when the claim that is merged into it is there
        if history.merged_into:
            yield from self._iterate_entries(
                next(target for target in self.histories if target.claim == history.merged_into)
            )
        yield from self._iterate_entries(history)

    def _choose_topics(self) -> list[Topic]:
        chosen_topics = [
            _choose_skewed(self._rng, self.cast.topics) for _ in range(self._rng.choice((1, 1, 2, 3)))
        ]
        return list({topic.pk: topic for topic in chosen_topics}.values())

    def _iterate_judgements(self, claim: Claim, lexicon: Lexicon, history: History) -> Iterator[_Judgement]:
        """Yield a verdict for each entry that changes one, in order."""
        publisher = _choose_skewed(self._rng, self.cast.checkers)
        if history.merged_into:  # who checks the same claim twice merges the two
            publisher = self._generated_claims[history.merged_into].judgements[0][0].publisher
        verdict: Verdict | None = None
        for number, event in enumerate(history.events):
            if event.kind in (Publication.Kind.MERGE, Publication.Kind.RETRACTION):
                continue
            if event.kind == Publication.Kind.ADDITION:
                other_checkers = [checker for checker in self.cast.checkers if checker != publisher]
                publisher, verdict = self._rng.choice(other_checkers), None
            verdict = self._build_verdict(claim.pk * 4 + number, claim, lexicon, publisher, event, verdict)
            yield verdict, self._build_evidence(verdict, lexicon)
        if history.events[-1].kind == Publication.Kind.RETRACTION and verdict:
            verdict.state = Verdict.State.RETRACTED

    def _build_verdict(
        self,
        pk: int,
        claim: Claim,
        lexicon: Lexicon,
        publisher: Publisher,
        event: Event,
        earlier_verdict: Verdict | None,
    ) -> Verdict:
        rng = self._rng
        correction_fields: dict[str, Any] = {}
        if earlier_verdict:
            earlier_verdict.state = Verdict.State.SUPERSEDED
            correction_fields = {
                "version": earlier_verdict.version + 1,
                "supersedes": earlier_verdict,
                "correction_kind": event.kind,
                "correction_note": lexicon.draw_sentence(rng, 12),
            }
        return Verdict(
            id=pk,
            claim=claim,
            publisher=publisher,
            origin=Verdict.Origin.IMPORTED,
            is_restored=False,
            byline=lexicon.draw_name(rng),
            rating=rng.choices(self.cast.ratings[publisher.pk], weights=_RATING_WEIGHTS)[0],
            summary=lexicon.draw_sentence(rng, rng.randint(10, 24)),
            explanation="\n\n".join(
                " ".join(lexicon.draw_sentence(rng, rng.randint(8, 18)) for _ in range(rng.randint(1, 3)))
                for _ in range(rng.randint(1, 2))
            ),
            language=claim.language,
            reviewed_on=event.time.date(),
            valid_as_of=event.time.date() if rng.random() < 0.5 else None,
            url=f"{publisher.url}/{event.time:%Y/%m/%d}/{pk}",
            state=Verdict.State.PUBLISHED,
            created_at=event.time,
            published_at=event.time,
            **correction_fields,
        )

    def _build_evidence(self, verdict: Verdict, lexicon: Lexicon) -> list[Evidence]:
        rng = self._rng
        return [
            Evidence(
                id=verdict.pk * 4 + number,
                verdict=verdict,
                stance=rng.choice(
                    (Evidence.Stance.REFUTES, Evidence.Stance.REFUTES, Evidence.Stance.CONTEXT)
                ),
                note=lexicon.draw_sentence(rng, rng.randint(5, 14)) if rng.random() < 0.6 else "",
                position=number,
                created_at=verdict.created_at,
                **(self._build_quote(text) if rng.random() < 0.7 else {"source": text.source}),
            )
            for number, text in enumerate(self._choose_texts(rng.choice((1, 1, 2, 2, 3))))
        ]

    # The ledger -------------------------------------------------------------------------------------------------------

    def _iterate_entries(self, history: History) -> Iterator[Model]:
        """Yield the claim, its ledger entries and their verdicts."""
        claim, topics, appearances, judgements = self._generated_claims[history.claim]
        ledger: list[LedgerLine] = []
        live_judgements: dict[int, _Judgement] = {}
        absorbed_ids: list[int] = []
        remaining_judgements = iter(judgements)
        for version, event in enumerate(history.events, 1):
            note = ""
            if event.kind == Publication.Kind.RETRACTION:
                live_judgements, note = {}, "The review rested on a document that proved to be forged."
            elif event.kind != Publication.Kind.MERGE:
                verdict, evidence = next(remaining_judgements)
                live_judgements[verdict.publisher_id] = verdict, evidence
                note = verdict.correction_note
            elif history.merged_into:
                claim.state, claim.state_before_merge = Claim.State.MERGED, Claim.State.ACCEPTED
                claim.merged_into_id, live_judgements = history.merged_into, {}
            else:
                absorbed_ids = history.absorbed_claims
                appearances = [
                    *appearances,
                    *(item for pk in absorbed_ids for item in self._generated_claims[pk].appearances),
                ]
            line = LedgerLine(version=version, kind=event.kind, note=note, published_at=event.time)
            ledger.insert(0, line)
            superseded_at = history.events[version].time if version < len(history.events) else None
            entry = build_entry(
                claim,
                topics=topics,
                appearances=appearances,
                verdicts=list(live_judgements.values()),
                merged_from=absorbed_ids,
                ledger=ledger,
            )
            yield from _store_entries(entry, event, superseded_at)
        yield claim


def _store_entries(entry: LedgerEntry, event: Event, superseded_at: datetime | None) -> Iterator[Model]:
    """Yield the rows that `publishing.record` would store; a test compares the two."""
    # The chain goes through all chunks, so it is made once they are stored.
    numbers = {"id": event.sequence, "sequence": event.sequence, "chain_sha256": ""}
    yield Publication(superseded_at=superseded_at, **numbers, **entry.publication)
    for number, row in enumerate(entry.verdicts):
        yield PublishedVerdict(
            id=event.sequence * 4 + number,
            publication_id=event.sequence,
            published_at=event.time,
            superseded_at=superseded_at,
            **row,
        )


def _choose_skewed(rng: random.Random, choices: list[Any]) -> Any:
    """Return one of the choices; the first are ten times as frequent as the middle ones."""
    return choices[int(len(choices) * rng.random() ** 3)]
