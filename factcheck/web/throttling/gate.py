"""A share of the threads is always left for cheap reads: few expensive questions are answered at a time."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from django.conf import settings

Answer = TypeVar("Answer")

#: How long an expensive question waits for its turn, in seconds.
PATIENCE = 1.0


class Gate:
    """So many at a time, and so many more that may wait for a moment. Who finds no room is told at once.

    Those that wait hold a thread each, so they are as few as those that are answered.
    """

    def __init__(self, seats: int, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._seats, self._waiting = BoundedSemaphore(seats), BoundedSemaphore(seats)

    def through(self, answer: Callable[[], Answer]) -> Answer | None:
        """What the function returns, once there is room for it; None when there is none."""
        if not self._enter():
            return None
        try:
            return answer()
        finally:
            self._seats.release()

    def _enter(self) -> bool:
        if self._seats.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._seats.acquire(timeout=self.patience)
        finally:
            self._waiting.release()


#: A quarter of the threads works on expensive questions, a quarter may wait for that, a quarter streams downloads: the
#: last one is never theirs.
expensive = Gate(max(1, settings.WEB_THREADS // 4))
