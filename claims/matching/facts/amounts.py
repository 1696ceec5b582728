"""In which amounts two texts differ: numbers with their units, units by themselves, parts of a whole."""

from collections.abc import Iterable

from claims.matching.facts.differences import NEARLY_THE_SAME, Comparison, Difference
from claims.matching.facts.extraction import Facts
from claims.matching.facts.lexicon import lexicon
from claims.matching.facts.overlap import stem
from claims.matching.facts.quantities import PLAIN, Quantity
from claims.matching.facts.units import DIMENSIONS, units

#: Words that are no longer say how something is counted, not what.
_GRAMMAR = 3
_EXACT = 1e-9
_ROUNDING = 0.005
_ROUNDING_OF_ROUGH = 0.06
#: Of fractions: two thirds are 66 percent, and 67.
_ROUNDING_OF_PARTS = 0.015
_LARGE = 100
#: What quantifiers are in percent.
_PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0}


def compare_amounts(ours: Facts, theirs: Facts, found: Comparison) -> None:
    """Note in which amounts they agree and differ."""
    _compare_quantities(ours, theirs, found)
    _compare_rates(ours, theirs, found)
    _compare_parts(ours, theirs, found)


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
    """Ten litres a second, ten litres an hour; a fortnight, four days: units without a number of their own."""
    if not found.same_language or found.overlap.share < NEARLY_THE_SAME or found.has("unit"):
        return
    here, there = _units_of(found.overlap.ours, ours), _units_of(found.overlap.theirs, theirs)
    for (dimension, size), word in here.items():
        for (their_dimension, their_size), their_word in there.items():
            if dimension != their_dimension or size == their_size:
                continue
            if not (_counts(theirs, dimension, size) or _counts(ours, dimension, their_size)):
                found.differences.append(Difference("unit", word, their_word))
                return


def _units_of(words: Iterable[str], facts: Facts) -> dict[tuple[str, float], str]:
    known, own = units(facts.language), lexicon(facts.language).units
    found: dict[tuple[str, float], str] = {}
    for word in words:
        if unit := known.at([word], 0):
            found[unit[:2]] = word
        elif named := own.get(word):
            dimension, size = DIMENSIONS.get(named[1], (named[1], 1.0))
            found[dimension, size * named[0]] = word
    return found


def _counts(facts: Facts, dimension: str, size: float) -> bool:
    """Whether a text has so much in numbers: seven days are a week."""
    return any(
        each.dimension == dimension and abs(each.value - size) <= _ROUNDING * size
        for each in facts.quantities
    )


def _is_equal(one: Quantity, other: Quantity, *, rough: bool) -> bool:
    if one.dimension != other.dimension and not _may_be_of(one, other) and not _may_be_of(other, one):
        return False
    larger = max(abs(one.value), abs(other.value))
    if abs(one.value - other.value) <= _EXACT * larger:
        return True
    if one.exactness == other.exactness and one.is_as_written and other.is_as_written:
        return False  # neither is the other one rounded: 882 and 885, 71 and 74
    if one.dimension == other.dimension == "percent" and one.is_as_written != other.is_as_written:
        return abs(one.value - other.value) <= _ROUNDING_OF_PARTS * larger
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
        return found.overlap.share >= NEARLY_THE_SAME
    return len(here) == len(there) == 1


def _compare_parts(ours: Facts, theirs: Facts, found: Comparison) -> None:
    """Half of it, and nine tenths or 90 percent of it: a part in a word beside one in numbers."""
    if not found.same_language or found.overlap.share < NEARLY_THE_SAME:
        return
    here, there = _percentages(ours), _percentages(theirs)
    if (part := _named_part(ours)) and not here and _is_none_of(there, part[0]):
        found.differences.append(Difference("number", part[1], there[0].written))
    elif (part := _named_part(theirs)) and not there and _is_none_of(here, part[0]):
        found.differences.append(Difference("number", here[0].written, part[1]))


def _percentages(facts: Facts) -> list[Quantity]:
    return [each for each in facts.quantities if each.dimension == "percent"]


def _named_part(facts: Facts) -> tuple[float, str] | None:
    return next(
        (
            (_PARTS[each.meaning.value], facts.written(each))
            for each in facts.told
            if each.meaning.kind == "quantifier" and each.meaning.value in _PARTS
        ),
        None,
    )


def _is_none_of(shares: list[Quantity], part: float) -> bool:
    return bool(shares) and all(abs(each.value - part) > _ROUNDING_OF_PARTS * part for each in shares)
