"""What work costs as it grows: a promise about time that a busy or slow machine cannot break."""

import time
from collections.abc import Callable


def assert_in_proportion(work: Callable[[int], object], size: int) -> None:
    """Four times as much costs about four times as much; quadratic would be sixteen times.

    Seconds are the processor time of this thread. Short times are ignored: the sizes are chosen so that quadratic
    work takes minutes.
    """
    quarter, whole = cost(work, size // 4), cost(work, size)
    assert whole < 10 * quarter + 2


def cost(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began
