"""A limit on concurrent expensive requests, so that threads remain free for cheap ones."""

from collections.abc import Callable
from threading import Condition
from typing import TypeVar

from django.conf import settings

Answer = TypeVar("Answer")

#: How long an expensive request waits for a slot, in seconds.
MAX_WAIT_SECONDS = 1.0


class Gate:
    """Limits how many requests run at once and how many wait. All other requests are refused immediately.

    Each waiting request holds a thread, so no more requests may wait than may run. Each caller may have one request
    running and one waiting, so that no caller can take all slots.
    """

    def __init__(self, slots: int, *, max_wait_seconds: float = MAX_WAIT_SECONDS) -> None:
        self.slots, self.max_wait_seconds = slots, max_wait_seconds
        self._slot_holders: set[str] = set()
        self._waiting: set[str] = set()
        self._changed = Condition()

    def run(self, action: Callable[[], Answer], caller: str) -> Answer | None:
        """Call the function once a slot is free; return None if none becomes free."""
        if not self._enter(caller):
            return None
        try:
            return action()
        finally:
            with self._changed:
                self._slot_holders.discard(caller)
                self._changed.notify_all()

    def _enter(self, caller: str) -> bool:
        with self._changed:
            if not self._has_room(caller):
                if caller in self._waiting or len(self._waiting) >= self.slots:
                    return False
                self._waiting.add(caller)
                try:
                    if not self._changed.wait_for(lambda: self._has_room(caller), self.max_wait_seconds):
                        return False
                finally:
                    self._waiting.discard(caller)
            self._slot_holders.add(caller)
            return True

    def _has_room(self, caller: str) -> bool:
        return len(self._slot_holders) < self.slots and caller not in self._slot_holders


#: A quarter of the threads works on expensive requests, a quarter may wait for a slot, and a quarter streams
#: downloads; the last quarter is always free for others.
expensive_requests = Gate(max(1, settings.WEB_THREADS // 4))
