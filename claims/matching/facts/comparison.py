"""In which facts two texts agree, and in which they differ. What only one of them says is no difference."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from claims.matching.facts.dates import Day, is_calendar_name
from claims.matching.facts.extraction import Facts
from claims.matching.facts.lexicon import lexicon
from claims.matching.facts.names import Name, is_acronym, is_among
from claims.matching.facts.overlap import Overlap, overlap, stem
from claims.matching.facts.places import places
from claims.matching.facts.quantities import PLAIN, Quantity
from claims.matching.facts.roles import are_reversed, passives
from claims.matching.facts.units import units
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
#: How much of the words must be the same for a weak word, or the order of words, to tell anything.
_NEARLY_THE_SAME = 0.6
_SAME_WORDS = 0.75
_SOME_WORDS = 0.45
_GRAMMAR = 3
_EXACT = 1e-9
_ROUNDING = 0.005
_ROUNDING_OF_ROUGH = 0.06
_LARGE = 100
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


@dataclass(frozen=True)
class Difference:
    """One fact that the texts tell differently.

    Attributes:
        kind: `number`, `unit`, `year`, `date`, `place`, `name`, `negation`, `opposite`, `quantifier`, `roles`.
        ours: how the text puts it.
        theirs: how the claim puts it.
    """

    kind: str
    ours: str = ""
    theirs: str = ""


@dataclass
class Comparison:
    """What the facts of two texts have to do with each other."""

    same_language: bool
    overlap: Overlap
    differences: list[Difference] = field(default_factory=list)
    agreements: dict[str, int] = field(default_factory=dict)
    is_turned_twice: bool = False

    def has(self, kind: str) -> bool:
        """Whether the texts differ in this kind of fact."""
        return any(difference.kind == kind for difference in self.differences)

    @property
    def is_same_wording(self) -> bool:
        """Whether most words are the same."""
        return self.same_language and self.overlap.share >= _SAME_WORDS

    def agree(self, kind: str, count: int = 1) -> None:
        """Count what both say."""
        if count:
            self.agreements[kind] = self.agreements.get(kind, 0) + count


def compared(ours: Facts, theirs: Facts) -> Comparison:
    """The facts of a text beside those of a claim."""
    same_language = ours.language == theirs.language
    words = overlap(ours.words, theirs.words, ours.language if same_language else "")
    found = Comparison(same_language, words)
    _compare_quantities(ours, theirs, found)
    _compare_rates(ours, theirs, found)
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


def _compare_quantities(ours: Facts, theirs: Facts, found: Comparison) -> None:
    here = [quantity for quantity in ours.quantities if not quantity.may_be_year]
    there = [quantity for quantity in theirs.quantities if not quantity.may_be_year]
    rough = ours.tells("about") or theirs.tells("about")
    for quantity in list(here):
        equal = next((other for other in there if _is_equal(quantity, other, rough=rough)), None)
        if equal:
            here.remove(quantity)
            there.remove(equal)
            found.agree("number")
    for quantity in here:
        other = next((other for other in there if _is_comparable(quantity, other, here, there, found)), None)
        if other:
            there.remove(other)
            kind = "unit" if quantity.amount == other.amount else "number"
            found.differences.append(Difference(kind, quantity.written, other.written))


def _compare_rates(ours: Facts, theirs: Facts, found: Comparison) -> None:
    """Ten litres a second, ten litres an hour: units without a number of their own."""
    if not found.same_language or found.overlap.share < _NEARLY_THE_SAME or found.has("unit"):
        return
    known = units(ours.language)
    here = {unit[:2]: word for word in found.overlap.ours if (unit := known.at([word], 0))}
    there = {unit[:2]: word for word in found.overlap.theirs if (unit := known.at([word], 0))}
    for (dimension, size), word in here.items():
        for (their_dimension, their_size), their_word in there.items():
            if dimension == their_dimension and size != their_size:
                found.differences.append(Difference("unit", word, their_word))
                return


def _is_equal(one: Quantity, other: Quantity, *, rough: bool) -> bool:
    if one.dimension != other.dimension and not _may_be_of(one, other) and not _may_be_of(other, one):
        return False
    larger = max(abs(one.value), abs(other.value))
    if abs(one.value - other.value) <= _EXACT * larger:
        return True
    if one.exactness == other.exactness and one.is_as_written and other.is_as_written:
        return False  # neither is the other one rounded: 882 and 885, 71 and 74
    tolerance = _ROUNDING_OF_ROUGH if rough and larger >= 10 else _ROUNDING if larger >= _LARGE else _EXACT
    return abs(one.value - other.value) <= tolerance * larger


def _may_be_of(plain: Quantity, other: Quantity) -> bool:
    """Whether a number without a unit may count what the other does: 20 buses are not 20 percent."""
    return plain.dimension == PLAIN and (other.dimension != "percent" or len(plain.counted) <= _GRAMMAR)


def _is_comparable(
    one: Quantity, other: Quantity, here: list[Quantity], there: list[Quantity], found: Comparison
) -> bool:
    """Whether both count the same thing, so that another number is another claim."""
    if one.dimension == other.dimension != PLAIN:
        return True
    if (
        one.dimension != other.dimension
        and one.value == other.value
        and PLAIN not in (one.dimension, other.dimension)
    ):
        return True  # 20 dollars, 20 euros
    if one.dimension != PLAIN or other.dimension != PLAIN:
        return False
    if found.same_language and one.counted and other.counted:
        known = lexicon("")
        if stem(one.counted, known) == stem(other.counted, known):
            return True
        return found.overlap.share >= _NEARLY_THE_SAME
    return len(here) == len(there) == 1


def _compare_times(ours: Facts, theirs: Facts, found: Comparison) -> None:
    common = ours.years & theirs.years
    found.agree("year", len(common))
    here, there = ours.years - common, theirs.years - common
    if here and there:
        found.differences.append(Difference("year", _listed(map(str, here)), _listed(map(str, there))))
    if ours.days and theirs.days:
        same = [day for day in ours.days if any(_is_same_day(day, other) for other in theirs.days)]
        if same and (len(same) == len(ours.days) or len(ours.days) != len(theirs.days)):
            found.agree("date")
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
    nearly = found.same_language and found.overlap.share >= _NEARLY_THE_SAME
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
    opposite = [turn for turn in turns if turn.kind == "opposite"]
    others = [turn for turn in turns if turn.kind != "opposite"]
    counted = min(len(opposite), 1) + len(others)
    if counted == 1 or (counted == 3):
        found.differences += others + opposite[:1]
    found.is_turned_twice = counted == 2


def _are_roles_reversed(ours: Facts, theirs: Facts, found: Comparison, *, converse: bool) -> bool:
    """By the words of both; where they have none in common, by the order in which they name the same two countries."""
    least = _SOME_WORDS if converse or lexicon(ours.language).is_unspaced else _SAME_WORDS
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
        return (here - there) % 2 == 1
    return bool(here) != bool(there)


def _denials(facts: Facts, *, nearly: bool) -> int:
    return sum(
        found.meaning.kind == "negation" and (nearly or not found.meaning.is_weak) for found in facts.told
    )


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
