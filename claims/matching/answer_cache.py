"""A cache of match results, valid until the next publication.

An answer is stored under the hash of its text and the position of the ledger's newest entry. The position is read
each time, so a retraction immediately invalidates the caches of all web processes. The texts are not stored, because
they belong to readers.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from factcheck.database.read_connections import fetch_rows

CachedAnswer = TypeVar("CachedAnswer")

#: The size of the cache, in sentences.
MAX_SENTENCES = 5_000
#: The lifetime in seconds, because vectors of new publications may arrive later than their words.
MAX_AGE_SECONDS = 60


class AnswerCache(Generic[CachedAnswer]):
    """A cache of answers, keyed by the hash of their text. The least recently used answers are dropped first.

    Args:
        size: returns the number of sentences in an answer.
    """

    def __init__(
        self, *, size: Callable[[CachedAnswer], int], clock: Callable[[], float] = monotonic
    ) -> None:
        self.size, self.clock = size, clock
        self._sentences = 0
        self._answers: OrderedDict[Hashable, tuple[float, CachedAnswer]] = OrderedDict()
        self._lock = Lock()

    def answers(
        self,
        texts: Sequence[str],
        options: Hashable,
        compute: Callable[[Sequence[str]], Sequence[CachedAnswer]],
    ) -> list[CachedAnswer]:
        """Return the answers to these texts; compute the answers that are not cached.

        Args:
            options: everything that answers depend on, apart from the text and the ledger.
        """
        ledger_position = _read_newest_sequence()
        keys = [
            (hashlib.sha256(text.encode(errors="surrogatepass")).digest(), options, ledger_position)
            for text in texts
        ]
        results = {key: cached for key in keys if (cached := self._get(key)) is not None}
        missing_texts = {key: text for key, text in zip(keys, texts, strict=True) if key not in results}
        if missing_texts:
            results |= dict(zip(missing_texts, compute(list(missing_texts.values())), strict=True))
            for key in missing_texts:
                self._put(key, results[key])
        return [results[key] for key in keys]

    def clear(self) -> None:
        """Remove all answers."""
        with self._lock:
            self._answers.clear()
            self._sentences = 0

    def _get(self, key: Hashable) -> CachedAnswer | None:
        with self._lock:
            expires_at, result = self._answers.get(key, (0.0, None))
            if result is None or expires_at <= self.clock():
                return None
            self._answers.move_to_end(key)
            return result

    def _put(self, key: Hashable, result: CachedAnswer) -> None:
        with self._lock:
            if key in self._answers:
                self._sentences -= self.size(self._answers.pop(key)[1])
            self._answers[key] = self.clock() + MAX_AGE_SECONDS, result
            self._sentences += self.size(result)
            while self._sentences > MAX_SENTENCES:
                _, (_until, dropped_answer) = self._answers.popitem(last=False)
                self._sentences -= self.size(dropped_answer)


def _read_newest_sequence() -> int:
    rows = fetch_rows("SELECT sequence FROM claims_publication ORDER BY sequence DESC LIMIT 1", prepare=True)
    return rows[0][0] if rows else 0
