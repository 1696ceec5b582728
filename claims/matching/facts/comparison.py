"""In which facts two texts agree, and in which they differ. What only one of them says is no difference."""

from collections.abc import Iterable

from claims.matching.facts.amounts import compare_amounts
from claims.matching.facts.dates import Day, is_calendar_name
from claims.matching.facts.differences import NEARLY_THE_SAME, SAME_WORDS, Comparison, Difference
from claims.matching.facts.extraction import Facts
from claims.matching.facts.lexicon import lexicon
from claims.matching.facts.names import Name, is_acronym, is_among
from claims.matching.facts.overlap import overlap
from claims.matching.facts.places import places
from claims.matching.facts.roles import are_reversed, passives
from claims.search.words import folded

#: Opposites that say the same when those of whom they speak change places: A sells to B, B buys from A.
_CONVERSE = {
    "more-less",
    "above-below",
    "before-after",
    "buy-sell",
    "win-lose",
    "lend-borrow",
    "young-old",
    "give-take",
}
_SOME_WORDS = 0.45
_GRAMMAR = 3
#: Who acts may stand before or behind whom it is done to, in sentences of every day.
_NAMES_ANYWHERE = {"ru", "uk", "pl", "el", "hu", "fi"}
#: Languages in which two words that deny something do not deny it together, as they do in “no vi nada”.
_DENIES_ONCE = {"en", "de", "nl", "sv", "da", "no", "tr", "ar", "hi", "id"}
_SAME_PARTS = {
    frozenset({"most", "half"}),
    frozenset({"some", "most"}),
    frozenset({"only", "some"}),
    frozenset({"only", "half"}),
}


def compared(ours: Facts, theirs: Facts) -> Comparison:
    """The facts of a text beside those of a claim."""
    same_language = ours.language == theirs.language
    words = overlap(ours.words, theirs.words, ours.language if same_language else "")
    found = Comparison(same_language, words)
    compare_amounts(ours, theirs, found)
    _compare_times(ours, theirs, found)
    _compare_places(ours, theirs, found)
    _compare_names(ours, theirs, found)
    _compare_numbered_names(ours, theirs, found)
    _compare_polarity(ours, theirs, found)
    _compare_quantifiers(ours, theirs, found)
    return found


def is_named(who: str, text: Facts) -> bool:
    """Whether a text names a person or body: by the last name, in whatever script."""
    words = [word for word in folded(who).split() if len(word) > _GRAMMAR]
    return bool(words) and is_among(words[-1], text.words)


def _compare_times(ours: Facts, theirs: Facts, found: Comparison) -> None:
    common = ours.years & theirs.years
    found.agree("year", len(common))
    here, there = ours.years - common, theirs.years - common
    if here and there:
        found.differences.append(Difference("year", _listed(map(str, here)), _listed(map(str, there))))
    if ours.days and theirs.days:
        same = [day for day in ours.days if any(_is_same_day(day, other) for other in theirs.days)]
        if same and (len(same) == len(ours.days) or len(ours.days) != len(theirs.days)):
            # A month alone says little beside its year.
            found.agree("date", sum(day.day is not None for day in same[:1]))
        else:
            found.differences.append(Difference("date"))
    elif ours.weekdays and theirs.weekdays and not ours.weekdays & theirs.weekdays:
        found.differences.append(Difference("date"))


def _is_same_day(one: Day, other: Day) -> bool:
    return one.month == other.month and (one.day == other.day or None in (one.day, other.day))


def _compare_places(ours: Facts, theirs: Facts, found: Comparison) -> None:
    here, there = set(ours.places), set(theirs.places)
    matched_here = {code for code in here if any(_is_same_place(code, other) for other in there)}
    matched_there = {code for code in there if any(_is_same_place(code, other) for other in here)}
    found.agree("place", min(len(matched_here), len(matched_there)))
    here, there = here - matched_here, there - matched_there
    if here and there:
        found.differences.append(Difference("place", _named(ours, here), _named(theirs, there)))


def _is_same_place(one: str, other: str) -> bool:
    """A city stands for its country, too; two cities of one country are two places."""
    (country, _, city), (their_country, _, their_city) = one.partition(":"), other.partition(":")
    return country == their_country and (city == their_city or not city or not their_city)


def _named(facts: Facts, codes: set[str]) -> str:
    return _listed(facts.places_written(code) for code in codes)


def _compare_names(ours: Facts, theirs: Facts, found: Comparison) -> None:
    named, their_named = _beside_places(ours), _beside_places(theirs)
    here = [name for name in named if not _is_known(name, theirs)]
    there = [name for name in their_named if not _is_known(name, ours)]
    found.agree("name", min(len(named) - len(here), len(their_named) - len(there)))
    if found.has("place"):
        return
    if not found.same_language:
        here, there = [name for name in here if name.is_full], [name for name in there if name.is_full]
    here = [name for name in here if not any(is_acronym(word, there) for word in name.words)]
    there = [name for name in there if not any(is_acronym(word, here) for word in name.words)]
    if here and there:
        found.differences.append(Difference("name", here[0].written, there[0].written))


def _compare_numbered_names(ours: Facts, theirs: Facts, found: Comparison) -> None:
    """An F-16 is no F-35, and the G7 are not the G20."""
    if found.has("name"):
        return
    for letters, here in ours.numbered.items():
        there = theirs.numbered.get(letters, {})
        if there and not here.keys() & there.keys():
            found.differences.append(
                Difference("name", next(iter(here.values())), next(iter(there.values())))
            )
            return


def _beside_places(facts: Facts) -> list[Name]:
    """Names that are not of places with a code: those are compared by it."""
    known = places(facts.language)
    return [
        name
        for name in facts.names
        if not (facts.places and known.found(name.words))
        and not is_calendar_name(name.words[0], facts.language)
    ]


def _is_known(name: Name, other: Facts) -> bool:
    """Whether another text has any part of the name; first names alone do not count."""
    if any(is_among(word, other.words) for word in name.words[-2:] if len(word) > 2):
        return True
    if set(name.words) <= set(other.words):  # Xi, Kim Jong Un
        return True
    return len(name.words) == 1 and is_acronym(name.words[0], other.names)


def _compare_polarity(ours: Facts, theirs: Facts, found: Comparison) -> None:
    """What is denied, turned round, or said of the other: twice turned is the same again."""
    nearly = found.same_language and found.overlap.share >= NEARLY_THE_SAME
    turns: list[Difference] = []
    if _is_denied(ours, theirs, found, nearly=nearly):
        turns.append(Difference("negation"))
    converse = False
    for name in sorted(_opposites(ours) | _opposites(theirs)):
        here, there = _sides(ours, name, nearly=nearly), _sides(theirs, name, nearly=nearly)
        if len(here) == len(there) == 1:
            (side, word), (their_side, their_word) = *here.items(), *there.items()
            if side != their_side and name in _CONVERSE and passives(ours) != passives(theirs):
                found.agree("direction")  # beats, is beaten by
            elif side != their_side:
                turns.append(Difference("opposite", word, their_word))
                converse |= name in _CONVERSE
            else:
                found.agree("direction")
    if _are_roles_reversed(ours, theirs, found, converse=converse):
        turns.append(Difference("roles"))
    # Some of these words are sides of opposites, too.
    if not turns and found.is_same_wording and _is_refused(ours) != _is_refused(theirs):
        turns.append(Difference("negation"))
    opposite = [turn for turn in turns if turn.kind == "opposite"]
    others = [turn for turn in turns if turn.kind != "opposite"]
    counted = min(len(opposite), 1) + len(others)
    if counted == 1 or (counted == 3):
        found.differences += others + opposite[:1]
    found.is_turned_twice = counted == 2


def _are_roles_reversed(ours: Facts, theirs: Facts, found: Comparison, *, converse: bool) -> bool:
    """By the words of both; where they have none in common, by the order in which they name the same two countries."""
    least = _SOME_WORDS if converse or lexicon(ours.language).is_unspaced else SAME_WORDS
    if found.same_language and found.overlap.share >= least:
        return are_reversed(ours, theirs)
    if found.same_language and not converse:
        return False
    here, there = _countries(ours), _countries(theirs)
    if len(here) != 2 or here != there[::-1] or here == there or passives(ours) != passives(theirs):
        return False
    return not _NAMES_ANYWHERE & {ours.language, theirs.language}


def _countries(facts: Facts) -> list[str]:
    ordered = sorted(facts.places, key=lambda code: facts.places[code])
    return list(dict.fromkeys(code.partition(":")[0] for code in ordered))


def _is_denied(ours: Facts, theirs: Facts, found: Comparison, *, nearly: bool) -> bool:
    """Whether one denies what the other says; in nearly the same words, a denial more turns it round once more."""
    here, there = _denials(ours, nearly=nearly), _denials(theirs, nearly=nearly)
    if found.is_same_wording and ours.language in _DENIES_ONCE:
        return (here - there) % 2 == 1 or _is_part_denied(ours) != _is_part_denied(theirs)
    return bool(here) != bool(there)


def _is_part_denied(facts: Facts) -> bool:
    """Whether anything that stands side by side is denied: no date and no steps; but not: not true that nobody came."""
    words = facts.run.split()
    parts: dict[int, int] = {}
    for found in facts.told:
        if found.meaning.kind == "negation":
            before = sum(word in lexicon(facts.language).conjunctions for word in words[: found.start + 1])
            parts[before] = parts.get(before, 0) + 1
    return any(count % 2 for count in parts.values())


def _denials(facts: Facts, *, nearly: bool) -> int:
    return sum(
        found.meaning.kind == "negation" and (nearly or not found.meaning.is_weak) for found in facts.told
    )


def _is_refused(facts: Facts) -> bool:
    """Whether a word denies by itself: who refused did not, and what is wrong is not so."""
    return sum(found.meaning.kind == "denied" for found in facts.told) % 2 == 1


def _opposites(facts: Facts) -> set[str]:
    return {found.meaning.kind for found in facts.told if found.meaning.value in {"+", "-"}}


def _sides(facts: Facts, name: str, *, nearly: bool) -> dict[str, str]:
    return {
        found.meaning.value: facts.written(found)
        for found in facts.told
        if found.meaning.kind == name and (nearly or not found.meaning.is_weak)
    }


def _compare_quantifiers(ours: Facts, theirs: Facts, found: Comparison) -> None:
    here, there = ours.values("quantifier"), theirs.values("quantifier")
    if found.has("negation") or found.is_turned_twice:  # none, and all: told there
        here, there = here - {"none"}, there - {"none"}
    if not here or not there or here & there:
        return
    if frozenset(here | there) in _SAME_PARTS:
        return
    found.differences.append(Difference("quantifier", _told(ours), _told(theirs)))


def _told(facts: Facts) -> str:
    return next(facts.written(found) for found in facts.told if found.meaning.kind == "quantifier")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
