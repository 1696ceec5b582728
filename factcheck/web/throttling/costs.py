"""What a question costs, in plain requests: by its address, by how much it asks the search for, and by its length."""

import re
from urllib.parse import parse_qsl

from django.conf import settings

#: No question counts for more; a caller's budget of 600 holds six of these.
MOST = 100
#: From here on a question is expensive: few of them are answered at a time (`factcheck.web.throttling.gate`).
EXPENSIVE = 5
#: So many words that all have to occur cost as much as one plain request: the rarest of them decides what is read.
WORDS_FOR_ONE = 10
#: As many characters count as one word where none are told apart by spaces.
CHARACTERS_OF_A_WORD = 12
#: To count every match reads every match.
EXACT_COUNT = 3

_ALTERNATIVE = re.compile(r"(?<!\S)(?:or|\|)(?!\S)", re.IGNORECASE)
#: The parameters that hold words to search for, in our API and in Google's.
_WORDS = {"q", "query"}


class Costs:
    """The costs that the settings give to addresses, and what a query string and the length of a body make of them."""

    def __init__(self) -> None:
        self.by_address = [(re.compile(p).search, cost) for p, cost in settings.RATE_LIMIT_COSTS.items()]
        self.by_length = [(re.compile(p).search, size) for p, size in settings.RATE_LIMIT_BYTES.items()]

    def of(self, path: str, query: str, length: int = 0) -> int:
        base = next((cost for costly, cost in self.by_address if costly(path)), 1)
        cost = min(MOST, base * _weight(query)) if query else base
        return min(MOST, cost + self._of_body(path, length)) if length else cost

    def _of_body(self, path: str, length: int) -> int:
        return next((length // size for costly, size in self.by_length if costly(path)), 0)


def _weight(query: str) -> int:
    """How many times a plain question's work this one is."""
    # Most questions have neither, and to take them apart would cost them something.
    if "=" not in query or not any(sign in query for sign in ("q=", "query=", "count=", "%")):
        return 1
    weight, factor = 1, 1
    for name, value in parse_qsl(query, errors="replace"):
        if name in _WORDS:
            words = max(len(value.split()), len(value) // CHARACTERS_OF_A_WORD)
            weight += words // WORDS_FOR_ONE + len(_ALTERNATIVE.findall(value))
        elif name == "count" and value == "exact":
            factor = EXACT_COUNT
    return weight * factor
