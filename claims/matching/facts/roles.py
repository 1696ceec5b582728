"""Who does it to whom: whether two texts of nearly the same words have swapped two of them."""

import re
from collections.abc import Sequence
from itertools import combinations

from claims.matching.facts.extraction import Facts
from claims.matching.facts.grammar import words_of_grammar
from claims.matching.facts.lexicon import lexicon
from claims.matching.facts.overlap import stems

#: Who acts stands before the verb, always.
_STRICT_ORDER = {"en", "fr", "zh", "id", "vi"}
_SHORT = 3
_MOST_WORDS = 14
_RUN_AND_PARTICLE = re.compile(
    r"([\u4e00-\u9fff\u30a1-\u30fa\u30fc]{2,}?)(から|まで|より|では|には|が|を|に|は|へ|と|で|の|も)"
)


def are_reversed(ours: Facts, theirs: Facts) -> bool:
    """Whether two words that both texts have play each other's part."""
    known = lexicon(ours.language)
    if passives(ours) != passives(theirs):
        return False
    if known.is_unspaced and known.marks_cases:
        return _particles_swapped(ours.text, theirs.text)
    here, there = _places_of_stems(ours), _places_of_stems(theirs)
    counted = {word for quantity in ours.quantities for word in quantity.written.split()}
    shared = [
        stem
        for stem, place in here.items()
        if stem in there and not stem.isdigit() and ours.words[place] not in counted
    ][:_MOST_WORDS]
    if known.case_words:
        return _following_swapped(ours, theirs, shared, here, there)
    if known.marks_cases:
        return _endings_swapped(ours.words, theirs.words, shared, here, there)
    return _order_turned(ours, theirs, shared, here, there)


def passives(facts: Facts) -> int:
    """How many words say that the one named first is not the one who acts; "by 20 percent" is none."""
    return sum(
        found.meaning.kind == "passive" and not _is_before_number(facts, found.end) for found in facts.told
    )


def _is_before_number(facts: Facts, place: int) -> bool:
    return place < len(facts.words) and facts.words[place][0].isdigit()


def _places_of_stems(facts: Facts) -> dict[str, int]:
    """Of those that occur once."""
    all_stems = stems(facts.words, facts.language)
    return {stem: place for place, stem in enumerate(all_stems) if all_stems.count(stem) == 1}


def _particles_swapped(ours: str, theirs: str) -> bool:
    here, there = dict(_RUN_AND_PARTICLE.findall(ours)), dict(_RUN_AND_PARTICLE.findall(theirs))
    return _is_swap(here, there, [word for word in here if word in there])


def _following_swapped(
    ours: Facts, theirs: Facts, shared: list[str], here: dict[str, int], there: dict[str, int]
) -> bool:
    """नॉर्वे ने डेनमार्क को, Türkiye'ye: the part is said by the next word."""
    cases = lexicon(ours.language).case_words

    def parts(words: Sequence[str], places: dict[str, int]) -> dict[str, str]:
        following = {stem: (*words, "")[places[stem] + 1] for stem in shared}
        return {stem: cases.get(word, "") for stem, word in following.items()}

    one, other = parts(ours.words, here), parts(theirs.words, there)
    named = [stem for stem in shared if one[stem] or other[stem]]
    return _is_swap(one, other, named)


def _is_swap(here: dict[str, str], there: dict[str, str], words: list[str]) -> bool:
    topic = {"は": "が"}
    return any(
        topic.get(here[one], here[one]) == topic.get(there[other], there[other])
        and topic.get(here[other], here[other]) == topic.get(there[one], there[one])
        and here[one] != here[other]
        for one, other in combinations(words, 2)
    )


def _endings_swapped(
    ours: Sequence[str], theirs: Sequence[str], shared: list[str], here: dict[str, int], there: dict[str, int]
) -> bool:
    """Both have another ending, and the other order or each other's ending."""
    changed = [stem for stem in shared if ours[here[stem]] != theirs[there[stem]] and len(stem) > 1]
    for one, other in combinations(changed, 2):
        turned = (here[one] < here[other]) != (there[one] < there[other])
        endings = [
            words[places[stem]][len(stem) :]
            for words, places in ((ours, here), (theirs, there))
            for stem in (one, other)
        ]
        if turned or (endings[0] == endings[3] and endings[1] == endings[2] and endings[0] != endings[1]):
            return True
    return False


def _order_turned(
    ours: Facts, theirs: Facts, shared: list[str], here: dict[str, int], there: dict[str, int]
) -> bool:
    """X does Y, Y does X: two words and something between them stand in the opposite order."""
    ordered = sorted(shared, key=here.__getitem__)
    for first, between, last in combinations(ordered, 3):
        if not there[first] > there[between] > there[last]:
            continue
        if (
            len(first) <= 2
            or len(last) <= 2
            or between in words_of_grammar("between")
            or len(between) < _SHORT
        ):
            continue
        before = [
            (_introduced_by(ours.words, here[word]), _introduced_by(theirs.words, there[word]))
            for word in (first, last)
        ]
        if any(one == other != "" for one, other in before):
            continue
        if not any(one or other for one, other in before) and not (
            ours.language in _STRICT_ORDER or _are_names(ours, here, first, last)
        ):
            continue
        return True
    return False


def _introduced_by(words: Sequence[str], place: int) -> str:
    """The preposition or the like before a word, over its article."""
    while place and words[place - 1] in words_of_grammar("articles"):
        place -= 1
    if not place or not words[place - 1].isalpha():
        return ""
    word = words[place - 1]
    return word if len(word) <= _SHORT or word in words_of_grammar("prepositions") else ""


def _are_names(facts: Facts, places: dict[str, int], *words: str) -> bool:
    spans = list(facts.places.values())
    return all(any(start <= places[word] < end for start, end in spans) for word in words)
