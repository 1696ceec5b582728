"""The cost of a request, in plain requests. It depends on the path, search effort and text length."""

import re
from urllib.parse import parse_qsl

from django.conf import settings

#: The maximum cost of a request; a caller's budget of 600 covers six of these.
MAX_COST = 100
#: Requests that cost this much are expensive: only a few are answered at a time (`factcheck.web.throttling.gate`).
EXPENSIVE_COST = 5
#: This many required words cost as much as one plain request: the rarest of them decides how much is read.
WORDS_PER_UNIT = 10
#: The number of letters in scripts without spaces that count as a word: each is looked up with its neighbour.
LETTERS_PER_UNIT = 40
#: This many tokens (as models count them) of a text to match cost as much as one plain request.
TOKENS_PER_UNIT = 50
#: The factor for an exact count, which reads every match.
EXACT_COUNT_COST = 3

_ALTERNATIVE_PATTERN = re.compile(r"(?<!\S)(?:or|\|)(?!\S)", re.IGNORECASE)
# Words as the search splits them: runs of letters with their marks, and runs of digits.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0970-\u0dff\u200c\u200d"
_WORD_PATTERN = re.compile(rf"\d+|[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED_LETTER = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
#: About a token of a model: some letters, a digit, a sign, one letter of a script without spaces.
TOKEN_PATTERN = re.compile(rf"{_UNSPACED_LETTER.pattern}|\d|[^\W\d_](?:[^\W\d_]|[{_MARKS}]){{0,5}}|[^\w\s]")
#: The parameters that hold words to search for, in our API and in Google's.
_TEXT_PARAMETERS = {"q", "query"}


class Costs:
    """The configured costs of paths, and the surcharges for query strings and for texts in bodies."""

    def __init__(self) -> None:
        self.by_address = [
            (re.compile(pattern).search, cost) for pattern, cost in settings.RATE_LIMIT_COSTS.items()
        ]
        self._by_text = re.compile(settings.RATE_LIMITED_BY_TEXT_REGEX).search

    def compute_cost(self, path: str, query: str, text: str = "") -> int:
        base_cost = next((cost for matches, cost in self.by_address if matches(path)), 1)
        cost = min(MAX_COST, base_cost * _weigh_query(query)) if query else base_cost
        if self.grows_with_text(path):
            if "text=" in query or "%" in query:
                text += "".join(value for name, value in parse_qsl(query, errors="replace") if name == "text")
            cost += sum(1 for _ in TOKEN_PATTERN.finditer(text)) // TOKENS_PER_UNIT
        return min(MAX_COST, cost)

    def grows_with_text(self, path: str) -> bool:
        """Return whether a response's cost grows with the number of words."""
        return self._by_text(path) is not None


def _weigh_query(query: str) -> int:
    """Return the work that a query takes, as a multiple of a plain query's."""
    # Most requests have none of these parameters, and parsing their query strings would cost time.
    if "=" not in query or not any(sign in query for sign in ("q=", "query=", "count=", "%")):
        return 1
    weight, factor = 1, 1
    for name, value in parse_qsl(query, errors="replace"):
        if name in _TEXT_PARAMETERS:
            letters = len(_UNSPACED_LETTER.findall(value))
            word_count = len(_WORD_PATTERN.findall(_UNSPACED_LETTER.sub(" ", value) if letters else value))
            weight += (
                word_count // WORDS_PER_UNIT
                + letters // LETTERS_PER_UNIT
                + len(_ALTERNATIVE_PATTERN.findall(value))
            )
        elif name == "count" and value == "exact":
            factor = EXACT_COUNT_COST
    return weight * factor
