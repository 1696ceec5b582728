"""The people and bodies of a text, with offices and short names."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon
from claims.articles.detection.named_people import (
    NamedPerson,
    find_addressed_surnames,
    find_names,
    find_speaking_surnames,
)
from claims.articles.detection.names import (
    ELISION_PATTERN,
    PARTICLES,
    POSSESSIVE_PATTERN,
    find_gender,
    find_gender_of_roles,
    is_capital,
    is_role,
    split_name,
)
from claims.articles.detection.speakers import is_complement, is_known_speaker_kind, remove_determiner

_WORD_PATTERN = re.compile(r"[^\s,;:()\[\]\"“”„«»\ufffc]+")
_MAX_NAME_WORDS = 4
# The maximum number of people and bodies; longer lists of names contain no speakers.
_MAX_MEMBERS = 400
_DOMINANCE_FACTOR = 3
_MAX_OPENING_WORDS = 7


@dataclass(slots=True, eq=False)
class NamedEntity:
    """A person or body that the text names."""

    name: str
    is_person: bool = False
    is_feminine: bool | None = None
    offices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NameMention:
    """A mention of a person or body in a sentence. `is_subject` is true if the sentence is about `member`."""

    member: NamedEntity
    start: int
    is_subject: bool


class KnownPeople:
    """The people and bodies that one text names."""

    def __init__(self, text: str, language: Lexicon, grammar: Grammar) -> None:
        self._language = language
        self._grammar = grammar
        self._text = text
        self._members: dict[str, NamedEntity] = {}
        self._by_surname: dict[str, list[NamedEntity]] = {}
        self._by_first_name: dict[str, list[NamedEntity]] = {}
        self._by_first_letter: dict[str, list[NamedEntity]] = {}
        self._name_counts: Counter[str] = Counter()
        for named_person in find_names(text, language, grammar):
            self._read(named_person)
        for addressed_surname, is_feminine in (
            find_addressed_surnames(text, language) if language.is_cased else ()
        ):
            if self._find_by_one_name(addressed_surname) is None and addressed_surname not in self._members:
                member = self._add_person(addressed_surname)
                member.is_person, member.is_feminine = True, is_feminine
        for surname in find_speaking_surnames(text, language) if language.is_cased else ():
            for member in self._by_surname.get(surname, ()):
                member.is_person |= not is_known_speaker_kind(split_name(member.name), language)
        self._capitalised_words = self._find_capitalised_words(text)
        self._lower_case_words = (
            frozenset(re.findall(r"(?<![\w’'-])[^\W\d_][\w’'-]*", text)) if language.is_cased else frozenset()
        )

    def _read(self, named_person: NamedPerson) -> None:
        if not named_person.name:
            return
        member = self._add_person(named_person.name)
        self._name_counts[named_person.name] += 1
        member.is_person |= named_person.is_person
        if member.is_feminine is None:
            member.is_feminine = named_person.is_feminine
        if named_person.office and named_person.office.lower() not in member.offices:
            member.offices.append(named_person.office.lower())

    def _add_person(self, name: str) -> NamedEntity:
        """Return the person with this full name. Add a new person to the members, unless there are too many already."""
        if name in self._members:
            return self._members[name]
        member = NamedEntity(name)
        if len(self._members) < _MAX_MEMBERS:
            self._members[name] = member
            self._index_words(member)
        return member

    def _index_words(self, member: NamedEntity) -> None:
        self._by_first_letter.setdefault(member.name[0], []).append(member)
        name_words = member.name.split()
        if len(name_words) < 2:
            return
        self._by_surname.setdefault(name_words[-1], []).append(member)
        self._by_first_name.setdefault(name_words[0], []).append(member)
        if len(name_words) > 2 and name_words[1].lower() in PARTICLES:
            self._by_surname.setdefault(" ".join(name_words[1:]), []).append(member)

    def find(self, name: str) -> NamedEntity | None:
        """Return the person with this full name, surname or short form."""
        name = POSSESSIVE_PATTERN.sub("", name)
        if name in self._members:
            return self._members[name]
        if not self._language.is_cased:
            return self._find_without_case(name)
        if " " not in name:
            return self._find_by_one_name(name)
        return self._find_by_one_name(name[0].lower() + name[1:]) or self._find_by_inflected_form(
            name
        )  # "Van Dalen"

    def find_at_phrase_edge(self, phrase: str) -> NamedEntity | None:
        """Return the person whose full name begins or ends a phrase without capitals; None if there is none."""
        members = [
            member
            for member, start in self._find_named(phrase)
            if len(member.name) > 1
            and phrase != member.name
            and (start == 0 or phrase.endswith(member.name))
            and not self.is_related(phrase, member.name)
        ]
        return max(members, key=lambda member: len(member.name), default=None)

    def is_related(self, phrase: str, name: str) -> bool:
        """Return whether the speaker is only related to the named person: "高田修一知事の妻" (the governor's wife)."""
        if any(
            name in phrase.rpartition(possessive_word)[0]
            for possessive_word in self._grammar.possessive_words
        ):
            return True
        first_word, *other_words = phrase.split() or [""]
        return first_word in self._grammar.dependents and any(
            is_role(word, self._language) for word in other_words
        )

    def find_namesake(self, label: str) -> NamedEntity | None:
        """Return the person or body that a short label names, in scripts without capitals, if it recurs."""
        if self._language.is_cased or " " in label or not 2 <= len(label) <= 4 or self._text.count(label) < 2:
            return None
        if self._grammar.is_body(label, self._language):
            return None
        longer_names = {name for name in self._members if name.startswith(label) and name != label}
        if longer_names:
            return self._members[longer_names.pop()] if len(longer_names) == 1 else None
        return self.add_quoted(label, is_person=True, is_feminine=None, office=None)

    def find_holders(self, office: str) -> tuple[list[NamedEntity], bool]:
        """Return possible holders of an office, and whether any person has such an office."""
        words = [word.lower() for word in remove_determiner(split_name(office), self._language)]
        joint_index = next(
            (index for index, word in enumerate(words) if word in self._language.of_words), len(words)
        )
        roles = [word for word in words[:joint_index] if is_role(word, self._language)]
        if not self._language.is_spaced:
            words = roles = ["".join(words)]
        if not roles:
            return [], False
        is_feminine = find_gender_of_roles(roles, self._language)
        members = [
            member
            for member in self._members.values()
            if member.is_person
            and (None in (is_feminine, member.is_feminine) or is_feminine == member.is_feminine)
            and self._holds_office(member, roles[-1:])
        ]
        exact_holders = [
            member for member in members if not self._language.is_spaced and words[0] in member.offices
        ]
        if exact_holders:
            return exact_holders, True
        other_words = [
            word for word in words if word not in roles[-1:] and word not in self._language.of_words
        ]
        return [member for member in members if self._holds_office(member, other_words)], bool(members)

    def _holds_office(self, member: NamedEntity, words: Sequence[str]) -> bool:
        for office in member.offices:
            office_words = [ELISION_PATTERN.sub("", office_word) for office_word in split_name(office)]
            if all(
                any(
                    office_word == word or (len(word) > 3 and office_word.endswith(word))
                    for office_word in office_words
                )
                for word in words
            ):
                return True
            if not self._language.is_spaced and words and office.endswith(words[-1]):
                return True
        return False

    def find_bodies(self, phrase: str) -> tuple[list[NamedEntity], bool]:
        """Return the bodies whose names begin or end with this word ("the agency"), and whether there are any."""
        words = [word.lower() for word in remove_determiner(split_name(phrase), self._language)]
        if len(words) != 1:
            return [], False
        bodies = [
            member
            for member in self._members.values()
            if not member.is_person
            and words[0]
            in (name_part.lower() for name_part in (member.name.split()[-1], member.name.split()[0]))
        ]
        return bodies, bool(bodies)

    def add_quoted(
        self, name: str, *, is_person: bool, is_feminine: bool | None, office: str | None
    ) -> NamedEntity:
        """Return the person or body that the article quotes, adding it or completing its details."""
        member = self.find(name)
        if member is None:
            member = self._add_person(name)
        member.is_person |= is_person
        if member.is_feminine is None:
            member.is_feminine = (
                is_feminine if is_feminine is not None or not is_person else find_gender(name)
            )
        if office and office.lower() not in member.offices:
            member.offices.append(office.lower())
        return member

    def is_shared(self, word: str) -> bool:
        """Return whether several people share the surname and none of them is named far more often."""
        people = [member for member in self._by_surname.get(word, ()) if member.is_person]
        return len(people) > 1 and self._choose_most_frequent(people) is None

    def rename(self, member: NamedEntity, name: str) -> NamedEntity:
        """Use another form of a member's name from now on, and return the member."""
        if self._members.pop(member.name, None):
            self._members[name] = member
        self._name_counts[name] = self._name_counts.pop(member.name, 1)
        member.name = name
        self._index_words(member)
        return member

    def is_known_word(self, word: str) -> bool:
        """Return whether the text capitalises the word inside a sentence, as it does with names."""
        return word in self._capitalised_words

    def has_lower_case(self, word: str) -> bool:
        """Return whether the text also has the word in lower case, which shows that it is not a name."""
        return word.lower() in self._lower_case_words

    def find_mentions(self, narration: str) -> list[NameMention]:
        """Return the people that the sentence names outside quotations, in order."""
        if not self._language.is_cased:
            return self._find_mentions_without_case(narration)
        occurrences: list[NameMention] = []
        tokens = list(_WORD_PATTERN.finditer(narration))
        index = 0
        while index < len(tokens):
            if not is_capital(tokens[index][0]):
                index += 1
                continue
            for length in range(min(_MAX_NAME_WORDS, len(tokens) - index), 0, -1):
                words = [tokens[number][0].strip(".!?…*") for number in range(index, index + length)]
                member = self.find(" ".join([*words[:-1], POSSESSIVE_PATTERN.sub("", words[-1])]))
                if member is not None:
                    is_own_name = POSSESSIVE_PATTERN.search(words[-1]) is None
                    subject = (
                        is_own_name
                        and self._is_subject(narration, tokens, index)
                        and not any(mention.is_subject for mention in occurrences)
                    )
                    occurrences.append(NameMention(member, tokens[index].start(), subject))
                    index += length
                    break
            else:
                index += 1
        return occurrences

    def _is_subject(self, narration: str, tokens: Sequence[re.Match[str]], index: int) -> bool:
        """Return whether nothing but an office or an adjunct precedes the name in its sentence."""
        text_before = narration[: tokens[index].start()]
        if "\ufffc" in text_before:
            return False
        clause = text_before.rpartition(",")[2] if text_before.count(",") == 1 else text_before
        words = clause.split()
        if len(words) > _MAX_OPENING_WORDS:
            return False
        small_words = self._language.stops | self._language.of_words | self._language.by_words
        if not words:
            return True
        has_office = any(is_role(word, self._language) for word in words)
        if len(words) == 2 and words[0].lower() in self._language.determiners:
            has_office |= (
                words[1][0].islower() or self._language.has_capitalised_nouns
            )  # "Son collègue Bruno Castel"
        if words[-1].lower() in small_words - self._language.determiners or is_complement(
            words, self._language
        ):
            return False
        return has_office or all(
            word.lower() in self._language.leading_words | self._language.determiners or not word[0].isalpha()
            for word in words
        )

    def _find_mentions_without_case(self, narration: str) -> list[NameMention]:
        occurrences: dict[str, NameMention] = {}
        for member, position in self._find_named(narration):
            is_near = (
                position <= 14 if not self._language.is_spaced else len(narration[:position].split()) <= 4
            )
            occurrences.setdefault(member.name, NameMention(member, position, is_near))
        return list(occurrences.values())

    def _find_named(self, text: str) -> Iterator[tuple[NamedEntity, int]]:
        """Yield people whose full names occur in a text without capitals, with their positions."""
        for position, letter in enumerate(text):
            for member in self._by_first_letter.get(letter, ()):
                if text.startswith(member.name, position):
                    yield member, position

    def _find_without_case(self, name: str) -> NamedEntity | None:
        """Return the only person with this single name, with any title: "中村市長", "이 시장", "منصور"."""
        if self._grammar.addresses:
            people = self._by_first_letter.get(name[:1], [])
            matching_members = [
                member for member in people if member.is_person and self._is_name_of(member, name)
            ]
        else:
            members = {
                id(member): member
                for members_by_part in (self._by_surname, self._by_first_name)
                for member in members_by_part.get(name, ())
            }
            matching_members = [member for member in members.values() if member.is_person]
        return matching_members[0] if len(matching_members) == 1 else None

    def _is_name_of(self, member: NamedEntity, name: str) -> bool:
        """Return whether a text is the beginning of this person's name followed by a title or office: "中村市長"."""
        for short_name, title in self._split_title(name):
            if member.name.startswith(short_name) and member.name != short_name:
                is_known = title in self._grammar.addresses
                if is_known or any(office.endswith(title) for office in member.offices):
                    return True
        return False

    def _split_title(self, name: str) -> list[tuple[str, str]]:
        """Return the ways to split the word into a short name and a title, the shortest title first."""
        if " " in name:
            short_name, _, title = name.rpartition(" ")
            return [(short_name, title)] if len(short_name) == 1 else []
        if self._language.is_spaced:
            return []
        return [(name[:length], name[length:]) for length in (3, 2, 1) if len(name) > length]

    def _find_by_inflected_form(self, name: str) -> NamedEntity | None:
        """Return the only person whose name has this inflected form: "Олега Дёмина" is a form of "Олег Дёмин"."""
        stems = [word[: max(3, len(word) - 2)] for word in name.split()]
        forms = [
            member
            for member in self._members.values()
            if self._grammar.genitives
            and member.is_person
            and len(member.name.split()) == len(stems)
            and all(map(str.startswith, member.name.split(), stems))
        ]
        return forms[0] if len(forms) == 1 else None

    def _find_by_one_name(self, word: str) -> NamedEntity | None:
        """Return the only person with this surname or, if there is none, with this first name; None if ambiguous."""
        members = self._by_surname.get(word, [])
        people = [member for member in members if member.is_person]
        members_by_first_name = [member for member in self._by_first_name.get(word, []) if member.is_person]
        return self._choose_most_frequent(people or members or members_by_first_name)

    def _choose_most_frequent(self, members: list[NamedEntity]) -> NamedEntity | None:
        if len(members) < 2:
            return members[0] if members else None
        most_frequent, next_most_frequent = sorted(
            members, key=lambda member: -self._name_counts[member.name]
        )[:2]
        is_dominant = self._name_counts[most_frequent.name] >= _DOMINANCE_FACTOR * max(
            self._name_counts[next_most_frequent.name], 1
        )
        return most_frequent if is_dominant else None

    @staticmethod
    def _find_capitalised_words(text: str) -> frozenset[str]:
        """Return the capitalised words that follow a lower-case word."""
        return frozenset(
            re.findall(r"(?<=[^\W\d_A-ZÀ-ÞА-Я] )([A-ZÀ-ÞА-ЯЁІЇЄҐĄĆĘŁŃÓŚŹŻČŠŽĞİŞ][\w’'-]*)", text)
        )
