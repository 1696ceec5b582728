"""Facts: what two texts can be compared by, whatever words they use: numbers, years, places, names, what is denied.

Begin with `facts_of`; `comparison` says in which facts two texts differ. The words of each language are in `data/`.
"""

from claims.matching.facts.comparison import compared, is_named
from claims.matching.facts.differences import Comparison, Difference
from claims.matching.facts.extraction import Facts, facts_of

__all__ = ["Comparison", "Difference", "Facts", "compared", "facts_of", "is_named"]
