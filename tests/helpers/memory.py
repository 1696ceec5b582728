"""How much memory a piece of work takes."""

import tracemalloc
from collections.abc import Callable


def measure_peak(work: Callable[[], object]) -> int:
    """Return the most bytes of Python objects that existed at once while `work` ran, without earlier objects.

    The lowest of three runs, because threads of other tests, imports and collections of garbage only ever add to it.
    """
    peaks = []
    for _ in range(3):
        tracemalloc.start()
        try:
            work()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    return min(peaks)
