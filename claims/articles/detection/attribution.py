"""Find who says what: the claimant of each sentence, from verbs of saying, sources named and running quotations."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.articles.detection.lexicon import Lexicon, tokenise, words
from claims.articles.detection.names import NameRegister, is_role, name_tokens
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations
from claims.articles.detection.sentences import Sentence
from claims.articles.detection.speakers import Speaker, read_speaker
from claims.articles.detection.speech_verbs import DROPPED, QUOTED, Attribution, find_attribution

_FEWEST_WORDS_QUOTED = 4
_LONGEST_WORD = 9
_SPEECH_ENDS = (",", ".", "!", "?", "。", "،")
_DASHES = ",，،–—-"
_LONGEST_TAIL = 34
_FEWEST_WORDS_CLAIMED = 3
_LONGEST_ADJUNCT = 8
_BLOCKS_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a sentence, and where the words that only say so begin if they end it."""

    speaker: Speaker
    tail: int | None = None


class Attributor:
    """Reads the voices block by block; it remembers the last speaker for "he said" and quotations that run on."""

    def __init__(self, language: Lexicon, register: NameRegister) -> None:
        self._language = language
        self._register = register
        self._last: Speaker | None = None
        self._last_person: Speaker | None = None
        self._described: dict[str, str] = {}
        self._speakers: dict[str, str] = {}  # surname → the full name under which somebody has spoken
        self._age = 0
        self._running = False

    def read(self, block: str, sentences: Sequence[Sentence], quotations: Quotations) -> list[Voice | None]:
        """Return the voice of each sentence of the block; None where the article itself speaks."""
        self._age += 1
        voices: list[Voice | None] = []
        narrations = [_narration(block, sentence, quotations) for sentence in sentences]
        for narration in narrations:
            found = find_attribution(narration, self._language)
            if (
                found
                and found.phrase.lower() in self._language.he | self._language.she
                and found.start > len(found.phrase)
            ):
                self._follow_topic(narration[: found.start])  # "Price did not respond, but he told …"
            speaker = self._resolve(found) if found else self._continued(narration)
            if speaker is None:
                self._follow_topic(narration)
            tail = _tail(narration, found, self._language) if found else None
            voices.append(Voice(speaker, tail) if speaker else None)
        self._spread(sentences, narrations, quotations, voices)
        return voices

    def _resolve(self, found: Attribution) -> Speaker | None:
        if found.phrase == DROPPED:
            return self._pronoun(feminine=None)
        speaker = read_speaker(found.phrase, found.description, self._language)
        if speaker is None:
            return None
        lower = speaker.name.lower()
        if lower in self._language.he or lower in self._language.she:
            return self._pronoun(feminine=speaker.feminine)
        full = None if speaker.office else self._speakers.get(speaker.name, self._register.full(speaker.name))
        speaker = replace(speaker, name=full, person=True) if full else speaker
        if (
            speaker.office
            and self._last_person is not None
            and self._is_same_office(speaker, self._last_person)
        ):
            speaker = self._last_person
        if speaker.description:
            self._described.setdefault(speaker.name, speaker.description)
        elif speaker.name in self._described:
            speaker = replace(speaker, description=self._described[speaker.name])
        self._remember(speaker)
        return speaker

    def _follow_topic(self, narration: str) -> None:
        """Note the person whom the article makes its subject: the next "he said" means that one."""
        person = self._register.person_at_start(narration)
        if person is not None and (self._last_person is None or person != self._last_person.name):
            self._last_person = Speaker(person, self._described.get(person), person=True)
            self._age = 0

    def _continued(self, narration: str) -> Speaker | None:
        """Return the last speaker where the grammar says so: "وأضاف أن", the German subjunctive."""
        if any(pattern.search(narration) for pattern in self._language.resumes):
            return self._pronoun(feminine=None)
        reported = self._language.reported_speech
        if not reported or self._last is None or self._age > 1 or self._language.speaks(narration):
            return None
        if not any(token.key in reported for token in tokenise(narration)):
            return None
        self._age = 0
        return self._last

    def _remember(self, speaker: Speaker) -> None:
        self._last, self._age = speaker, 0
        if speaker.person:
            self._last_person = speaker
            names = speaker.name.split()
            if len(names) > 1:
                self._speakers[names[0]] = self._speakers[names[-1]] = speaker.name

    def _pronoun(self, *, feminine: bool | None) -> Speaker | None:
        """Return the last person who spoke, unless that is long ago or the pronoun contradicts."""
        person = self._last_person
        if person is None or self._age > _BLOCKS_REMEMBERED:
            return None
        if None not in (feminine, person.feminine) and feminine != person.feminine:
            return None
        if person.feminine is None:
            person = replace(person, feminine=feminine)
        self._remember(person)
        return person

    def _is_same_office(self, speaker: Speaker, person: Speaker) -> bool:
        """Read "the minister" after "Health Minister Anna Weber" as her."""
        tokens = name_tokens(speaker.name)
        definite = tokens[0].lower() in self._language.definite or len(tokens) == 1
        return (
            definite
            and len(tokens) <= 2
            and is_role(tokens[-1], self._language)
            and tokens[-1].lower() not in self._language.bodies
            and tokens[-1].lower() in (person.description or "").lower()
        )

    def _spread(
        self,
        sentences: Sequence[Sentence],
        narrations: Sequence[str],
        quotations: Quotations,
        voices: list[Voice | None],
    ) -> None:
        """Give every sentence of a quotation the voice of the sentence that names the speaker."""
        inside = _held(sentences, narrations, quotations)
        opens_with_quotation = bool(inside) and not _spoken(narrations[0]).strip(" .,!?…")
        runs_on = self._running and self._last is not None and opens_with_quotation
        current = Voice(self._last) if runs_on and self._last else None
        for held in inside:
            own = next((voices[index] for index in reversed(held) if voices[index]), None)
            only_quoted = all(not words(_spoken(narrations[index])) for index in held)
            if own is None and not only_quoted:
                current = None
            current = own or current
            for index in held:
                if voices[index] is None and current is not None:
                    voices[index] = Voice(current.speaker)
        last = inside[-1][-1] if inside else None
        self._running = last is not None and last == len(sentences) - 1 and voices[last] is not None


def _held(sentences: Sequence[Sentence], narrations: Sequence[str], quotations: Quotations) -> list[range]:
    """Return, for each quotation that is speech, the indexes of the sentences it touches."""
    starts = [sentence.start for sentence in sentences]
    ends = [sentence.end for sentence in sentences]
    held = (
        range(bisect_right(ends, quotation.start), bisect_left(starts, quotation.end))
        for quotation in quotations.spans
    )
    return [indexes for indexes in held if any(QUOTED in narrations[index] for index in indexes)]


def _spoken(narration: str) -> str:
    return narration.replace(QUOTED, "")


def _narration(block: str, sentence: Sentence, quotations: Quotations) -> str:
    """Return the sentence with its quotations blanked; a word or two in scare quotes stay as words."""
    parts = []
    position = sentence.start
    for quotation in quotations.within(sentence.start, sentence.end):
        start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
        words_in_it = block[start:end]
        parts.append(block[position:start])
        if _is_speech(block[quotation.start + 1 : quotation.end - 1][:200]):
            parts.append(QUOTED * len(words_in_it))
        else:
            parts.append("".join(" " if mark in QUOTATION_MARKS else mark for mark in words_in_it))
        position = end
    parts.append(block[position : sentence.end])
    return "".join(parts)


def _is_speech(inner: str) -> bool:
    """Tell speech from scare quotes: four words, a comma or full stop inside the marks, or script without spaces."""
    found = words(inner)
    if len(found) >= _FEWEST_WORDS_QUOTED or inner.rstrip().endswith(_SPEECH_ENDS):
        return True
    return len(found) == 1 and len(inner) > _LONGEST_WORD


def _tail(narration: str, found: Attribution, language: Lexicon) -> int | None:
    """Return where a closing attribution begins: after the quotation or the last comma before it."""
    before = narration[: found.start].rstrip()
    after = narration[found.end :]
    if len(words(before)) < _FEWEST_WORDS_CLAIMED <= len(words(narration)) and QUOTED not in before:
        return None
    if not before.endswith((*_DASHES, QUOTED)):
        return None
    if (
        QUOTED in after
        or len(words(after)) > _LONGEST_ADJUNCT
        or len(words(narration[found.start :])) > _LONGEST_TAIL
    ):
        return None
    if "," in after.strip(" ,.") and "according" not in language.signals.find(after, tokenise(after)):
        return None
    return len(before.rstrip(f" {_DASHES}"))
