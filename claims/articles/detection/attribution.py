"""Find who says what: the claimant of each sentence, from verbs of saying, sources named, running quotations and turns.

Nobody rather than a wrong one: a speaker is a member of the text's cast, or a name, office or body that cannot be
anything else. A pronoun, an office or a surname that may mean two people means nobody.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.articles.detection.cast import Cast, Member, Mention
from claims.articles.detection.dialogues import Turn
from claims.articles.detection.focus import Focus
from claims.articles.detection.grammar import Grammar, grammar_of
from claims.articles.detection.lexicon import Lexicon, tokenise, words
from claims.articles.detection.names import (
    ELISION,
    gender_of_roles,
    is_capital,
    is_given_name,
    is_role,
    name_tokens,
)
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations
from claims.articles.detection.sentences import Sentence
from claims.articles.detection.speakers import (
    Speaker,
    is_body_word,
    is_complement,
    is_known_kind,
    read_speaker,
)
from claims.articles.detection.speech_verbs import DROPPED, QUOTED, Attribution, find_attribution, says_more

_FEWEST_WORDS_QUOTED = 4
_LONGEST_WORD = 9
_SPEECH_ENDS = (",", ".", "!", "?", "。", "،", "，", "！", "？")
_DASHES = ",，،–—-"
_LONGEST_TAIL = 34
_FEWEST_WORDS_CLAIMED = 3
_LONGEST_ADJUNCT = 8
_LONGEST_COUNTRY = 12
_NEAR = 30
_OPENING, _OPENING_WORDS = 60, 3
_LONGEST_BETWEEN = 5
_LONGEST_BEHIND = 14
_COLON = re.compile(rf"^(?:\W*\d{{1,2}}[:.h]\d{{2}}\b)?([^:：{QUOTED}]{{2,140}})[:：]\s*{QUOTED}")
_QUESTION = re.compile(r"[?？؟]\W*$")
_ABSTRACT = ("ung", "heit", "keit", "schaft", "ion", "tät")


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a sentence, and where the words that only say so begin if they end it."""

    speaker: Speaker
    tail: int | None = None


class Attributor:
    """Reads the voices block by block; it remembers who spoke for "he said" and quotations that run on."""

    def __init__(self, language: Lexicon, cast: Cast) -> None:
        self._language = language
        self._grammar: Grammar = grammar_of(language)
        self._cast = cast
        self._focus = Focus()
        self._described: dict[str, str] = {}
        self._last: Speaker | None = (
            None  # who spoke in the sentence before, None behind the article's own voice
        )
        self._running = False

    def read(
        self, block: str, sentences: Sequence[Sentence], quotations: Quotations, turn: Turn | None = None
    ) -> list[Voice | None]:
        """Return the voice of each sentence of the block; None where the article itself speaks."""
        self._focus.next_block()
        if turn is not None and turn.firm:
            return self._turn(turn, len(sentences))
        narrations = [
            _narration(block, sentence, quotations, self._language, self._grammar) for sentence in sentences
        ]
        voices = [self._voice(narration) for narration in narrations]
        self._spread(sentences, narrations, quotations, voices)
        if turn is not None:
            return self._answer(turn, voices)
        return voices

    def _turn(self, turn: Turn, count: int) -> list[Voice | None]:
        self._running, self._last = False, None
        if turn.member is None:
            return [None] * count
        self._focus.spoke(turn.member)
        return [Voice(self._speaker(turn.member))] * count

    def _answer(self, turn: Turn, voices: list[Voice | None]) -> list[Voice | None]:
        """Give an answer whose speaker no label names to whoever its own words name, else to the interviewee."""
        own = next((voice for voice in voices if voice is not None), None)
        if own is None and turn.member is not None:
            self._focus.spoke(turn.member)
            own = Voice(self._speaker(turn.member))
        return [voice or (Voice(own.speaker) if own else None) for voice in voices]

    def _voice(self, narration: str) -> Voice | None:
        self._focus.next_sentence()
        mentions = self._cast.mentions(narration)
        found = find_attribution(narration, self._language, self._grammar)
        if found is not None and self._is_unsaid(narration, found):
            self._last = None
            self._focus.note(mentions)
            return None
        before = [mention for mention in mentions if found is None or mention.start < found.start]
        self._focus.note(before)
        speaker = self._resolve(found, narration) if found else None
        speaker = speaker or self._unannounced(narration, mentions)
        if speaker is None and found is None:
            speaker = self._continued(narration)
        self._focus.note([mention for mention in mentions if mention not in before])
        if speaker is not None:
            self._remember(speaker)
        elif not any(mention.subject for mention in mentions):
            self._shadow(narration)
        self._last = speaker
        if speaker is None:
            return None
        return Voice(speaker, _tail(narration, found, self._language) if found else None)

    def _is_unsaid(self, narration: str, found: Attribution) -> bool:
        """Tell a question, a condition and "nobody": "Did Ruiz say that …?", "If Ruiz says that …"."""
        if QUOTED in narration:
            return False
        if _QUESTION.search(narration):
            return True
        opening = words(narration[: max(found.start, found.end - 1)])
        clause = narration[: found.end].rpartition(",")[0]
        return bool(opening) and opening[0].lower() in self._grammar.unsaid and not clause.strip()

    def _remember(self, speaker: Speaker) -> None:
        """Let the next "he" mean whoever speaks; "a spokesman" too, lest it mean somebody before him."""
        member = self._cast.find(speaker.name)
        if member is None and not self._is_body(speaker.name):
            member = Member(speaker.name, person=True, feminine=speaker.feminine)
        if member is not None and member.person:
            self._focus.spoke(member)
        elif member is not None and " " in member.name and not self._is_body(member.name):
            self._focus.shadow(None)  # perhaps a person with an unusual name

    def _shadow(self, narration: str) -> None:
        """Note a sentence about an office whose holder is not known: "Le ministre, qui était absent, …"."""
        opening = name_tokens(narration[:_OPENING])[:_OPENING_WORDS]
        offices = [word for word in opening if is_role(word, self._language)]
        if self._language.cased and offices and not is_body_word(offices[0], self._language):
            self._focus.shadow(gender_of_roles(offices[:1], self._language))

    def _is_body(self, phrase: str) -> bool:
        if not self._language.cased:
            return not any(is_role(word, self._language) for word in name_tokens(phrase))
        return any(is_body_word(word, self._language) for word in name_tokens(phrase))

    def _resolve(self, found: Attribution, narration: str) -> Speaker | None:
        """Return whom the phrase means, None if it may mean nobody or more than one."""
        feminine = self._grammar.gender_of_verb(found.verb)
        if found.phrase == DROPPED:
            return self._pronoun(feminine)
        speaker = read_speaker(found.phrase, found.description, self._language)
        if speaker is None or self._is_anothers(speaker, found):
            return None
        key = speaker.name.lower()
        if key in self._language.he or key in self._language.she:
            return self._pronoun(speaker.feminine if self._language.she else feminine)
        member = self._member(speaker, found)
        if member is not None:
            if member.person and member.feminine is None:
                member.feminine = speaker.feminine if feminine is None else feminine
            return self._speaker(member, speaker.description)
        if speaker.office:
            return self._office(speaker, found)
        return self._stranger(speaker, found, narration)

    def _is_anothers(self, speaker: Speaker, found: Attribution) -> bool:
        """Tell "Адвокат мэра Ивана Лескова" and "Pengacara Bupati Budi", where the person named is not who speaks."""
        tokens = name_tokens(found.phrase)
        bare = [token for token in tokens if token.lower() not in self._language.determiners]
        if bare and bare[0].lower() in self._grammar.dependents and len(bare) > 1 and self._language.cased:
            return True
        if not self._language.cased:
            return self._cast.belongs(found.phrase, speaker.name)
        given = name_tokens(speaker.name)[:1]
        if not self._grammar.genitives or not given or speaker.office:
            return False
        if found.verb:
            return not is_given_name(given[0]) and is_given_name(self._grammar.nominative(given))
        offices = [token for token in tokens if is_role(token, self._language)]
        return sum(not is_body_word(office, self._language) for office in offices) > 1

    def _member(self, speaker: Speaker, found: Attribution) -> Member | None:
        """Return the member of the cast whom a name means, in full or in part."""
        if speaker.office and self._language.cased:
            return self._within(found.phrase) or self._cast.short_form(speaker.name)
        name = speaker.name
        if found.source in self._grammar.genitive_after:
            name = self._grammar.nominative(name_tokens(name))
        member = self._cast.find(name)
        if member is not None and name != speaker.name == member.name:
            return self._cast.rename(member, name)  # the text has the name in the genitive only
        if member is None and not self._language.cased:
            member = self._cast.find(found.phrase) or self._cast.ending(found.phrase)
        if member is None:
            member = self._within(speaker.name)
        if member is None:
            return None
        office = speaker.description if speaker.person else None
        return self._cast.enrol(
            member.name, person=self._is_somebody(speaker), feminine=speaker.feminine, office=office
        )

    def _within(self, phrase: str) -> Member | None:
        """Find the person in "Bewoner Rik Smit" and "Ada Hold of the Institute", the body in "der Bund Küste"."""
        if not self._language.cased:
            return None
        tokens = name_tokens(phrase)
        joints = (self._language.of | self._language.inside | self._language.by) - {"the"}
        for start in range(1, len(tokens) - 1):
            if not is_capital(tokens[start]) or tokens[start - 1].lower() in joints:
                continue
            member = self._cast.find(" ".join(tokens[start:]))
            if is_complement(tokens[:start], self._language):
                continue
            small = all(token.lower() in self._language.determiners for token in tokens[:start])
            if member is not None and (member.person or small):
                return member
        for end in range(len(tokens) - 1, 1, -1):
            if tokens[end].lower() in self._language.of | self._language.inside:
                member = self._cast.find(" ".join(tokens[:end]))
                if member is not None and member.person:
                    return member
        return None

    def _office(self, speaker: Speaker, found: Attribution) -> Speaker | None:
        """Return who holds the office if only one does, the office itself if the text names no holder of such a one."""
        tokens = name_tokens(found.phrase)
        if not tokens or tokens[0].lower() in self._grammar.possessives:
            return None
        if tokens[-1].isupper() and len(tokens[-1]) > 1 and tokens[-1] == speaker.name:
            return self._named(speaker)  # "nach Angaben des RKI"
        key = tokens[0].lower()
        indefinite = key in self._language.determiners and key not in self._language.definite
        if not indefinite:
            body = any(is_body_word(token, self._language) for token in tokens)
            holders, alike = ([], False) if body else self._cast.holders(found.phrase)
            if len(holders) == 1:
                return self._speaker(holders[0])
            if alike:
                return None
            bodies, alike = self._cast.body(found.phrase)
            if len(bodies) == 1:
                return self._speaker(bodies[0])
            if alike or (self._is_definite(tokens) and self._focus.has_people):
                return None  # "the researcher" is somebody of whom the text has said more
        if not is_known_kind(tokens, self._language):
            return None
        if found.source in self._grammar.genitive_after:
            first, *rest = name_tokens(speaker.name)
            return replace(speaker, name=" ".join([self._grammar.nominative([first]), *rest]))
        return speaker

    def _is_definite(self, tokens: Sequence[str]) -> bool:
        """Tell "the researcher", who was named before, from "the ministry" and "the head of the port"."""
        bare = [ELISION.sub("", token) for token in tokens if token.lower() not in self._language.definite]
        marked = (
            len(bare) < len(tokens) or ELISION.match(tokens[0]) is not None or not self._language.definite
        )
        named = is_capital(bare[0]) and not self._language.nouns_capitalised if bare else False
        return marked and len(bare) == 1 and not named and not is_body_word(bare[0], self._language)

    def _stranger(self, speaker: Speaker, found: Attribution, narration: str) -> Speaker | None:
        """Accept a name that the cast does not hold if it is one: words, an acronym, a country, no first word."""
        if not self._language.cased:
            return self._body_without_case(speaker, found)
        tokens = name_tokens(speaker.name)
        if self._joins_people(tokens):
            return None
        genitive = found.source in self._grammar.genitive_after
        if speaker.name.endswith(self._grammar.oblique) and found.verb:
            return None  # "Жителям сказали" is said to them, not by them
        if len(tokens) > 1:
            known = any(is_capital(token) for token in tokens[1:]) or is_known_kind(tokens, self._language)
            return self._named(speaker, genitive=genitive) if known else None
        word = tokens[0] if tokens else ""
        opens = not narration[: found.start].strip(" *_—–-") and narration.lstrip(" *_—–-").startswith(word)
        country = "country" in self._language.signals.find(word, tokenise(word))
        if (word.isupper() and len(word) > 1) or country or is_known_kind(tokens, self._language):
            return self._named(speaker, genitive=genitive and not word.isupper())
        if self._language.nouns_capitalised:
            bare = name_tokens(found.phrase)[0] == word
            return self._named(speaker) if bare and not word.lower().endswith(_ABSTRACT) else None
        # English has no singular noun without an article: "Apple says" names somebody, "Trucks say" may not.
        singular = bool(self._language.definite) and not word.endswith("s")
        if opens and not singular and not self._cast.is_known_word(word):
            return None
        return self._named(speaker, genitive=genitive)

    def _is_somebody(self, speaker: Speaker) -> bool:
        """Tell whether the words around a name show a person's: an office, a form of address, a given name."""
        if not self._language.cased:
            return speaker.person and not self._grammar.is_body(speaker.description or "", self._language)
        return speaker.person and (bool(speaker.description) or is_given_name(speaker.name.split()[0]))

    def _joins_people(self, tokens: Sequence[str]) -> bool:
        """Tell "Kern and Toll", who are two, from the Food and Drug Office."""
        for index, token in enumerate(tokens[1:-1], start=1):
            if token in self._grammar.conjunctions:
                sides = (
                    self._cast.find(" ".join(tokens[:index])),
                    self._cast.find(" ".join(tokens[index + 1 :])),
                )
                if any(side is not None and side.person for side in sides):
                    return True
        return False

    def _named(self, speaker: Speaker, *, genitive: bool = False) -> Speaker:
        tokens = name_tokens(speaker.name)
        name = self._grammar.nominative(tokens) if genitive else speaker.name
        member = self._cast.enrol(
            name, person=self._is_somebody(speaker), feminine=speaker.feminine, office=None
        )
        return self._speaker(member, speaker.description)

    def _body_without_case(self, speaker: Speaker, found: Attribution) -> Speaker | None:
        """Accept a name behind an office, a body or a country where no capital tells a name from other words."""
        if speaker.person and speaker.description:
            return self._named(speaker)
        holders, alike = self._cast.holders(found.phrase)
        if len(holders) == 1:
            return self._speaker(holders[0])
        if alike:
            return None
        name = speaker.name
        country = (
            "country" in self._language.signals.find(name, tokenise(name)) and len(name) <= _LONGEST_COUNTRY
        )
        if country or self._grammar.is_body(name, self._language):
            return speaker
        return None

    def _speaker(self, member: Member, description: str | None = None) -> Speaker:
        if description:
            first, _, rest = description.partition(" ")
            description = rest if rest and first.lower() in self._grammar.possessives else description
            self._described.setdefault(member.name, description)
        return Speaker(
            member.name, self._described.get(member.name), person=member.person, feminine=member.feminine
        )

    def _pronoun(self, feminine: bool | None) -> Speaker | None:
        member = self._focus.antecedent(feminine)
        if member is None:
            return None
        if member.feminine is None:
            member.feminine = feminine
        return self._speaker(member)

    def _unannounced(self, narration: str, mentions: Sequence[Mention]) -> Speaker | None:
        """Read what no known verb of saying attributes: a colon, a name at a quotation, a second verb."""
        people = [mention for mention in mentions if mention.member.person]
        if len({id(mention.member) for mention in people}) == 1:
            mention = people[0]
            colon = _COLON.match(narration)
            if mention.subject and colon:
                named = read_speaker(colon[1].partition(",")[0], None, self._language)
                described = named.description if named and named.name == mention.member.name else None
                return self._speaker(mention.member, described)
            if (
                mention.subject
                and self._language.cased
                and says_more(narration, self._language, self._grammar)
            ):
                return self._speaker(mention.member)
            if self._stands_behind_quotation(narration, mention):
                return self._speaker(mention.member)
        return None

    def _stands_behind_quotation(self, narration: str, mention: Mention) -> bool:
        """Tell "“…”, proclamó Lema." from "“…”, painted by Lema, …": a verb and an office at most stand between."""
        if QUOTED not in narration[: mention.start] or QUOTED in narration[mention.start :]:
            return False
        opening, _, between = narration[: mention.start].rpartition(QUOTED)
        if words(opening.replace(QUOTED, "")):
            return False
        between_words = words(between)
        small = self._language.by | self._language.of | self._language.relatives | self._language.inside
        if not 1 <= len(between_words) <= _LONGEST_BETWEEN or not between_words[0][0].islower():
            return False
        if any(word.lower() in small - self._language.determiners for word in between_words):
            return False
        return len(words(narration[mention.start :])) <= _LONGEST_BEHIND

    def _continued(self, narration: str) -> Speaker | None:
        """Return the last speaker where the grammar says so: "وأضاف أن", the German subjunctive."""
        if any(pattern.search(narration) for pattern in self._language.resumes):
            found = next(filter(None, (pattern.search(narration) for pattern in self._language.resumes)))
            return self._pronoun(self._grammar.gender_of_verb(found[0].split()[0]))
        reported = self._language.reported_speech
        if not reported or self._last is None or self._language.speaks(narration):
            return None
        if next(self._grammar.without_voice(narration), None) is not None or not any(
            token.key in reported for token in tokenise(narration)
        ):
            return None
        return self._last

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
        runs_on = self._running and self._running_voice is not None and opens_with_quotation
        current = Voice(self._running_voice) if runs_on and self._running_voice else None
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
        final = voices[-1] if voices else None
        self._running_voice = final.speaker if final is not None else None
        if final is not None:
            self._last = final.speaker

    _running_voice: Speaker | None = None


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


def _narration(
    block: str, sentence: Sentence, quotations: Quotations, language: Lexicon, grammar: Grammar
) -> str:
    """Return the sentence with its quotations blanked; a word or two in scare quotes stay as words."""
    parts: list[str] = []
    position = sentence.start
    for quotation in quotations.within(sentence.start, sentence.end):
        start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
        words_in_it = block[start:end]
        parts.append(block[position:start])
        speech = _is_speech(block[quotation.start + 1 : quotation.end - 1][:200])
        if speech or _is_attributed(
            block[sentence.start : start], block[end : sentence.end], language, grammar
        ):
            parts.append(QUOTED * len(words_in_it))
        else:
            parts.append("".join(" " if mark in QUOTATION_MARKS else mark for mark in words_in_it))
        position = end
    parts.append(block[position : sentence.end])
    return "".join(parts)


def _is_attributed(before: str, after: str, language: Lexicon, grammar: Grammar) -> bool:
    """Tell a short quotation that somebody says from scare quotes: behind a colon, or before a verb of saying."""
    if before.rstrip().endswith((":", "：")):
        return True
    if not words(before) and after.lstrip()[:1] in tuple(",،，–—"):
        return True
    behind = after[:_NEAR].lstrip(" ,،，–—-")
    if grammar.quotatives and behind.startswith(grammar.quotatives):
        return True
    return not words(before) and bool(behind) and behind[0].islower() and language.speaks(behind)


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
