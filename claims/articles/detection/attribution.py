"""Find the claimant of each sentence, from verbs of saying, named sources, quotations and dialogue turns.

A speaker is a person or body in the text's list of people, or a phrase that can only be a name, an office or a body.
Ambiguous pronouns, offices and surnames yield no speaker: no speaker is better than a wrong one.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from claims.articles.detection.dialogues import DialogueTurn
from claims.articles.detection.focus import Focus
from claims.articles.detection.grammar import Grammar, load_grammar
from claims.articles.detection.identities import Identities
from claims.articles.detection.lexicon import Lexicon, split_words, tokenise
from claims.articles.detection.names import find_gender_of_roles, is_capital, is_role, split_name
from claims.articles.detection.narrations import extract_narration
from claims.articles.detection.people import KnownPeople, NamedEntity, NameMention
from claims.articles.detection.quotations import Quotations
from claims.articles.detection.sentences import Sentence
from claims.articles.detection.speakers import Speaker, is_body_word, read_speaker
from claims.articles.detection.speech_verbs import (
    MAX_TAIL_LENGTH,
    QUOTED_MARK,
    Attribution,
    find_attribution,
    find_tail,
    has_second_speech_verb,
)

_OPENING_LENGTH, _OPENING_WORD_COUNT = 60, 3
_FIRST_TWO_WORDS = re.compile(r"^\W*([^\W\d_][\w’'-]*) ([\w’'-]+)")
_MAX_LENGTH_BETWEEN = 5
_MAX_LENGTH_BEHIND = 14
_COLON_PATTERN = re.compile(
    rf"^(?:\W*\d{{1,2}}[:.h]\d{{2}}\b)?([^:：{QUOTED_MARK}]{{2,140}})[:：]\s*{QUOTED_MARK}"
)
_SENTENCE_STOP = re.compile(r"[.!?…。！？]\s+")
_QUESTION_PATTERN = re.compile(r"[?？؟]\W*$")


@dataclass(frozen=True, slots=True)
class SentenceSpeaker:
    """The speaker of a sentence, and the position at which a closing attribution ("…, she said") begins."""

    speaker: Speaker
    tail_start: int | None = None


class Attributor:
    """Finds the speaker of each sentence, block by block, and remembers the last speaker for later pronouns."""

    def __init__(self, language: Lexicon, people: KnownPeople) -> None:
        self._language = language
        self._grammar: Grammar = load_grammar(language)
        self._people = people
        self._focus = Focus()
        self._identities = Identities(language, self._grammar, people, self._focus)
        # The speaker of the previous sentence, and of the quotation that ended the previous block.
        self._last_speaker: Speaker | None = None
        self._running_speaker: Speaker | None = None
        self._is_unclosed = False

    def attribute_block(
        self,
        block: str,
        sentences: Sequence[Sentence],
        quotations: Quotations,
        dialogue_turn: DialogueTurn | None = None,
        introduction: str = "",
    ) -> list[SentenceSpeaker | None]:
        """Return the speaker of each sentence of the block; None for the article's own words.

        Args:
            introduction: the preceding block, if it ends in a colon.
        """
        if introduction and quotations.spans and quotations.spans[0].start == 0:
            self._running_speaker = self._read_introduced_speaker(_SENTENCE_STOP.split(introduction)[-1])
        self._focus.start_block()
        if dialogue_turn is not None and dialogue_turn.is_labelled:
            return self._read_turn(dialogue_turn, len(sentences))
        narrations = [
            extract_narration(block, sentence, quotations, self._language, self._grammar)
            for sentence in sentences
        ]
        previous_speaker = self._last_speaker
        speakers = self._find_speakers(sentences, narrations, quotations)
        if previous_speaker and not any(speakers) and all(map(_is_only_quoted, narrations)):
            # A paragraph that consists of a quotation continues the last speaker of the previous one.
            speakers = [SentenceSpeaker(previous_speaker)] * len(speakers)
        self._spread_speaker(sentences, narrations, quotations, speakers)
        if dialogue_turn is not None:
            return self._read_answer(dialogue_turn, speakers, narrations)
        return speakers

    def _read_turn(self, dialogue_turn: DialogueTurn, count: int) -> list[SentenceSpeaker | None]:
        self._running_speaker = self._last_speaker = None
        if dialogue_turn.member is None:
            return [None] * count
        self._focus.note_speaker(dialogue_turn.member)
        return [SentenceSpeaker(self._identities.build_speaker(dialogue_turn.member))] * count

    def _read_answer(
        self,
        dialogue_turn: DialogueTurn,
        speakers: list[SentenceSpeaker | None],
        narrations: Sequence[str],
    ) -> list[SentenceSpeaker | None]:
        """Return the speakers of an answer without a label: the speaker named in the answer, or else the interviewee.

        If the answer is quoted, the words outside the quotation are the article's own.
        """
        own_speaker = next(
            (sentence_speaker for sentence_speaker in speakers if sentence_speaker is not None), None
        )
        if own_speaker is None and dialogue_turn.member is not None:
            self._focus.note_speaker(dialogue_turn.member)
            own_speaker = SentenceSpeaker(self._identities.build_speaker(dialogue_turn.member))
        has_quote = any(QUOTED_MARK in narration for narration in narrations)
        return [
            sentence_speaker
            or (
                SentenceSpeaker(own_speaker.speaker)
                if own_speaker and (QUOTED_MARK in narration or not has_quote)
                else None
            )
            for sentence_speaker, narration in zip(speakers, narrations, strict=True)
        ]

    def _read_introduced_speaker(self, introduction: str) -> Speaker | None:
        """Return the speaker introduced by "Ana Ruiz replied:"; None if two people are named and nobody speaks."""
        narration = f"{introduction} {QUOTED_MARK * MAX_TAIL_LENGTH}"
        mentions = self._people.find_mentions(introduction)
        is_clear = len(mentions) < 2 or find_attribution(narration, self._language, self._grammar) is not None
        if is_clear and (sentence_speaker := self._build_speaker(narration)):
            return sentence_speaker.speaker
        only_mention = mentions[0] if len(mentions) == 1 and mentions[0].is_subject else None
        if only_mention is None or not self._can_be_person(only_mention.member):
            return None
        return self._identities.build_speaker(only_mention.member)

    def _find_speakers(
        self, sentences: Sequence[Sentence], narrations: Sequence[str], quotations: Quotations
    ) -> list[SentenceSpeaker | None]:
        """Return the speaker of each sentence, as far as the sentence's own words show it.

        If a quotation spans several sentences, the words before and after it form one clause: one part names the
        speaker, the other has the verb.
        """
        speakers: list[SentenceSpeaker | None] = []
        while len(speakers) < len(sentences):
            first_index = last_index = len(speakers)
            while last_index + 1 < len(sentences) and _is_inside(sentences[last_index].end, quotations):
                last_index += 1
            joined_narrations = narrations[first_index : last_index + 1]
            opens_itself = (
                bool(split_words(_remove_quotations(joined_narrations[0]))) and last_index > first_index
            )
            if opens_itself and bool(split_words(_remove_quotations(joined_narrations[-1]))):
                sentence_speaker = self._build_speaker(" ".join(joined_narrations))
                speakers += [SentenceSpeaker(sentence_speaker.speaker) if sentence_speaker else None] * len(
                    joined_narrations
                )
            else:
                speakers += [self._build_speaker(narration) for narration in joined_narrations]
        return speakers

    def _build_speaker(self, narration: str) -> SentenceSpeaker | None:
        if not _is_only_quoted(narration):
            self._focus.start_sentence()
        mentions = self._people.find_mentions(narration)
        attribution = find_attribution(narration, self._language, self._grammar)
        if attribution is not None and self._is_not_asserted(narration, attribution):
            self._last_speaker = None
            self._focus.note_mentions(mentions)
            return None
        mentions_before = [
            mention for mention in mentions if attribution is None or mention.start < attribution.start
        ]
        self._focus.note_mentions(mentions_before)
        speaker = self._identities.find_speaker(attribution, narration) if attribution else None
        speaker = speaker or self._read_unannounced_speaker(narration, mentions)
        if speaker is None and attribution is None:
            speaker = self._continue_speaker(narration)
        self._focus.note_mentions([mention for mention in mentions if mention not in mentions_before])
        if speaker is not None:
            self._remember(speaker)
        else:
            self._note_unnamed_person(
                narration, next((mention for mention in mentions if mention.is_subject), None)
            )
        if speaker is not None or not _is_only_quoted(narration):
            self._last_speaker = speaker
        if speaker is None:
            return None
        return SentenceSpeaker(
            speaker, find_tail(narration, attribution, self._language) if attribution else None
        )

    def _is_not_asserted(self, narration: str, attribution: Attribution) -> bool:
        """Return whether a sentence asks, supposes or denies that someone spoke: "Did Ruiz say that …?"."""
        if QUOTED_MARK in narration:
            return False
        if _QUESTION_PATTERN.search(narration):
            return True
        opening = split_words(narration[: max(attribution.start, attribution.end - 1)])
        clause = narration[: attribution.end].rpartition(",")[0]
        return bool(opening) and opening[0].lower() in self._grammar.unsaid_words and not clause.strip()

    def _remember(self, speaker: Speaker) -> None:
        """Remember the speaker, including an unnamed "spokesman", as the person that the next "he" may mean."""
        member = self._people.find(speaker.name)
        if member is None and not self._is_body(speaker.name):
            member = NamedEntity(speaker.name, is_person=True, is_feminine=speaker.is_feminine)
        if member is not None and member.is_person:
            self._focus.note_speaker(member)
        elif member is not None and " " in member.name and not self._is_body(member.name):
            self._focus.note_unnamed_person(None)  # perhaps a person with an unusual name

    def _note_unnamed_person(self, narration: str, subject: NameMention | None) -> None:
        """Note a person without a known name, so that "he" does not refer to an earlier person.

        The sentence has an office whose holder is unknown ("Le ministre, qui était absent, …"), an unusual name, or a
        surname alone.
        """
        if subject is not None:
            if self._can_be_person(subject.member):
                self._focus.note_unnamed_person(None)
            return
        if self._has_leading_surname(narration):
            self._focus.note_unnamed_person(None)
            return
        opening = split_name(narration[:_OPENING_LENGTH])[:_OPENING_WORD_COUNT]
        offices = [word for word in opening if is_role(word, self._language)]
        if self._language.is_cased and offices and not is_body_word(offices[0], self._language):
            self._focus.note_unnamed_person(find_gender_of_roles(offices[:1], self._language))

    def _can_be_person(self, member: NamedEntity) -> bool:
        """Return whether an unclassified name may be a person's: "Ri Yong Ho", but not a ministry or a country."""
        if member.is_person or " " not in member.name or self._is_body(member.name):
            return False
        return not self._is_place(member.name)

    def _is_place(self, name: str) -> bool:
        return "country" in self._language.signals.find(name, tokenise(name))

    def _has_leading_surname(self, narration: str) -> bool:
        """Return whether a surname opens the sentence: "Lund disagreed.", not "Prices fell." if "prices" occurs too."""
        language = self._language
        first_words = _FIRST_TWO_WORDS.match(narration)
        if first_words is None or not language.is_cased:
            return False
        first_word, second_word = first_words.groups()
        joints = language.of_words | language.inside_words | language.determiners
        if language.has_capitalised_nouns and {"past", "state", "says"}.isdisjoint(
            language.signals.find(second_word, tokenise(second_word))
        ):
            return False  # "Immer wieder" and "Bevor er"
        return (
            is_capital(first_word)
            and second_word.islower()
            and second_word not in joints
            and first_word.lower() not in language.common_words | joints
            and not is_role(first_word, language)
            and not self._is_place(first_word)
            and not self._people.has_lower_case(first_word)
        )

    def _is_body(self, phrase: str) -> bool:
        if not self._language.is_cased:
            return not any(is_role(word, self._language) for word in split_name(phrase))
        words = [(word, is_body_word(word, self._language)) for word in split_name(phrase)]
        # "Chef der Feuerwehr" is a person.
        has_role = any(is_role(word, self._language) for word, is_body in words if not is_body)
        return not has_role and any(is_body for _word, is_body in words)

    def _read_unannounced_speaker(self, narration: str, mentions: Sequence[NameMention]) -> Speaker | None:
        """Return the speaker shown not by a verb of saying but by a colon, a name beside a quote, or a second verb."""
        people = [mention for mention in mentions if mention.member.is_person]
        if not mentions and _COLON_PATTERN.match(narration):
            return self._identities.find_opening_pronoun(narration)  # "But he knew: “…”"
        if len({id(mention.member) for mention in people}) == 1:
            mention = people[0]
            colon_match = _COLON_PATTERN.match(narration)
            if mention.is_subject and colon_match:
                label = colon_match[1].partition(",")[0].strip()
                person = (
                    read_speaker(label, None, self._language) if label.endswith(mention.member.name) else None
                )
                description = person.description if person and person.name == mention.member.name else None
                return self._identities.build_speaker(mention.member, description)
            if (
                mention.is_subject
                and self._language.is_cased
                and has_second_speech_verb(narration, self._language, self._grammar)
            ):
                return self._identities.build_speaker(mention.member)
            if self._is_behind_quotation(narration, mention):
                return self._identities.build_speaker(mention.member)
        return None

    def _is_behind_quotation(self, narration: str, mention: NameMention) -> bool:
        """Return whether only a verb, and perhaps an office, are between quotation and name: "“…”, proclamó Lema."."""
        name, before_mark, _ = narration[mention.start :].partition(QUOTED_MARK)
        if QUOTED_MARK not in narration[: mention.start]:
            return False
        if before_mark and len(split_words(name)) > len(mention.member.name.split()):
            return False
        opening, _, text_between = narration[: mention.start].rpartition(QUOTED_MARK)
        if split_words(opening.replace(QUOTED_MARK, "")):
            return False
        between_words = split_words(text_between)
        small_words = (
            self._language.by_words
            | self._language.of_words
            | self._language.relatives
            | self._language.inside_words
        )
        if not 1 <= len(between_words) <= _MAX_LENGTH_BETWEEN or not between_words[0][0].islower():
            return False
        if any(word.lower() in small_words - self._language.determiners for word in between_words):
            return False
        article_index = next(
            (index for index, word in enumerate(between_words) if word.lower() in self._language.determiners),
            len(between_words),
        )
        offices = between_words[article_index + 1 :]
        if not article_index or (offices and not any(is_role(word, self._language) for word in offices)):
            return False  # "“…,” the sign behind Ruiz read"
        return len(split_words(narration[mention.start :])) <= _MAX_LENGTH_BEHIND

    def _continue_speaker(self, narration: str) -> Speaker | None:
        """Return the last speaker if grammar (such as "وأضاف أن", a German subjunctive) shows that speech continues."""
        for pattern in self._language.resume_patterns:
            if match := pattern.search(narration):
                return self._resume_speaker(self._grammar.find_verb_gender(match[0].split()[0]))
        reported_speech = self._language.reported_speech
        if not reported_speech or self._last_speaker is None or self._language.has_speech_verb(narration):
            return None
        if next(self._grammar.find_impersonal_spans(narration), None) is not None or not any(
            token.key in reported_speech for token in tokenise(narration)
        ):
            return None
        return self._last_speaker

    def _resume_speaker(self, is_feminine: bool | None) -> Speaker | None:
        """Return the previous speaker (a person or an organisation), unless the verb form excludes that speaker."""
        if self._last_speaker is None:
            return None if is_feminine is None else self._identities.resolve_pronoun(is_feminine)
        is_contradicted = (
            None not in (is_feminine, self._last_speaker.is_feminine)
            and is_feminine != self._last_speaker.is_feminine
        )
        return None if is_contradicted else self._last_speaker

    def _spread_speaker(
        self,
        sentences: Sequence[Sentence],
        narrations: Sequence[str],
        quotations: Quotations,
        speakers: list[SentenceSpeaker | None],
    ) -> None:
        """Assign the speaker named in one sentence of a quotation to every sentence of the quotation."""
        sentences_inside = _find_touched_sentences(sentences, narrations, quotations)
        opens_with_quotation = bool(sentences_inside) and narrations[0].startswith(QUOTED_MARK)
        current_speaker = (
            SentenceSpeaker(self._running_speaker) if self._running_speaker and opens_with_quotation else None
        )
        continues, self._is_unclosed = (
            self._is_unclosed,
            bool(quotations.spans) and not quotations.spans[-1].is_closed,
        )
        for sentence_index in sentences_inside:
            own_speaker = next(
                (speakers[index] for index in reversed(sentence_index) if speakers[index]),
                None,
            )
            if (
                own_speaker is not None
                and own_speaker.speaker.is_office
                and continues
                and current_speaker is not None
            ):
                own_speaker = speakers[sentence_index[-1]] = SentenceSpeaker(
                    current_speaker.speaker, own_speaker.tail_start
                )  # the office belongs to the speaker
            is_only_quoted = all(_is_only_quoted(narrations[index]) for index in sentence_index)
            if own_speaker is None and not is_only_quoted:
                current_speaker = None
            elif current_speaker is None and sentence_index[0]:
                current_speaker = speakers[
                    sentence_index[0] - 1
                ]  # "She denies it, says Ruiz. “I was not there.”"
            current_speaker = own_speaker or current_speaker
            for index in sentence_index:
                if speakers[index] is None and current_speaker is not None:
                    speakers[index] = SentenceSpeaker(current_speaker.speaker)
        last_sentence = sentences_inside[-1][-1] if sentences_inside else None
        last_speaker = speakers[-1] if speakers else None
        self._running_speaker = (
            last_speaker.speaker if last_speaker is not None and last_sentence == len(sentences) - 1 else None
        )
        self._last_speaker = last_speaker.speaker if last_speaker is not None else self._last_speaker


def _find_touched_sentences(
    sentences: Sequence[Sentence], narrations: Sequence[str], quotations: Quotations
) -> list[range]:
    """Return, for each spoken quotation, the indexes of the sentences it overlaps."""
    sentence_starts = [sentence.start for sentence in sentences]
    sentence_ends = [sentence.end for sentence in sentences]
    sentences_inside = (
        range(bisect_right(sentence_ends, quotation.start), bisect_left(sentence_starts, quotation.end))
        for quotation in quotations.spans
    )
    return [
        indexes for indexes in sentences_inside if any(QUOTED_MARK in narrations[index] for index in indexes)
    ]


def _is_inside(position: int, quotations: Quotations) -> bool:
    quotation = quotations.find_at(position)
    return quotation is not None and quotation.start < position < quotation.end


def _is_only_quoted(narration: str) -> bool:
    return QUOTED_MARK in narration and not split_words(_remove_quotations(narration))


def _remove_quotations(narration: str) -> str:
    return narration.replace(QUOTED_MARK, "")
