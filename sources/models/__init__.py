"""A Source is a document, a Snapshot what its address held at a moment, a Publisher who answers for it; a LinkState is
what the address leads to now."""

from .link_check import LinkCheck, LinkOutcome, LinkState
from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source

__all__ = ["LinkCheck", "LinkOutcome", "LinkState", "Publisher", "Snapshot", "Source"]
