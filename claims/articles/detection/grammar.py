"""The grammar rules in a language's `speech/` file: impersonal speech, turn labels, name forms."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from claims.articles.detection.lexicon import Lexicon, Phrases, tokenise

_ADJECTIVES = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ý", "á", "é")


class Grammar:
    """The patterns of one language for reported speech, dialogues and the people of a text."""

    def __init__(self, language: Lexicon) -> None:
        self.impersonal = self._compile_patterns(language, "impersonal")
        self.people = self._compile_patterns(language, "people")
        self.questioners = self._get_lower_case_words(language, "questioners")
        self.answerers = self._get_lower_case_words(language, "answerers")
        self.possessives = self._get_lower_case_words(language, "possessives")
        self.quotatives = tuple(language.get_attributions("quotatives"))
        self.conjunctions = self._get_lower_case_words(language, "conjunctions")
        self.possessive_words = tuple(language.get_attributions("belongings"))
        self.dependents = self._get_lower_case_words(language, "dependents")
        self.unsaid_words = self._get_lower_case_words(language, "unsaid")
        self.addresses = self._get_lower_case_words(language, "addresses")
        self.oblique_endings = tuple(self._get_lower_case_words(language, "oblique"))
        self.article = "".join(language.get_attributions("article"))
        self._bodies = tuple(language.get_attributions("organisations"))
        self.genitive_after = self._get_lower_case_words(language, "genitive_after")
        self.genitive_articles = self._get_lower_case_words(language, "genitive_articles")
        self.genitives = [
            (genitive_ending, nominative_ending)
            for genitive_ending, _separator, nominative_ending in (
                rule.partition(">") for rule in language.get_attributions("genitives")
            )
            if _separator
        ]
        self._genders = Phrases(
            {name: language.get_attributions(name) for name in ("she_says", "he_says")}, is_spaced=True
        )

    @staticmethod
    def _compile_patterns(language: Lexicon, name: str) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in language.get_attributions(name)]

    @staticmethod
    def _get_lower_case_words(language: Lexicon, name: str) -> frozenset[str]:
        return frozenset(word.lower() for word in language.get_attributions(name))

    def find_impersonal_spans(self, narration: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of impersonal speech: "it was said that", "se dice que"."""
        for pattern in self.impersonal:
            yield from (match.span() for match in pattern.finditer(narration))

    def find_verb_gender(self, verb: str) -> bool | None:
        """Return True for a female subject ("сказала", "قالت"), False for male ("dodał"), None if unknown."""
        forms = self._genders.find(verb, tokenise(verb))
        return None if len(forms) != 1 else "she_says" in forms

    def is_body(self, phrase: str, language: Lexicon) -> bool:
        """Return whether a phrase without capitals names a body or office, by its ending or beginning."""
        for body in self._bodies:
            if body.endswith("*"):
                if phrase.startswith(body[:-1]):
                    return True
            elif phrase.endswith(body):
                return True
        return False

    def build_nominative(self, words: Sequence[str]) -> str:
        """Return the nominative of a name in the genitive (after "according to"): Олега Дёмина → Олег Дёмин."""
        nominatives = []
        for word in words:
            matching_rule = next((rule for rule in self.genitives if word.endswith(rule[0])), None)
            nominatives.append(word[: -len(matching_rule[0])] + matching_rule[1] if matching_rule else word)
        return " ".join(nominatives)

    def find_nominative_head(self, words: Sequence[str]) -> str:
        """Return the nominative of a body's name. Only the head noun and the adjectives before it change."""
        changed_words: list[str] = []
        for word in words:
            changed_words.append(self.build_nominative([word]))
            if not changed_words[-1].endswith(_ADJECTIVES):
                break
        return " ".join([*changed_words, *words[len(changed_words) :]])


@lru_cache(maxsize=32)
def load_grammar(language: Lexicon) -> Grammar:
    return Grammar(language)
