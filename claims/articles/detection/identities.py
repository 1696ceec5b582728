"""Resolve each phrase to a known person, an unknown name, an office or a body; to None if uncertain."""

from collections.abc import Sequence
from dataclasses import replace

from claims.articles.detection.focus import Focus
from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon, tokenise
from claims.articles.detection.names import ELISION_PATTERN, is_capital, is_given_name, is_role, split_name
from claims.articles.detection.people import KnownPeople, NamedEntity
from claims.articles.detection.speakers import (
    Speaker,
    is_body_word,
    is_complement,
    is_known_speaker_kind,
    read_speaker,
)
from claims.articles.detection.speech_verbs import DROPPED_MARK, Attribution

_MAX_COUNTRY_WORDS = 12
_OPENING_WORD_COUNT = 2
_ABSTRACT_SUFFIXES = ("ung", "heit", "keit", "schaft", "ion", "tät")


class Identities:
    """A resolver of one text's phrases to people and bodies, using the text's list of people and the last speaker."""

    def __init__(self, language: Lexicon, grammar: Grammar, people: KnownPeople, focus: Focus) -> None:
        self._language = language
        self._grammar = grammar
        self._people = people
        self._focus = focus
        self._descriptions: dict[str, str] = {}

    def find_speaker(self, attribution: Attribution, narration: str) -> Speaker | None:
        """Return the person or body that the attribution names; None if ambiguous."""
        is_feminine = self._grammar.find_verb_gender(attribution.verb)
        if attribution.phrase == DROPPED_MARK:
            return self.resolve_pronoun(is_feminine)
        speaker = read_speaker(attribution.phrase, attribution.description, self._language)
        if speaker is None or self._belongs_to_other(speaker, attribution):
            return None
        key = speaker.name.lower()
        if key in self._language.he_words or key in self._language.she_words:
            return self.resolve_pronoun(speaker.is_feminine if self._language.she_words else is_feminine)
        member = self._find_member(speaker, attribution)
        if member is not None:
            if member.is_feminine is None:
                member.is_feminine = speaker.is_feminine if is_feminine is None else is_feminine
            return self.build_speaker(member, speaker.description)
        if speaker.is_feminine is None:
            speaker = replace(speaker, is_feminine=is_feminine)
        return (
            self._find_office(speaker, attribution)
            if speaker.is_office
            else self._build_stranger(speaker, attribution, narration)
        )

    def _belongs_to_other(self, speaker: Speaker, attribution: Attribution) -> bool:
        """Return whether the name belongs to another person: "Адвокат мэра Ивана Лескова", "Pengacara Bupati Budi"."""
        tokens = split_name(attribution.phrase)
        if not self._language.is_cased:
            return self._people.is_related(attribution.phrase, speaker.name)
        nouns = [token for token in tokens if token.lower() not in self._language.determiners]
        if len(nouns) > 1 and nouns[0].lower() in self._grammar.dependents:
            return True
        given_names = split_name(speaker.name)[:1]
        if not self._grammar.genitives or not given_names or speaker.is_office:
            return False
        if attribution.verb:
            return not is_given_name(given_names[0]) and is_given_name(
                self._grammar.build_nominative(given_names)
            )
        offices = [token for token in tokens if is_role(token, self._language)]
        return sum(not is_body_word(office, self._language) for office in offices) > 1

    def _find_member(self, speaker: Speaker, attribution: Attribution) -> NamedEntity | None:
        """Return the person in the article with this full or partial name."""
        if speaker.is_office and self._language.is_cased:
            return self._find_inside_phrase(attribution.phrase)
        name = speaker.name
        if attribution.source in self._grammar.genitive_after:
            name = self._grammar.build_nominative(split_name(name))
        member = self._people.find(name)
        if member is not None and name != speaker.name == member.name:
            return self._people.rename(member, name)  # the text only has the name in the genitive
        if member is None and not self._language.is_cased:
            last_words = " ".join(attribution.phrase.split()[-2:])  # "목포를 찾은 이 후보"
            member = (
                self._people.find(attribution.phrase)
                or self._people.find_at_phrase_edge(attribution.phrase)
                or self._people.find(last_words)
            )
        if member is None:
            member = self._find_inside_phrase(speaker.name)
        if member is None:
            return None
        office = speaker.description if speaker.is_person else None
        return self._people.add_quoted(
            member.name, is_person=self._is_person(speaker), is_feminine=speaker.is_feminine, office=office
        )

    def _find_inside_phrase(self, phrase: str) -> NamedEntity | None:
        """Return the known person or body whose full name is in the phrase: "Bewoner Rik Smit", "der Bund Küste"."""
        if not self._language.is_cased:
            return None
        tokens = split_name(phrase)
        joints = (self._language.of_words | self._language.inside_words | self._language.by_words) - {"the"}
        for start in range(1, len(tokens) - 1):
            if not is_capital(tokens[start]) or tokens[start - 1].lower() in joints:
                continue
            member = self._people.find(" ".join(tokens[start:]))
            if is_complement(tokens[:start], self._language):
                continue
            are_determiners = all(token.lower() in self._language.determiners for token in tokens[:start])
            if member is not None and (member.is_person or are_determiners):
                return member
        for end in range(len(tokens) - 1, 1, -1):
            if tokens[end].lower() in self._language.of_words | self._language.inside_words:
                member = self._people.find(" ".join(tokens[:end]))
                if member is not None and member.is_person:
                    return member
        return None

    def _find_office(self, speaker: Speaker, attribution: Attribution) -> Speaker | None:
        """Return the only holder of an office, or the office itself if the article names no holder."""
        tokens = split_name(attribution.phrase)
        if not tokens or tokens[0].lower() in self._grammar.possessives:
            return None
        if tokens[-1].isupper() and len(tokens[-1]) > 1 and tokens[-1] == speaker.name:
            return self._build_known_speaker(speaker)  # "nach Angaben des RKI"
        key = tokens[0].lower()
        is_indefinite = key in self._language.determiners and key not in self._language.definite_words
        if not is_indefinite:
            has_body_word = any(is_body_word(token, self._language) for token in tokens)
            holders, is_ambiguous = (
                ([], False) if has_body_word else self._people.find_holders(attribution.phrase)
            )
            if len(holders) == 1:
                return self.build_speaker(holders[0])
            if is_ambiguous:
                return None
            bodies, is_ambiguous = self._people.find_bodies(attribution.phrase)
            if len(bodies) == 1:
                return self.build_speaker(bodies[0])
            if is_ambiguous or (self._is_definite(tokens) and self._focus.has_people):
                return None  # "the researcher" refers to a person described earlier in the text
        return (
            self._build_nominative(speaker, attribution)
            if is_known_speaker_kind(tokens, self._language)
            else None
        )

    def _build_nominative(self, speaker: Speaker, attribution: Attribution) -> Speaker:
        """Return an office or a body in the nominative, undoing the case required by "according to"."""
        if attribution.source in self._grammar.genitive_after:
            return replace(speaker, name=self._grammar.find_nominative_head(split_name(speaker.name)))
        if attribution.phrase.split(maxsplit=1)[
            0
        ].lower() in self._grammar.genitive_articles and speaker.name.endswith("s"):
            return replace(speaker, name=speaker.name[:-1])  # "nach Angaben des Pflegebunds"
        return speaker

    def _is_definite(self, tokens: Sequence[str]) -> bool:
        """Return whether a phrase refers to a person mentioned before: "the researcher", not "the ministry"."""
        definite_words = self._language.definite_words
        nouns = [ELISION_PATTERN.sub("", token) for token in tokens if token.lower() not in definite_words]
        if len(nouns) != 1 or is_body_word(nouns[0], self._language):
            return False
        if is_capital(nouns[0]) and not self._language.has_capitalised_nouns:
            return False  # a name
        return len(tokens) > 1 or not definite_words or ELISION_PATTERN.match(tokens[0]) is not None

    def _build_stranger(self, speaker: Speaker, attribution: Attribution, narration: str) -> Speaker | None:
        """Return a speaker for a name that is not in the text's list of people, if its form shows that it is a name."""
        if not self._language.is_cased:
            return self._find_body_without_case(speaker, attribution)
        tokens = split_name(speaker.name)
        if self._is_joining_people(tokens) or self._people.is_shared(speaker.name):
            return None
        is_genitive = attribution.source in self._grammar.genitive_after
        if speaker.name.endswith(self._grammar.oblique_endings) and attribution.verb:
            return None  # "Жителям сказали" is said to them, not by them
        if len(tokens) > 1:
            is_known = any(is_capital(token) for token in tokens[1:]) or is_known_speaker_kind(
                tokens, self._language
            )
            return self._build_known_speaker(speaker, is_genitive=is_genitive) if is_known else None
        word = tokens[0] if tokens else ""
        if len(word) == 1:
            return None
        is_opening = not narration[: attribution.start].strip(" *_—–-") and narration.lstrip(
            " *_—–-"
        ).startswith(word)
        is_country = "country" in self._language.signals.find(word, tokenise(word))
        if (word.isupper() and len(word) > 1) or is_country or is_known_speaker_kind(tokens, self._language):
            return self._build_known_speaker(speaker, is_genitive=is_genitive and not word.isupper())
        if self._language.has_capitalised_nouns:
            is_bare = split_name(attribution.phrase)[0] == word
            return (
                self._build_known_speaker(speaker)
                if is_bare and not word.lower().endswith(_ABSTRACT_SUFFIXES)
                else None
            )
        # Singular nouns in English need an article: "Apple says" names a body, "Trucks say" may not.
        is_singular = bool(self._language.definite_words) and not word.endswith("s")
        if is_opening and not is_singular and not self._people.is_known_word(word):
            return None
        return self._build_known_speaker(speaker, is_genitive=is_genitive)

    def _is_person(self, speaker: Speaker) -> bool:
        """Return whether the words around a name mark a person: an office, a form of address, a given name."""
        if not self._language.is_cased:
            return speaker.is_person and not self._grammar.is_body(speaker.description or "", self._language)
        return speaker.is_person and (bool(speaker.description) or is_given_name(speaker.name.split()[0]))

    def _is_joining_people(self, tokens: Sequence[str]) -> bool:
        """Return whether "and" joins two people: "Kern and Toll", but not "Food and Drug Office"."""
        for index, token in enumerate(tokens[1:-1], start=1):
            if token in self._grammar.conjunctions:
                members = (
                    self._people.find(" ".join(tokens[:index])),
                    self._people.find(" ".join(tokens[index + 1 :])),
                )
                if any(member is not None and member.is_person for member in members):
                    return True
        return False

    def _build_known_speaker(self, speaker: Speaker, *, is_genitive: bool = False) -> Speaker:
        tokens = split_name(speaker.name)
        name = self._grammar.build_nominative(tokens) if is_genitive else speaker.name
        member = self._people.add_quoted(
            name, is_person=self._is_person(speaker), is_feminine=speaker.is_feminine, office=None
        )
        return self.build_speaker(member, speaker.description)

    def _find_body_without_case(self, speaker: Speaker, attribution: Attribution) -> Speaker | None:
        """Return a person known by name and office, or else a body or country, in scripts without capitals."""
        if speaker.is_person and speaker.description:
            return self._build_known_speaker(speaker)
        holders, is_ambiguous = self._people.find_holders(attribution.phrase)
        if len(holders) == 1:
            return self.build_speaker(holders[0])
        if is_ambiguous:
            return None
        name = speaker.name
        is_country = (
            "country" in self._language.signals.find(name, tokenise(name)) and len(name) <= _MAX_COUNTRY_WORDS
        )
        if is_country or self._grammar.is_body(name, self._language) or name in self._language.roles:
            return speaker
        return None

    def build_speaker(self, member: NamedEntity, description: str | None = None) -> Speaker:
        if description:
            first_word, _, remainder = description.partition(" ")
            description = (
                remainder if remainder and first_word.lower() in self._grammar.possessives else description
            )
            self._descriptions.setdefault(member.name, description)
        return Speaker(
            member.name,
            self._descriptions.get(member.name),
            is_person=member.is_person,
            is_feminine=member.is_feminine,
        )

    def find_opening_pronoun(self, narration: str) -> Speaker | None:
        """Return the person that a pronoun at the beginning of a sentence refers to."""
        opening = [word.lower() for word in split_name(narration)[:_OPENING_WORD_COUNT]]
        pronouns = [word for word in opening if word in self._language.he_words | self._language.she_words]
        if len(pronouns) != 1 or not self._language.is_cased:
            return None
        return self.resolve_pronoun(pronouns[0] in self._language.she_words)

    def resolve_pronoun(self, is_feminine: bool | None) -> Speaker | None:
        member = self._focus.find_antecedent(is_feminine)
        if member is None:
            return None
        if member.is_feminine is None:
            member.is_feminine = is_feminine
        return self.build_speaker(member)
