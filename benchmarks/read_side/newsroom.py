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

from benchmarks.read_side.cast import STEPS, Cast
from benchmarks.read_side.ledger import Event, Life
from benchmarks.read_side.words import LANGUAGES, Lexicon, get_lexicon
from claims.ledger.entry_builder import LedgerEntry, LedgerLine, build_entry
from claims.models import Appearance, Claim, Evidence, Publication, PublishedVerdict, Topic, Verdict
from sources.addresses import build_url_key
from sources.models import Publisher, Snapshot, Source

SOURCES_PER_CLAIM = 0.75
_SHARES = [language.share for language in LANGUAGES]
_RATING_WEIGHTS = [weight for _code, weight, _rating_class in STEPS]
_KINDS = [
    *(Source.Kind.ARTICLE,) * 8,
    *(Source.Kind.SOCIAL_POST,) * 3,
    *(Source.Kind.REPORT, Source.Kind.DOCUMENT, Source.Kind.DATASET, Source.Kind.STUDY),
    *(Source.Kind.VIDEO, Source.Kind.IMAGE, Source.Kind.WEB_PAGE, Source.Kind.SPEECH),
]
_CONTEXT = 32

#: Through table of the topics of a claim.
ClaimTopic = Claim.topics.through


@dataclass(slots=True)
class Text:
    """A source with its only snapshot and the positions of its sentences."""

    source: Source
    snapshot: Snapshot
    spans: list[tuple[int, int]]


_Judgement = tuple[Verdict, list[Evidence]]


class _Made(NamedTuple):
    """A claim with all rows that belong only to it."""

    claim: Claim
    topics: list[Topic]
    appearances: list[Appearance]
    judgements: list[_Judgement]


class Chunk:
    """The claims of some histories in chronological order, with their shared sources."""

    def __init__(self, number: int, lives: list[Life], cast: Cast) -> None:
        self.lives, self.cast = lives, cast
        self._chance = random.Random(f"chunk {number} of {lives[0].claim}")  # noqa: S311  nothing to protect here
        self._began = lives[0].events[0].at
        first = int((lives[0].claim - 1) * SOURCES_PER_CLAIM) + 1
        end = int(lives[-1].claim * SOURCES_PER_CLAIM) + 1
        self._texts = [self._text(pk) for pk in range(first, max(end, first + 4))]
        self._popularity = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(self._texts))))
        # Claims wait here until the one that is merged into them has been made too.
        self._made: dict[int, _Made] = {}

    def rows(self) -> Iterator[Model]:
        """Yield all rows in any order."""
        for text in self._texts:
            yield text.source
            yield text.snapshot
        for life in self.lives:
            yield from self._claim(life)

    # Sources ----------------------------------------------------------------------------------------------------------

    def _text(self, pk: int) -> Text:
        chance, lexicon = self._chance, self._words()
        publisher = _choose_skewed(chance, self.cast.publishers)
        published = self._began - timedelta(days=chance.randint(0, 900))
        title = lexicon.name(chance, 1) + " " + lexicon.running(chance, chance.randint(4, 9))
        address = f"{publisher.url}/{published:%Y/%m}/{pk}"
        sentences = [lexicon.sentence(chance, chance.randint(8, 20)) for _ in range(chance.randint(4, 8))]
        starts = itertools.accumulate((len(sentence) + 1 for sentence in sentences), initial=0)
        body = " ".join(sentences)
        digest = hashlib.sha256(body.encode()).hexdigest()
        source = Source(
            id=pk,
            title=title,
            kind=chance.choice(_KINDS),
            url=address,
            url_key=build_url_key(address),
            archived_url=f"https://archive.example/{published:%Y%m%d}/{address}"
            if chance.random() < 0.4
            else "",
            publisher=publisher,
            byline=lexicon.name(chance) if chance.random() < 0.5 else "",
            published_on=published.date(),
            language=lexicon.language.tag,
            created_at=self._began,
            updated_at=self._began,
        )
        snapshot = Snapshot(
            id=pk,
            source=source,
            number=1,
            captured_at=self._began,
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

    def _words(self) -> Lexicon:
        return get_lexicon(self._chance.choices(LANGUAGES, weights=_SHARES)[0].tag)

    def _some_texts(self, count: int) -> list[Text]:
        """Return this many distinct texts, the popular ones most often."""
        found: dict[int, Text] = {}
        while len(found) < count:
            text = self._chance.choices(self._texts, cum_weights=self._popularity)[0]
            found[text.source.pk] = text
        return list(found.values())

    def _quote(self, text: Text) -> dict[str, Any]:
        start, end = self._chance.choice(text.spans)
        whole = text.snapshot.text
        return {
            "source": text.source,
            "snapshot": text.snapshot,
            "exact": whole[start:end],
            "prefix": whole[max(0, start - _CONTEXT) : start],
            "suffix": whole[end : end + _CONTEXT],
            "start": start,
            "end": end,
        }

    # Claims -----------------------------------------------------------------------------------------------------------

    def _claim(self, life: Life) -> Iterator[Model]:
        chance, lexicon = self._chance, self._words()
        first = life.events[0].at
        claim = Claim(
            id=life.claim,
            statement=lexicon.statement(chance),
            language=lexicon.language.tag,
            claimant=_choose_skewed(chance, self.cast.claimants) if chance.random() < 0.9 else None,
            claimed_on=(first - timedelta(days=chance.randint(1, 60))).date()
            if chance.random() < 0.9
            else None,
            context=lexicon.sentence(chance, chance.randint(8, 25)) if chance.random() < 0.3 else "",
            state=Claim.State.ACCEPTED,
            created_at=first - timedelta(days=2),
            updated_at=life.events[-1].at,
        )
        appearances = [
            Appearance(
                id=claim.pk * 2 + number,
                claim=claim,
                anchor=Appearance.Anchor.ANCHORED,
                created_at=claim.created_at,
                **self._quote(text),
            )
            for number, text in enumerate(self._some_texts(chance.choice((1, 1, 2))))
        ]
        claim.first_appearance = appearances[0]
        topics = sorted(self._topics(), key=lambda topic: topic.name)
        judgements = list(self._judgements(claim, lexicon, life))
        self._made[claim.pk] = _Made(claim, topics, appearances, judgements)
        yield from appearances
        for verdict, evidence in judgements:
            yield verdict
            yield from evidence
        yield from (
            ClaimTopic(id=claim.pk * 3 + number, claim_id=claim.pk, topic_id=topic.pk)
            for number, topic in enumerate(topics)
        )
        if life.absorbs:
            return  # its turn comes when the claim that is merged into it is there
        if life.merged_into:
            yield from self._entries(next(other for other in self.lives if other.claim == life.merged_into))
        yield from self._entries(life)

    def _topics(self) -> list[Topic]:
        some = [
            _choose_skewed(self._chance, self.cast.topics) for _ in range(self._chance.choice((1, 1, 2, 3)))
        ]
        return list({topic.pk: topic for topic in some}.values())

    def _judgements(self, claim: Claim, lexicon: Lexicon, life: Life) -> Iterator[_Judgement]:
        """Yield a verdict for each entry that changes one, in order."""
        publisher = _choose_skewed(self._chance, self.cast.checkers)
        if life.merged_into:  # who checks the same claim twice merges the two
            publisher = self._made[life.merged_into].judgements[0][0].publisher
        earlier: Verdict | None = None
        for number, event in enumerate(life.events):
            if event.kind in (Publication.Kind.MERGE, Publication.Kind.RETRACTION):
                continue
            if event.kind == Publication.Kind.ADDITION:
                others = [checker for checker in self.cast.checkers if checker != publisher]
                publisher, earlier = self._chance.choice(others), None
            earlier = self._verdict(claim.pk * 4 + number, claim, lexicon, publisher, event, earlier)
            yield earlier, self._evidence(earlier, lexicon)
        if life.events[-1].kind == Publication.Kind.RETRACTION and earlier:
            earlier.state = Verdict.State.RETRACTED

    def _verdict(
        self,
        pk: int,
        claim: Claim,
        words: Lexicon,
        publisher: Publisher,
        event: Event,
        earlier: Verdict | None,
    ) -> Verdict:
        chance = self._chance
        changed: dict[str, Any] = {}
        if earlier:
            earlier.state = Verdict.State.SUPERSEDED
            changed = {
                "version": earlier.version + 1,
                "supersedes": earlier,
                "correction_kind": event.kind,
                "correction_note": words.sentence(chance, 12),
            }
        return Verdict(
            id=pk,
            claim=claim,
            publisher=publisher,
            origin=Verdict.Origin.IMPORTED,
            is_restored=False,
            byline=words.name(chance),
            rating=chance.choices(self.cast.ratings[publisher.pk], weights=_RATING_WEIGHTS)[0],
            summary=words.sentence(chance, chance.randint(10, 24)),
            explanation="\n\n".join(
                " ".join(words.sentence(chance, chance.randint(8, 18)) for _ in range(chance.randint(1, 3)))
                for _ in range(chance.randint(1, 2))
            ),
            language=claim.language,
            reviewed_on=event.at.date(),
            valid_as_of=event.at.date() if chance.random() < 0.5 else None,
            url=f"{publisher.url}/{event.at:%Y/%m/%d}/{pk}",
            state=Verdict.State.PUBLISHED,
            created_at=event.at,
            published_at=event.at,
            **changed,
        )

    def _evidence(self, verdict: Verdict, lexicon: Lexicon) -> list[Evidence]:
        chance = self._chance
        return [
            Evidence(
                id=verdict.pk * 4 + number,
                verdict=verdict,
                stance=chance.choice(
                    (Evidence.Stance.REFUTES, Evidence.Stance.REFUTES, Evidence.Stance.CONTEXT)
                ),
                note=lexicon.sentence(chance, chance.randint(5, 14)) if chance.random() < 0.6 else "",
                position=number,
                created_at=verdict.created_at,
                **(self._quote(text) if chance.random() < 0.7 else {"source": text.source}),
            )
            for number, text in enumerate(self._some_texts(chance.choice((1, 1, 2, 2, 3))))
        ]

    # The ledger -------------------------------------------------------------------------------------------------------

    def _entries(self, life: Life) -> Iterator[Model]:
        """Yield the claim, its ledger entries and their verdicts."""
        claim, topics, appearances, judgements = self._made[life.claim]
        ledger: list[LedgerLine] = []
        live: dict[int, _Judgement] = {}
        absorbed: list[int] = []
        drafted = iter(judgements)
        for version, event in enumerate(life.events, 1):
            note = ""
            if event.kind == Publication.Kind.RETRACTION:
                live, note = {}, "The review rested on a document that proved to be forged."
            elif event.kind != Publication.Kind.MERGE:
                verdict, evidence = next(drafted)
                live[verdict.publisher_id] = verdict, evidence
                note = verdict.correction_note
            elif life.merged_into:
                claim.state, claim.state_before_merge = Claim.State.MERGED, Claim.State.ACCEPTED
                claim.merged_into_id, live = life.merged_into, {}
            else:
                absorbed = life.absorbs
                appearances = [
                    *appearances,
                    *(item for pk in absorbed for item in self._made[pk].appearances),
                ]
            written = LedgerLine(version=version, kind=event.kind, note=note, published_at=event.at)
            ledger.insert(0, written)
            until = life.events[version].at if version < len(life.events) else None
            new = build_entry(
                claim,
                topics=topics,
                appearances=appearances,
                verdicts=list(live.values()),
                merged_from=absorbed,
                ledger=ledger,
            )
            yield from _store_entries(new, event, until)
        yield claim


def _store_entries(new: LedgerEntry, event: Event, until: datetime | None) -> Iterator[Model]:
    """Yield the rows that `publishing.record` would store; a test compares the two."""
    # The chain goes through all chunks, so it is made once they are stored.
    numbered = {"id": event.sequence, "sequence": event.sequence, "chain_sha256": ""}
    yield Publication(superseded_at=until, **numbered, **new.publication)
    for number, row in enumerate(new.verdicts):
        yield PublishedVerdict(
            id=event.sequence * 4 + number,
            publication_id=event.sequence,
            published_at=event.at,
            superseded_at=until,
            **row,
        )


def _choose_skewed(chance: random.Random, choices: list[Any]) -> Any:
    """Return one of the choices; the first are ten times as frequent as the middle ones."""
    return choices[int(len(choices) * chance.random() ** 3)]
